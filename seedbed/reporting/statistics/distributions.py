"""Quantiles and tails of the normal distribution and of Student's t: all that the reports need of a larger library."""

import math
from functools import cache
from statistics import NormalDist

_NORMAL = NormalDist()


def normal_quantile(confidence: float) -> float:
    """Return z such that the normal distribution lies between -z and z with `confidence` percent, e.g. 1.96 for 95."""
    return _NORMAL.inv_cdf(0.5 + confidence / 200)


def normal_power(power: float) -> float:
    """Return the quantile of the normal distribution at `power`, from 0 to 1, e.g. 0.84 for 0.8."""
    return _NORMAL.inv_cdf(power)


@cache
def t_quantile(confidence: float, freedom: float) -> float:
    """Return t such that Student's distribution lies between -t and t with `confidence` percent.

    Args:
        confidence: in percent, above 0 and below 100.
        freedom: degrees of freedom, > 0; not always a whole number (Welch and Satterthwaite).
    """
    tail, low, high = 1 - confidence / 100, 0.0, 2.0
    while t_tails(high, freedom) > tail:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if t_tails(middle, freedom) > tail else (low, middle)
    return (low + high) / 2


def t_tails(t: float, freedom: float) -> float:
    """Return the chance that Student's t lies further from 0 than `t`: the two-sided p-value.

    It is the regularised incomplete beta function at freedom / (freedom + t²) (DLMF 8.17.22, the continued fraction).
    """
    if t == 0:
        return 1.0
    return _incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side only
        return 1 - _incomplete_beta(1 - x, b, a)
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a
    # Lentz's method: the denominators are never 0 for 0 < x < 1 and a, b > 0.
    above, below = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = below
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            below = 1 / (1 + term * below)
            above = 1 + term / above
            value *= above * below
        if abs(above * below - 1) < 1e-15:
            break
    return front * value
