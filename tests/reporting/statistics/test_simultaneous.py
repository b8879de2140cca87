"""Intervals of all differences at once, and letters."""

import numpy as np
import pytest

from seedbed.reporting.statistics.simultaneous import letters, simultaneous_differences


def test_one_critical_value_for_all() -> None:
    """Of independent strengths the critical value is that of the studentised range: 3.31 / √2 for three."""
    found = np.array([1.0, 0.0, 0.0])
    drawn = np.random.default_rng(0).normal(size=(100_000, 3))
    low, high = simultaneous_differences(found, drawn + found, 10**6, 95)
    assert (high - low)[0, 1] / 2 == pytest.approx(3.315, abs=0.03)
    assert (high + low)[0, 1] / 2 == pytest.approx(1)
    assert low == pytest.approx(-high.T)
    assert low[1, 1] == high[1, 1] == 0


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        ([], ["a", "a", "a", "a"]),
        ([(0, 3)], ["a", "ab", "ab", "b"]),
        ([(0, 2), (0, 3), (1, 3)], ["a", "ab", "bc", "c"]),
        ([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)], ["a", "b", "c", "d"]),
        ([(1, 2)], ["ab", "a", "b", "ab"]),
    ],
)
def test_letters(apart: list[tuple[int, int]], expected: list[str]) -> None:
    matrix = np.zeros((4, 4), dtype=bool)
    for one, other in apart:
        matrix[one, other] = matrix[other, one] = True
    found = letters([0, 1, 2, 3], matrix)
    assert found == expected
    for one in range(4):
        for other in range(4):
            assert bool(set(found[one]) & set(found[other])) == (not matrix[one, other])


def test_letters_go_by_strength_and_not_by_place() -> None:
    apart = np.array([[False, True], [True, False]])
    assert letters([1, 0], apart) == ["b", "a"]
