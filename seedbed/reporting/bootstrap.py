"""Intervals by bootstrap over questions; a test of wins against losses; the correction for many tests."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bootstrap_interval(values: Floats, resamples: int, confidence: float, seed: str) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a mean (Efron and Tibshirani 1993, chapter 13).

    Args:
        values: shape (n,), one value a question, n ≥ 1.
        resamples: how many resamples of n values are drawn.
        confidence: in percent, e.g. 95.
        seed: any text; it alone draws the resamples, so that another match never changes this one's interval.

    Returns:
        The lower and the upper bound, in the unit of `values`.
    """
    means = values[_draw(len(values), resamples, seed)].mean(axis=1)
    tail = (100 - confidence) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)


def resampled_sums(contributions: Floats, resamples: int, seed: str) -> Floats:
    """Return the column sums of resamples of the rows, for statistics that are functions of sums (ratios, kappa).

    Args:
        contributions: shape (n, k), what each of n ≥ 1 questions adds to k sums.
        resamples: how many resamples of n rows are drawn, the same that `bootstrap_interval` draws.
        seed: any text.

    Returns:
        Shape (resamples, k).
    """
    n = len(contributions)
    places = _draw(n, resamples, seed) + n * np.arange(resamples)[:, None]
    counts = np.bincount(places.ravel(), minlength=n * resamples).reshape(resamples, n)
    sums: Floats = counts @ contributions
    return sums


def percentile_interval(values: Floats, confidence: float) -> tuple[float, float] | None:
    """Return the bounds of the middle `confidence` percent of resampled `values`.

    Resamples in which the statistic is undefined (NaN) are left out; None where it is in most of them.
    """
    defined = values[~np.isnan(values)]
    if 2 * len(defined) <= len(values):
        return None
    tail = (100 - confidence) / 2
    low, high = np.percentile(defined, [tail, 100 - tail])
    return float(low), float(high)


def sign_test(wins: int, losses: int) -> float:
    """Return the p-value of the exact two-sided sign test: are wins and losses equally likely? Ties are dropped before.

    Twice the tail of the binomial distribution at one half (Conover 1999, section 3.4), at most 1; 1 where there are none.
    """
    n = wins + losses
    ways = below = 1  # of choosing k of n, and of choosing at most k
    for k in range(min(wins, losses)):
        ways = ways * (n - k) // (k + 1)
        below += ways
    return min(1.0, below / 2 ** (n - 1)) if n else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for having made them all (Holm 1979), in their order.

    A corrected value below 0.05 bounds the chance of even one false alarm among all the tests by 5%.
    """
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = worst
    return adjusted


def _draw(n: int, resamples: int, seed: str) -> NDArray[np.int64]:
    """Return the places of `resamples` resamples of n, shape (resamples, n)."""
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(sha256(seed.encode()).digest()[:8])))
    return generator.integers(0, n, size=(resamples, n))
