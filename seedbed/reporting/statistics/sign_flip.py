"""The sign-flip test of paired differences, whether their mean is 0 (Fisher 1935, section 21; pairs: arXiv 2411.00640).

Not the sign test, which asks whether as many rise as fall: with half a point gained in 40% of the questions and a whole one
lost in 20% the mean is 0, and the sign test rejects it nearly always. Where all differences are of one size, as the scores of
one match less ½ are, the two tests are the same.
"""

from functools import reduce

import numpy as np

from seedbed.reporting.statistics.resamples import Floats, generator

FLIPS = 10_000
"""Flips drawn where the test cannot be worked out exactly."""
_EXACT = 15
"""Differences of which all flips are tried: 32,768."""
_GRID = 120
"""Differences that are multiples of 1/120 (halves, thirds, quarters … of a question) are summed exactly."""


def sign_flip(differences: Floats, seed: str = "sign flip") -> float:
    """Return the two-sided p-value: how often flipped signs give a sum as far from 0 as the one there is.

    Exact where the differences are multiples of 1/120, or no more than 15; else by 10,000 flips, of which the one there is
    counts as one, so that a p-value is never 0.

    Args:
        differences: shape (n,).
        seed: draws the flips.
    """
    moved = differences[np.abs(differences) > 1e-12]
    if not len(moved):
        return 1.0
    steps = np.rint(_GRID * moved).astype(np.int64)
    if np.abs(_GRID * moved - steps).max() < 1e-6 and steps.all():
        return _exact(steps // np.gcd.reduce(steps))
    observed = abs(moved.sum()) - 1e-9
    if len(moved) <= _EXACT:
        signs = 1 - 2 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
        return float((np.abs(signs @ moved) >= observed).mean())
    signs = 2 * generator(seed).integers(0, 2, size=(FLIPS, len(moved))) - 1
    return float((1 + (np.abs(signs @ moved) >= observed).sum()) / (1 + FLIPS))


def _exact(steps: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
    """Return the p-value of whole numbers: the distribution of their sum is a product of binomials, one for each size."""
    sizes, counts = np.unique(np.abs(steps), return_counts=True)
    chances = reduce(np.convolve, [_walk(int(size), int(count)) for size, count in zip(sizes, counts, strict=True)])
    reach = len(chances) // 2
    sums = np.abs(np.arange(-reach, reach + 1))
    return min(1.0, float(chances[sums >= abs(steps.sum())].sum()))


def _walk(size: int, count: int) -> Floats:
    """Return the chances of the sums of `count` coins of ±size, from -size·count to size·count."""
    chances = np.zeros(2 * size * count + 1)
    factorials = np.concatenate([[0.0], np.log(np.arange(1.0, count + 1)).cumsum()])
    chances[:: 2 * size] = np.exp(factorials[-1] - factorials - factorials[::-1] - count * np.log(2))
    return chances
