"""A difference of two rates in points of percent, and its test among others, as rows have them.

Nothing heavy is imported here, since a diff without verdicts need not wait for NumPy.
"""

from typing import TypedDict


class Points(TypedDict):
    """A difference of `n` questions with its interval.

    `worst` and `best` are the means if each of the `dropped` questions, valid on one side only, went against or for the first.
    """

    n: int
    difference: float
    low: float
    high: float
    worst: float
    best: float
    p: float
    dropped: int


class Corrected(TypedDict):
    """A p-value, corrected for the `tests` of its family, and whether it is small enough to be `sure`."""

    p_holm: float
    tests: int
    sure: bool


class PointsWithTest(Points, Corrected):
    """A difference with its test."""
