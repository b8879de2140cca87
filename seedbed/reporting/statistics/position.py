"""Position bias by pairs: what a judge says of two answers in one order and in the other (MT-bench, arXiv 2306.05685).

The share of all verdicts for the answer that stood first hides a bias, since every pair that agrees adds one of each. What
shows it are the pairs that contradict: the first in both orders, or the second in both.
"""

from dataclasses import dataclass

import numpy as np

from seedbed.reporting.statistics.intervals import wilson
from seedbed.reporting.statistics.sign_flip import sign_flip


@dataclass(frozen=True)
class Position:
    """How pairs that contradict lean.

    Attributes:
        first_share: of them, those for the first place; None where none contradicts.
        low, high: its interval, from 0 to 1.
        p: of the exact test that the two places are equally likely.
    """

    first_share: float | None
    low: float | None
    high: float | None
    p: float | None


def position_bias(first: int, second: int, confidence: float) -> Position:
    """Return how the pairs lean that name the first answer in both orders, or the second in both.

    Args:
        first: the number of pairs for the first place, both orders valid.
        second: the same for the second.
        confidence: in percent.
    """
    n = first + second
    if not n:
        return Position(None, None, None, None)
    low, high = wilson(first / n, n, confidence)
    return Position(first / n, float(low), float(high), sign_flip(np.repeat([1.0, -1.0], [first, second])))
