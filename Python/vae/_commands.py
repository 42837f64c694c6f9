"""The tools' commands as functions of a run folder and arrays."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _arrays, _flags, _tool
from ._arrays import StrPath

Floats = NDArray[np.float32]


def train(
    images: ArrayLike,
    run: StrPath,
    labels: ArrayLike | None = None,
    *,
    test_images: ArrayLike | None = None,
    test_labels: ArrayLike | None = None,
    figures: bool = False,
    verbose: bool = False,
    **flags: Any,
) -> Path:
    """Trains a variational autoencoder: ``vae-train``.

    Args:
        images: (n, columns), the rows of a table; (n, height, width) or (n, height, width, channels), images: floats
            from 0 to 1, or integers of the full range of their type
        run: the run folder, which must not exist yet
        labels: (n), whole numbers; colours of figures, and what a conditional model is told
        test_images: like ``images``; by default a tenth of those is held out
        test_labels: like ``labels``
        figures: whether to draw pictures and make the page, ``report.html``
        verbose: whether to print what the tool says
        **flags: of ``vae-train``, as ``latent_dim=8``, ``filters=[32, 64]``, ``conditional=True``, ``seed=1``

    Returns:
        The run folder.

    Raises:
        InputError: the tool refused arrays or flags
        KeyboardInterrupt: after Ctrl-C; the folder holds what was trained, for :func:`resume`
    """
    array = _arrays.prepared(images)
    place = Path(run)
    with tempfile.TemporaryDirectory(prefix="vae-") as folder:
        data = _arrays.data_set(folder, place.name, array, labels, test_images, test_labels)
        given = ["train", "--data", data, "--out", place, *_arrays.layout(array), *_flags.arguments(flags)]
        if array.ndim == 2:
            given.append("--table")
        _train(given, figures, verbose, folder)
    return place


def resume(
    run: StrPath,
    images: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    test_images: ArrayLike | None = None,
    test_labels: ArrayLike | None = None,
    epochs: int | None = None,
    figures: bool = False,
    verbose: bool = False,
) -> Path:
    """Goes on with a training that was interrupted, to the bits of one that was not: ``vae-train --resume``.

    Args:
        run: the run folder
        images: those that it was trained on, which it does not hold itself; others are refused
        labels, test_images, test_labels: likewise
        epochs: how many in all; by default as many as were asked for

    Returns:
        The run folder.
    """
    with tempfile.TemporaryDirectory(prefix="vae-") as folder:
        array = _arrays.prepared(images)
        data = _arrays.data_set(folder, Path(run).name, array, labels, test_images, test_labels)
        given = ["train", "--resume", run, "--data", data, *_flags.arguments({"epochs": epochs})]
        _train(given, figures, verbose, folder)
    return Path(run)


def _train(given: list[Any], figures: bool, verbose: bool, folder: str) -> None:
    given += [] if figures else ["--no-figures"]
    _tool.run(given if verbose else [*given, "--quiet"], echo=verbose, folder=folder)


@overload
def encode(
    run: StrPath,
    images: ArrayLike,
    labels: ArrayLike | None = ...,
    *,
    log_variance: Literal[False] = ...,
    best: bool = ...,
    threads: int | None = ...,
) -> Floats: ...


@overload
def encode(
    run: StrPath,
    images: ArrayLike,
    labels: ArrayLike | None = ...,
    *,
    log_variance: Literal[True],
    best: bool = ...,
    threads: int | None = ...,
) -> tuple[Floats, Floats]: ...


def encode(
    run: StrPath,
    images: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    log_variance: bool = False,
    best: bool = False,
    threads: int | None = None,
) -> Floats | tuple[Floats, Floats]:
    """The means of q(z|x), and its log-variances: ``vae encode``.

    Args:
        run: a run folder, or a model file
        images: (n, columns), (n, height, width) or (n, height, width, channels), as the model was trained on
        labels: (n), for a conditional model
        log_variance: whether to give the natural logarithms of the variances, too
        best: whether to take the model of the lowest test loss, not the last one
        threads: worker threads; by default the physical cores

    Returns:
        (n, dimensions); with ``log_variance`` two of them, means and log-variances. Of a model with a codebook the
        numbers of its codes, (n, codes).
    """
    found = _mapped("encode", run, images, labels, best, threads, ["--log-variance"] if log_variance else [])
    return (found[0], found[1]) if log_variance else found


def reconstruct(
    run: StrPath,
    images: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    best: bool = False,
    threads: int | None = None,
) -> Floats:
    """Images encoded and decoded again, from the means of q(z|x): ``vae reconstruct``.

    Args:
        run, images, labels, best, threads: as of :func:`encode`

    Returns:
        (n, height, width), (n, height, width, channels), from 0 to 1, or (n, columns), in the table's units.
    """
    return _mapped("reconstruct", run, images, labels, best, threads, [])


def decode(
    run: StrPath,
    z: ArrayLike,
    *,
    label: int | None = None,
    best: bool = False,
    threads: int | None = None,
) -> Floats:
    """Points of latent space decoded to the means of p(x|z): ``vae decode``.

    Args:
        run: a run folder, or a model file
        z: (n, dimensions)
        label: the class that is drawn, of a conditional model

    Returns:
        (n, height, width), (n, height, width, channels), or (n, columns), in the table's units.
    """
    points = np.asarray(z)
    if points.ndim != 2 or points.dtype.kind not in "uif":
        raise ValueError(f"expected z of shape (n, dimensions), numbers; found {points.dtype} of shape {points.shape}")
    with tempfile.TemporaryDirectory(prefix="vae-") as folder:
        np.save(Path(folder) / "z.npy", np.ascontiguousarray(points, dtype=np.float32))
        given = ["decode", run, "--z", Path(folder) / "z.npy", *_common(best, threads)]
        given += [] if label is None else ["--class", label]
        return _array(given, folder)


def sample(
    run: StrPath,
    n: int = 64,
    *,
    seed: int = 0,
    label: int | str | Sequence[int | str] | None = None,
    best: bool = False,
    threads: int | None = None,
) -> Floats:
    """Draws from the prior, decoded to the means of p(x|z): ``vae sample``.

    Args:
        run: a run folder, or a model file
        n: how many, 1 to 1,000,000
        seed: names the draws: the same for the same seed, and the first of many are those of few
        label: the class or classes that are drawn, of a conditional model; by default all in turn

    Returns:
        (n, height, width), (n, height, width, channels), or (n, columns), in the table's units.
    """
    classes = [] if label is None else [label] if isinstance(label, (int, str)) else label
    with tempfile.TemporaryDirectory(prefix="vae-") as folder:
        given = ["sample", run, "-n", n, "--seed", seed, *_common(best, threads)]
        given += [part for name in classes for part in ("--class", name)]
        return _array(given, folder)


def score_samples(
    run: StrPath,
    images: ArrayLike,
    *,
    samples: int = 0,
    seed: int = 0,
    best: bool = False,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """How likely the model finds each image, in nats: ``vae anomalies``, with the sign turned.

    Args:
        images: as of :func:`encode`
        samples: 0 for minus the loss at z = μ, which is the same for an image wherever it stands; else ln p(x) by
            importance sampling with so many draws of z
        seed: names those draws

    Returns:
        (n), higher for more likely ones. Of a table it is a density of standardised values.
    """
    array = _arrays.prepared(images)
    with tempfile.TemporaryDirectory(prefix="vae-") as folder:
        data = _arrays.written(folder, array, None)
        given = ["anomalies", run, data, "-n", len(array), "--json", *_arrays.layout(array), *_common(best, threads)]
        given += ["--samples", samples, "--seed", seed] if samples else ["--by", "loss"]
        ranking = json.loads(_tool.run(given, folder=folder))["images"]
    scores = np.empty(len(array))
    for place in ranking:
        # Rows are called by their numbers, images by those in their file.
        scores[int(str(place["image"]).rsplit(":", 1)[-1])] = -place["value"]
    return scores


def describe(run: StrPath) -> dict[str, Any]:
    """What a model is, how it was trained and on what: ``vae info --json``."""
    found: dict[str, Any] = json.loads(_tool.run(["info", run, "--json"]))
    return found


def _mapped(
    command: str,
    run: StrPath,
    images: ArrayLike,
    labels: ArrayLike | None,
    best: bool,
    threads: int | None,
    flags: list[str],
) -> Floats:
    array = _arrays.prepared(images)
    with tempfile.TemporaryDirectory(prefix="vae-") as folder:
        data = _arrays.written(folder, array, labels)
        given = [command, run, data, *_arrays.layout(array), *_common(best, threads), *flags]
        return _array(given, folder)


def _common(best: bool, threads: int | None) -> list[Any]:
    return [*(["--best"] if best else []), *([] if threads is None else ["--threads", threads]), "--quiet"]


def _array(given: Sequence[Any], folder: str) -> Floats:
    path = Path(folder) / "out.npy"
    _tool.run([*given, "--out", path], folder=folder)
    found: Floats = np.load(path, allow_pickle=False)
    return found
