"""Intervals by bootstrap."""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray


def bootstrap_interval(values: NDArray[np.float64], resamples: int, confidence: float, seed: str) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a mean (Efron and Tibshirani 1993, chapter 13).

    Args:
        values: shape (n,), one value a question, n ≥ 1.
        resamples: how many resamples of n values are drawn.
        confidence: in percent, e.g. 95.
        seed: any text; it alone draws the resamples, so that another match never changes this one's interval.

    Returns:
        The lower and the upper bound, in the unit of `values`.
    """
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(sha256(seed.encode()).digest()[:8])))
    means = values[generator.integers(0, len(values), size=(resamples, len(values)))].mean(axis=1)
    tail = (100 - confidence) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)
