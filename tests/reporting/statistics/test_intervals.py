"""The interval of a rate, by hand and against statsmodels' formula of Wilson's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]

from seedbed.reporting.statistics.intervals import rate_interval, wilson


@given(st.integers(0, 60), st.integers(1, 60))
def test_without_ties_it_is_wilsons(wins: int, losses: int) -> None:
    low, high = rate_interval(np.repeat([1.0, 0.0], [wins, losses]), 95)
    expected = binomtest(wins, wins + losses).proportion_ci(0.95, "wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_two_wins_of_two() -> None:
    assert rate_interval(np.ones(2), 95) == pytest.approx([0.342, 1.0], abs=5e-4)


def test_ties_are_worth_more_than_coins_by_their_variance() -> None:
    """4 wins, 4 ties, 2 losses: p = .6, v = .14, so that 10 questions are worth 10 · .24 / .14."""
    scores = np.repeat([1.0, 0.5, 0.0], [4, 4, 2])
    assert rate_interval(scores, 95) == pytest.approx(wilson(0.6, 10 * 0.24 / 0.14, 95))


def test_a_question_is_worth_four_at_most() -> None:
    scores = np.array([1.0] + [0.5] * 79)
    assert rate_interval(scores, 95) == pytest.approx(wilson(scores.mean(), 320, 95))
    assert rate_interval(np.full(80, 0.5), 95) == pytest.approx(wilson(0.5, 80, 95))  # no variance: as many as there are


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=40), st.floats(50, 99.5))
def test_it_holds_the_rate_lies_within_0_and_1_and_never_collapses(scores: list[float], confidence: float) -> None:
    low, high = rate_interval(np.array(scores), confidence)
    assert 0 <= low <= np.mean(scores) + 1e-12
    assert np.mean(scores) - 1e-12 <= high <= 1
    assert high - low > 0.005


def test_equal_weights_change_nothing_and_many_rows_are_those_one_by_one() -> None:
    scores = np.random.default_rng(0).choice([0.0, 0.5, 1.0], size=(5, 12))
    assert rate_interval(scores, 90) == pytest.approx(np.array([rate_interval(row, 90) for row in scores]))
    assert rate_interval(scores, 90, np.full(scores.shape, 3.0)) == pytest.approx(rate_interval(scores, 90))
