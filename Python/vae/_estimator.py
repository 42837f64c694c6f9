"""An estimator by the convention of scikit-learn."""

import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _commands
from ._arrays import StrPath
from ._convention import Estimator, NotFittedError, rows, seed
from ._folder import RunFolder


class VAE(Estimator):
    """A variational autoencoder: ``transform`` gives the means of q(z|x), ``inverse_transform`` decodes them.

    X is a table, (n, columns) in any units, or images: (n, height, width) or (n, height, width, channels), floats from
    0 to 1 or integers of the full range of their type, or rows of such images with ``image_shape``. A tenth of them is
    held out, for ``test_loss_``. What is None follows from the data, as the tool says with ``verbose``.

    Args:
        latent_size: dimensions of z
        epochs: passes over the training images
        hidden: units of the encoder's dense layers, which the decoder has in reverse in a model without filters
        filters: filters of the encoder's convolutions, which the decoder has in reverse; () for none
        likelihood: p(x|z), such as "bernoulli" or "gaussian-value"
        learning_rate: Adam's step size
        batch_size: rows or images of a step
        kl_weight: β, the weight of the KL divergence
        image_shape: (height, width) or (height, width, channels) of images that stand in rows
        best: whether to use the model of the epoch with the lowest test loss, not the last one's
        flags: other flags of ``vae-train`` by their names, such as {"kl_warm_up": 5, "prior": "vamp:50"}
        run: the run folder, which must not exist yet; by default a temporary one, which goes with the estimator
        figures: whether to draw pictures and make the page, ``report.html``, in the run folder
        threads: worker threads; by default the physical cores. They change no bit
        random_state: a seed, a generator to draw it from, or None for NumPy's global one
        verbose: whether to print what the tool says

    Attributes:
        run_: the run folder, for the tools
        latent_size_: dimensions of z
        image_shape_: (height, width, channels) of images; None for a table
        n_epochs_: epochs that were finished
        train_loss_, test_loss_: the last epoch's, in nats per row or image
        history_: the columns of metrics.csv, (epochs) each
        seed_: the seed that it was trained with
        n_features_in_, feature_names_in_: columns of X, or values of an image; their names, where X had some
    """

    n_features_in_: int

    def __init__(
        self,
        latent_size: int | None = 2,
        epochs: int | None = None,
        *,
        hidden: Sequence[int] | None = None,
        filters: Sequence[int] | None = None,
        likelihood: str | None = None,
        learning_rate: float | None = None,
        batch_size: int | None = None,
        kl_weight: float | None = None,
        image_shape: tuple[int, ...] | None = None,
        best: bool = False,
        flags: Mapping[str, Any] | None = None,
        run: StrPath | None = None,
        figures: bool = False,
        threads: int | None = None,
        random_state: Any = 0,
        verbose: bool = False,
    ) -> None:
        self.latent_size = latent_size
        self.epochs = epochs
        self.hidden = hidden
        self.filters = filters
        self.likelihood = likelihood
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.kl_weight = kl_weight
        self.image_shape = image_shape
        self.best = best
        self.flags = flags
        self.run = run
        self.figures = figures
        self.threads = threads
        self.random_state = random_state
        self.verbose = verbose

    @property
    def run_(self) -> Path:
        """The run folder, or of a loaded model file that file."""
        self._demand_fit()
        return self._folder.path

    def fit(self, X: ArrayLike, y: Any = None) -> "VAE":
        """Trains on X.

        Args:
            y: not used

        Raises:
            vae.InputError: the tool refused data or parameters; it is a ValueError
            KeyboardInterrupt: after Ctrl-C; the estimator is then fitted as far as it came, if an epoch was finished
        """
        flags = {
            "latent_dim": self.latent_size,
            "epochs": self.epochs,
            "hidden": self.hidden,
            "filters": self.filters,
            "likelihood": self.likelihood,
            "learning_rate": self.learning_rate,
            "batch_size": self.batch_size,
            "kl_weight": self.kl_weight,
            "threads": self.threads,
            "seed": seed(self.random_state),
        }
        for name, value in (self.flags or {}).items():
            if name in ("conditional", "codes"):
                raise ValueError(f"flags[{name!r}]: such models are for vae.train; z of VAE is one vector for each row")
            if flags.get(name) is not None:
                raise ValueError(f"flags[{name!r}] is a parameter of its own, too: {flags[name]!r}")
            flags[name] = value
        images = self._images(X, reset=True)
        folder = RunFolder(self.run)
        try:
            _commands.train(images, folder.path, figures=self.figures, verbose=bool(self.verbose), **flags)
        except KeyboardInterrupt:
            if folder.model.is_file():
                self._adopt(folder)
            raise
        return self._adopt(folder)

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """The means of q(z|x), (n, latent_size_)."""
        self._demand_fit()
        return _commands.encode(self.run_, self._images(X), best=self.best, threads=self.threads)

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Points of latent space, (n, latent_size_), decoded to rows or images of the shape and units of ``fit``."""
        self._demand_fit()
        return self._outwards(_commands.decode(self.run_, X, best=self.best, threads=self.threads))

    def reconstruct(self, X: ArrayLike) -> NDArray[np.float32]:
        """X encoded and decoded again: ``inverse_transform(transform(X))`` in one."""
        self._demand_fit()
        return self._outwards(_commands.reconstruct(self.run_, self._images(X), best=self.best, threads=self.threads))

    def sample(self, n: int = 1, *, random_state: Any = 0) -> NDArray[np.float32]:
        """Draws from the prior, decoded: n rows or images. The same ``random_state`` draws the same."""
        self._demand_fit()
        found = _commands.sample(self.run_, n, seed=seed(random_state), best=self.best, threads=self.threads)
        return self._outwards(found)

    def score_samples(self, X: ArrayLike, *, samples: int = 0) -> NDArray[np.float64]:
        """Minus the loss of each row at z = μ, in nats, (n); with ``samples`` draws of z an estimate of ln p(x)."""
        self._demand_fit()
        return _commands.score_samples(
            self.run_, self._images(X), samples=samples, best=self.best, threads=self.threads
        )

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """The mean of ``score_samples(X)``: higher is better."""
        return float(self.score_samples(X).mean())

    def save(self, path: StrPath) -> Path:
        """Copies the run folder, which the tools and :meth:`load` read, to ``path``, which must not exist yet."""
        self._demand_fit()
        if self.run_.is_file():
            raise ValueError(f"{self.run_} is a model without a run folder: copy the file")
        return Path(shutil.copytree(self.run_, path))

    @classmethod
    def load(cls, run: StrPath, *, best: bool = False, image_shape: tuple[int, ...] | None = None) -> "VAE":
        """A fitted estimator of a run folder or a model file, whoever trained it. The files stay where they are.

        Args:
            image_shape: of images that are to come and go as rows
        """
        found = cls(None, best=best, image_shape=image_shape)
        found._adopt(RunFolder(run))
        height, width, channels = found._size
        known: tuple[int, ...] = (
            (width,) if found.image_shape_ is None else (height, width) if channels == 1 else found._size
        )
        found.n_features_in_ = math.prod(known)
        found._inner = found._outer = known
        if image_shape is not None:
            found._inner, found._outer = found._shapes((found.n_features_in_,))
        return found

    def _adopt(self, folder: RunFolder) -> "VAE":
        """Takes what was trained there as fitted."""
        about = _commands.describe(folder.path)
        model, training = about["model"], about.get("training", {})
        if "codebook" in model or "classes" in model:
            raise ValueError(f"{folder.path} has codes or classes: such models are for vae.encode and vae.decode")
        shape = model["image_shape"]
        last = training.get("last", {})
        self._folder = folder
        self._size = (shape["height"], shape["width"], shape["channels"])
        self.image_shape_ = None if "table" in about else self._size
        self.latent_size_ = self._n_features_out = model["latent_size"]
        self.n_epochs_ = training.get("epochs_finished")
        self.train_loss_ = last.get("train", {}).get("total")
        self.test_loss_ = last.get("test", {}).get("total")
        self.seed_ = training.get("configuration", {}).get("seed")
        names = about.get("table", {}).get("columns", [])
        # Columns without names have numbers.
        if names != [str(place + 1) for place in range(len(names))]:
            self.feature_names_in_ = np.asarray(names, dtype=object)
        self.history_ = _history(folder.path / "metrics.csv")
        return self

    def _images(self, X: ArrayLike, *, reset: bool = False) -> NDArray[Any]:
        """X as the tools take it: (n, columns), or images."""
        values = rows(self, X, reset=reset)
        given = np.shape(X)[1:] if getattr(X, "ndim", 2) > 2 else values.shape[1:]
        if reset:
            self._inner, self._outer = self._shapes(given)
        elif len(given) > 1 and given != self._inner:
            raise ValueError(f"X has images of shape {given}, but {type(self).__name__} is expecting {self._inner}")
        return values.reshape(len(values), *self._inner)

    def _shapes(self, given: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shape of a row or image for the tools, and for who calls."""
        if self.image_shape is None:
            return given, given
        shape = tuple(self.image_shape)
        if len(shape) not in (2, 3) or math.prod(shape) != math.prod(given) or (len(given) > 1 and given != shape):
            raise ValueError(f"image_shape is {shape}; expected one of 2 or 3 sizes that fits what X holds: {given}")
        return shape, given

    def _outwards(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return images.reshape(len(images), *self._outer)

    def _demand_fit(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(f"this {type(self).__name__} has no model yet: call fit, or VAE.load")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_folder")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.transformer_tags.preserves_dtype = ["float32"]
        tags.input_tags.three_d_array = True
        return tags


def _history(path: Path) -> dict[str, NDArray[np.float64]]:
    """The columns of metrics.csv; none of a model file alone."""
    if not path.is_file():
        return {}
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    table = np.array([[float(cell or "nan") for cell in line.split(",")] for line in lines], dtype=np.float64)
    return {name: table[:, place] for place, name in enumerate(header.split(","))} if lines else {}
