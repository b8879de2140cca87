"""The interval of a rate over questions, which never has width 0 and covers what it says on few questions too.

Wilson's interval (1927) on an effective number of questions, since a tie scores ½ and varies less than a coin: no percentile
bootstrap on few questions (arXiv 2503.01747), questions are the unit (arXiv 2411.00640).
"""

import numpy as np

from seedbed.reporting.statistics.distributions import normal_quantile
from seedbed.reporting.statistics.resamples import Floats

MOST = 4.0
"""How many questions one question is worth at most: where all but a few are ties the variance of so few tells little."""


def rate_interval(scores: Floats, confidence: float, weights: Floats | None = None) -> Floats:
    """Return the interval of the mean of scores.

    Args:
        scores: shape (…, n), from 0 to 1, n ≥ 1.
        confidence: in percent, e.g. 95.
        weights: shape (…, n), ≥ 0, where questions do not count alike.

    Returns:
        Shape (…, 2), the bounds, from 0 to 1.
    """
    weights = np.ones_like(scores) if weights is None else weights
    total = weights.sum(axis=-1)
    rate = (weights * scores).sum(axis=-1) / total
    n = total**2 / (weights**2).sum(axis=-1)
    spread = (weights**2 * (scores - rate[..., None]) ** 2).sum(axis=-1) / (weights**2).sum(axis=-1)
    coin = rate * (1 - rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(spread > 1e-12, np.minimum(MOST, coin / spread), 1.0)
    return wilson(rate, n * worth, confidence)


def wilson(rate: Floats | float, n: Floats | float, confidence: float) -> Floats:
    """Return Wilson's interval of `rate` (from 0 to 1) over `n` > 0 trials, not always a whole number; shape (…, 2)."""
    z = normal_quantile(confidence)
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(rate * (1 - rate) / n + (z / (2 * n)) ** 2)
    # At 0 and 1 the bound is the rate itself, up to rounding.
    bounds: Floats = np.stack([np.where(rate <= 0, 0.0, centre - half), np.where(rate >= 1, 1.0, centre + half)], axis=-1)
    return bounds
