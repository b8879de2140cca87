"""How small a difference so many questions can show, and how many questions a difference wants (arXiv 2411.00640, section 5).

With 80% power: of five benchmarks that could show a difference of that size, four do.
"""

import math
from functools import cache

from seedbed.reporting.statistics.distributions import normal_power, normal_quantile

POWER = 0.8
SD_MATCH = 0.45
"""Standard deviation of a question's score in one match, where no verdict is known yet."""
SD_DIFFERENCE = 0.50
"""The same of the difference of two models' scores against one baseline."""
FEW = 20
"""Questions below which the normal approximation is not used."""


def visible_difference(n: int, sd: float, confidence: float, tests: int = 1) -> float | None:
    """Return the smallest difference of a mean score that n questions show with 80% power.

    Args:
        n: questions, ≥ 1.
        sd: standard deviation of a question's score, or of its difference; from a pilot, `SD_MATCH` or `SD_DIFFERENCE`.
        confidence: of the test, in percent.
        tests: in the family that Holm's correction is for.

    Returns:
        From 0 to 1. Below 20 questions that of the exact sign test, as if no question were a tie; None where it cannot
        reject whatever the verdicts.
    """
    if n < FEW:
        return _exact(n, (1 - confidence / 100) / tests)
    return _quantiles(confidence, tests) * sd / math.sqrt(n)


def questions_needed(difference: float, sd: float, confidence: float, tests: int = 1) -> int:
    """Return how many questions show a difference (0 < difference ≤ 1) of a mean score with 80% power; at least 20.

    Args:
        difference: from the rate that is tested against; 0.05 for 55% against 50%.
        sd: as of `visible_difference`.
        confidence: of the test, in percent.
        tests: as of `visible_difference`.
    """
    return max(FEW, math.ceil((_quantiles(confidence, tests) * sd / difference) ** 2 - 1e-9))


def _quantiles(confidence: float, tests: int) -> float:
    return normal_quantile(100 - (100 - confidence) / tests) + normal_power(POWER)


@cache
def _exact(n: int, alpha: float) -> float | None:
    """Return by how much a question must be likelier won than lost, less ½, for the exact sign test to reject in 80%."""
    tails = [sum(math.comb(n, k) for k in range(losses + 1)) / 2 ** (n - 1) for losses in range(n // 2 + 1)]
    most = max((losses for losses, p in enumerate(tails) if p < alpha), default=None)
    if most is None:
        return None
    low, high = 0.5, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        power = sum(math.comb(n, k) * (1 - middle) ** k * middle ** (n - k) for k in range(most + 1))
        low, high = (middle, high) if power < POWER else (low, middle)
    return high - 0.5
