"""scikit-learn's base classes and checks where it is installed, and what :class:`vae.VAE` needs where it is not."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import validate_data
except ImportError:
    from ._standalone import Estimator, NotFittedError, validate_data
else:

    class Estimator(  # type: ignore[no-redef]
        ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
    ):
        """scikit-learn's transformer."""


__all__ = ["Estimator", "NotFittedError", "rows", "seed"]


def rows(estimator: Any, X: Any, *, reset: bool) -> NDArray[Any]:
    """``X`` as rows, checked: numbers, finite, as many columns as in ``fit``.

    Args:
        reset: whether it is ``fit`` that asks, and their number is taken as the estimator's

    Raises:
        ValueError, TypeError: as scikit-learn raises them
    """
    if getattr(X, "ndim", 2) > 2:
        array = np.asarray(X)
        X = array.reshape(len(array), -1)
    # Fewer than two rows leave none to hold out, and one column has nothing to say that z could say shorter.
    least = {"ensure_min_samples": 2, "ensure_min_features": 2} if reset else {}
    found: NDArray[Any] = validate_data(estimator, X, reset=reset, **least)
    return found


def seed(random_state: Any) -> int:
    """The seed of ``random_state``: a number itself, or a draw from a generator; ``None`` is NumPy's own."""
    if random_state is None:
        return int(np.random.randint(2**31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    return int(random_state)
