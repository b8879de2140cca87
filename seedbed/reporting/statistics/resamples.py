"""Resamples of the questions, seeded: what a bootstrap needs (Efron and Tibshirani 1993, chapter 13)."""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def generator(seed: str) -> np.random.Generator:
    """Return a source of chances that the text alone decides, so that another match never changes this one's interval."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(sha256(seed.encode()).digest()[:8])))


def resampled_counts(n: int, resamples: int, seed: str) -> Floats:
    """Return how often each of n ≥ 1 questions is drawn in each resample of n, shape (resamples, n).

    A statistic that is a function of sums over questions needs no more: its resampled sums are `counts @ contributions`.
    """
    places = generator(seed).integers(0, n, size=(resamples, n)) + n * np.arange(resamples)[:, None]
    return np.bincount(places.ravel(), minlength=n * resamples).reshape(resamples, n).astype(np.float64)


def percentile_bounds(values: Floats, confidence: float) -> tuple[float, float]:
    """Return the bounds of the middle `confidence` percent of resampled values, none of which is NaN."""
    tail = (100 - confidence) / 2
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)
