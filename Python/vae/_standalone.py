"""What stands in for scikit-learn where it is not installed."""

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray


class NotFittedError(ValueError, AttributeError):
    """The estimator was asked for something before ``fit``."""


class Estimator:
    """Parameters by name, and what follows from ``fit`` and ``transform``."""

    _n_features_out: int

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters of ``__init__`` and their values."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> "Estimator":
        """Sets parameters of ``__init__``."""
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"{name!r} is no parameter of {type(self).__name__}; there are {', '.join(known)}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = {name: value for name, value in self.get_params().items() if value != defaults[name].default}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """``fit(X).transform(X)``."""
        return self.fit(X, y).transform(X)  # type: ignore[attr-defined]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the columns of z: vae0, vae1, ..."""
        name = type(self).__name__.lower()
        return np.asarray([f"{name}{place}" for place in range(self._n_features_out)], dtype=object)


def validate_data(
    estimator: Any, X: Any, *, reset: bool, ensure_min_samples: int = 1, ensure_min_features: int = 1
) -> NDArray[Any]:
    """An array of rows, by the rules of scikit-learn's function of that name.

    Raises:
        ValueError: another shape, values that are not finite, or another number of columns than in ``fit``
    """
    name = type(estimator).__name__
    array = np.asarray(X)
    if array.dtype.kind == "O":
        array = array.astype(np.float64)
    if array.ndim != 2 or array.dtype.kind not in "buif":
        raise ValueError(f"{name} expected rows of numbers, (n, columns); found {array.dtype} of shape {array.shape}")
    if len(array) < ensure_min_samples or array.shape[1] < ensure_min_features:
        raise ValueError(
            f"{name} expected at least {ensure_min_samples} rows and {ensure_min_features} columns;"
            f" found an array of shape {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} does not take NaN and infinity, and X holds some")
    if reset:
        estimator.n_features_in_ = array.shape[1]
    elif array.shape[1] != estimator.n_features_in_:
        raise ValueError(f"X has {array.shape[1]} features, but {name} is expecting {estimator.n_features_in_}")
    return array
