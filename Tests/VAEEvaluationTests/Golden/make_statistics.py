#!/usr/bin/env python3
"""Writes statistics.json: what scikit-learn, SciPy and NumPy make of the data that StatisticsGolden.swift makes, too.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
    venv/bin/python make_statistics.py

The data are formulas, so that the file holds results only. Their random numbers are SplitMix64 from a state given here.
"""

import json
import pathlib

import numpy as np
import scipy.linalg
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import silhouette_samples
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

MASK = (1 << 64) - 1


class SplitMix:
    def __init__(self, state):
        self.state = state

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31

    def signed(self):
        """Uniform on [-1, 1)."""
        return (self.next() >> 40) / (1 << 23) - 1


CENTRES = [[0, 0, 0], [2, 0, 0.5], [0, 2, 1], [1, 1, -2]]
# Noise of class c along axis a; the second axis follows the first.
WIDTHS = [[0.75, 0.5, 0.5], [0.5, 0.75, 0.75], [0.75, 0.5, 0.5], [0.5, 0.5, 1]]


def blobs(count, state):
    """(count, 3) in single precision and their classes, i mod 4. A coordinate's noise is the sum of three uniforms."""
    random = SplitMix(state)
    points = np.zeros((count, 3), np.float32)
    labels = np.arange(count) % 4
    for i in range(count):
        c = i % 4
        noise = [random.signed() + random.signed() + random.signed() for _ in range(3)]
        noise[1] = 0.8 * noise[1] + 0.6 * noise[0]
        for a in range(3):
            points[i, a] = np.float32(CENTRES[c][a] + WIDTHS[c][a] * noise[a])
    return points, labels


def images(count, state):
    """(count, 64) of 8 bits: three waves of random strength and a little noise, 8 x 8 pixels."""
    random = SplitMix(state)
    pixels = np.zeros((count, 64), np.uint8)
    for i in range(count):
        strength = [random.signed() for _ in range(3)]
        for p in range(64):
            x, y = p % 8, p // 8
            value = 90 + strength[0] * 60 * (x - 3.5) / 3.5 + strength[1] * 50 * (y - 3.5) / 3.5
            value += strength[2] * 40 * (x - 3.5) * (y - 3.5) / 12.25 + 12 * random.signed()
            if 2 <= x <= 5:
                value += 90
            pixels[i, p] = max(0, min(255, int(np.floor(value))))
    return pixels


def vote(labels):
    """The class with most voters; of several, the one with the nearest."""
    counts = {label: int((labels == label).sum()) for label in set(labels.tolist())}
    most = max(counts.values())
    return next(int(label) for label in labels if counts[label] == most)


def main():
    result = {}
    train, train_labels = blobs(400, 1)
    test, test_labels = blobs(200, 2)
    exact_train, exact_test = train.astype(np.float64), test.astype(np.float64)

    search = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(exact_train)
    distances, indices = search.kneighbors(exact_test)
    predicted = np.array([vote(train_labels[row]) for row in indices])
    result["neighbours.predicted"] = predicted.tolist()
    result["neighbours.distances"] = distances.sum(axis=0).tolist()

    lda = LinearDiscriminantAnalysis(solver="svd").fit(exact_train, train_labels)
    scores = lda.decision_function(exact_test)
    result["discriminant.predicted"] = lda.predict(exact_test).tolist()
    # scikit-learn divides the scatter within classes by n, ours by n - classes as textbooks do.
    coefficients = lda.coef_ * (len(train) - 4) / len(train)
    result["discriminant.coefficients"] = (coefficients - coefficients[0]).ravel().tolist()
    ordered = np.sort(scores, axis=1)
    print("least margin of a discriminant", (ordered[:, -1] - ordered[:, -2]).min())

    samples = silhouette_samples(exact_test, test_labels)
    result["silhouette"] = samples.tolist()

    means = np.array([exact_train[train_labels == c].mean(axis=0) for c in range(4)])
    mixture = GaussianMixture(4, tol=1e-14, reg_covar=0, max_iter=20000, means_init=means).fit(exact_train)
    print("mixture iterations", mixture.n_iter_, mixture.converged_)
    order = np.argsort(mixture.means_[:, 0])
    result["mixture.weights"] = mixture.weights_[order].tolist()
    result["mixture.means"] = mixture.means_[order].ravel().tolist()
    result["mixture.covariances"] = mixture.covariances_[order].ravel().tolist()
    result["mixture.train"] = float(mixture.score_samples(exact_train).mean())
    result["mixture.test"] = mixture.score_samples(exact_test).tolist()

    train_pixels, test_pixels = images(200, 3), images(50, 4)
    x, y = train_pixels / 255, test_pixels / 255
    pca = PCA(3, svd_solver="full").fit(x)
    back = pca.inverse_transform(pca.transform(y))
    result["principal.variances"] = pca.explained_variance_.tolist()
    result["principal.share"] = float(pca.explained_variance_ratio_.sum())
    result["principal.axes"] = [
        float(v) for axis in pca.components_ for v in axis * np.sign(axis[np.argmax(np.abs(axis))])
    ]
    result["principal.squaredError"] = float(((back - y) ** 2).mean())

    def cross_entropy(p):
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(axis=1)

    result["principal.crossEntropy"] = float(cross_entropy(np.clip(back, 1 / 510, 1 - 1 / 510)).mean())
    mean = (x.sum(axis=0) + 0.5) / (len(x) + 1)
    entropies = cross_entropy(np.broadcast_to(mean, y.shape))
    result["mean.crossEntropy"] = float(entropies.mean())
    result["mean.standardError"] = float(entropies.std(ddof=1) / np.sqrt(len(y)))
    result["mean.squaredError"] = float(((mean - y) ** 2).mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = -np.nansum(y * np.log(y), axis=1) - np.nansum((1 - y) * np.log(1 - y), axis=1)
    result["grey.entropy"] = float(floor.mean())

    def frechet(a, b):
        root = scipy.linalg.sqrtm(np.cov(a.T) @ np.cov(b.T)).real
        return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root))

    result["frechet.blobs"] = frechet(exact_train, exact_test)
    result["frechet.apart"] = frechet(exact_train, exact_test * [1, -2, 0.5] + [3, 0, -1])

    path = pathlib.Path(__file__).with_name("statistics.json")
    path.write_text(json.dumps(result, indent=1).replace(",\n  ", ", ").replace("[\n  ", "[").replace("\n ]", "]") + "\n")


main()
