"""Paired differences: the interval, the sign-flip test, and what was dropped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test, ttest_1samp  # type: ignore[import-untyped]

from seedbed.reporting.statistics.paired import mean_interval, paired_difference
from seedbed.reporting.statistics.sign_flip import sign_flip

HALVES = st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0])


@given(st.lists(HALVES, min_size=2, max_size=40).filter(lambda values: len(set(values)) > 1))
def test_the_interval_is_students(values: list[float]) -> None:
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean_interval(np.array(values), 95) == pytest.approx(np.clip([expected.low, expected.high], -1, 1))


def test_equal_differences_have_an_interval_all_the_same() -> None:
    low, high = mean_interval(np.zeros(80), 95)
    assert (low, high) == pytest.approx((-0.035, 0.035), abs=1e-3)
    assert mean_interval(np.array([0.5]), 95).tolist() == [-1, 1]


def test_eight_of_eighty_up_by_half_a_question_are_seen() -> None:
    """Two intervals of the rates overlap always; the paired one never holds 0."""
    for old_rate in (0.3, 0.5, 0.8):
        old = np.repeat([1.0, 0.0], [round(80 * old_rate), 80 - round(80 * old_rate)])
        new = old.copy()
        new[-8:] += 0.5
        found = paired_difference(new, old, 95)
        assert found
        assert found.mean == pytest.approx(0.05)
        assert found.low > 0
        assert found.p == pytest.approx(2 / 2**8)


def test_two_flipped_verdicts_of_eighty_prove_nothing() -> None:
    new = np.zeros(80)
    new[:2] = 0.5
    found = paired_difference(new, np.zeros(80), 95)
    assert found
    assert found.low < 0 < found.high
    assert found.p == 0.5


def test_dropped_questions_and_how_far_they_could_move_the_mean() -> None:
    new = np.array([1.0, 1.0, np.nan, 0.5, np.nan])
    old = np.array([0.0, 1.0, 1.0, np.nan, np.nan])
    found = paired_difference(new, old, 95)
    assert found
    assert (found.n, found.dropped, found.mean) == (2, 2, 0.5)
    assert found.worst == pytest.approx((1 + 0 - 1 - 0.5) / 4)  # the third lost on the new side, the fourth won on the old
    assert found.best == pytest.approx((1 + 0 + 0 + 0.5) / 4)
    assert paired_difference(np.array([np.nan]), np.array([1.0]), 95) is None


@given(st.integers(0, 60), st.integers(0, 60))
def test_where_all_are_of_one_size_it_is_the_sign_test(wins: int, losses: int) -> None:
    expected = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    assert sign_flip(np.repeat([0.5, -0.5], [wins, losses])) == pytest.approx(expected)


@given(st.lists(HALVES, min_size=2, max_size=9))
def test_flips_are_scipys(values: list[float]) -> None:
    expected = permutation_test((values,), np.mean, permutation_type="samples", n_resamples=2**9 + 1).pvalue
    assert sign_flip(np.array(values)) == pytest.approx(expected, abs=1e-9)


def test_exact_enumerated_and_drawn_flips_agree() -> None:
    """The same differences, a little off the grid, are enumerated up to 15 and drawn beyond."""
    generator = np.random.default_rng(0)
    few = generator.choice([-0.5, 0.5, 1.0, 1 / 3], size=14)
    assert sign_flip(few * (1 + 1e-5)) == pytest.approx(sign_flip(few), abs=1e-9)
    many = generator.choice([-0.5, 0.5, 1.0], size=60, p=[0.5, 0.3, 0.2])
    assert sign_flip(many * (1 + 1e-5)) == pytest.approx(sign_flip(many), abs=0.02)
    assert sign_flip(np.full(400, 0.5)) == pytest.approx(2.0**-399)
    assert sign_flip(np.full(30, np.pi)) == pytest.approx(1 / 10_001)
