"""Rates corrected by votes."""

import numpy as np
import pytest

from seedbed.reporting.statistics.corrected import corrected, corrected_uniform
from seedbed.reporting.statistics.rogan_gladen import rogan_gladen


def test_uniform_votes_worked_by_hand() -> None:
    judge = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.5, 1.0])
    people = np.array([1.0, 0.0, np.nan, np.nan, 0.0, 0.5, np.nan, np.nan])
    found = corrected_uniform(judge, people, 95)
    assert found
    assert (found.items, found.voted) == (8, 4)
    assert found.mean == pytest.approx(5.5 / 8 + (0 - 1 + 0 + 0.5) / 4)
    off = np.array([0, -1, 0, 0.5])
    spread = (((off - off.mean()) ** 2).sum() + 0.5) / 5
    se = (np.var([1, 0, 0, 0.5], ddof=1) / 8 + (1 - 4 / 8) * spread / 4) ** 0.5
    assert found.high - found.mean == pytest.approx(min(3.1824 * se, 1 - found.mean), abs=1e-4)


def test_votes_on_everything_give_the_peoples_own_mean() -> None:
    judge, people = np.ones(40), np.tile([1.0, 0.0], 20)
    for found in (corrected_uniform(judge, people, 95), corrected(judge, people, np.ones(40), np.arange(40), 95)):
        assert found
        assert found.mean == pytest.approx(0.5)
        assert found.high - found.low == pytest.approx(2 * 2.0227 * np.std(people, ddof=1) / 40**0.5, abs=1e-3)


def test_psi_weighs_a_vote_by_how_unlikely_it_was() -> None:
    judge, people = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.5, np.nan, 0.5, np.nan])
    found = corrected(judge, people, np.array([0.5, 0.5, 0.25, 0.25]), np.arange(4), 95)
    assert found
    assert found.mean == pytest.approx((1 - 0.5 / 0.5 + 1 + 0 + 0.5 / 0.25 + 0) / 4)


def test_too_few_votes() -> None:
    judge, nobody = np.ones(10), np.full(10, np.nan)
    one = nobody.copy()
    one[0] = 1
    assert corrected_uniform(judge, one, 95) is None
    assert corrected(judge, one, np.ones(10), np.arange(10), 95) is None
    assert corrected(judge, np.ones(10), np.ones(10), np.zeros(10), 95) is None


def test_votes_that_all_agree_leave_room_for_one_that_would_not() -> None:
    judge = np.ones(80)
    people = np.full(80, np.nan)
    people[:10] = 1
    found = corrected_uniform(judge, people, 95)
    assert found
    assert found.low < 0.9
    assert found.high == 1


def test_rogan_gladen_worked_by_hand() -> None:
    """Two classes: sensitivity .9, specificity .8; 41% called positive are 30% (0.3 · 0.9 + 0.7 · 0.2)."""
    found = rogan_gladen(np.array([[90.0, 10.0], [20.0, 80.0]]), np.array([410.0, 590.0]), 95, 2000, "x")
    assert found
    assert found.shares == pytest.approx([0.3, 0.7])
    assert found.low[0] < 0.3 < found.high[0]
    assert found.high[0] - found.low[0] > 0.1
    assert (found.mean, found.mean_low, found.mean_high) == pytest.approx((found.shares[0], found.low[0], found.high[0]))


def test_rogan_gladen_of_three_classes_undoes_the_judges_errors() -> None:
    confusion = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.2, 0.5]])
    truth = np.array([0.5, 0.3, 0.2])
    found = rogan_gladen(100 * confusion, 1000 * truth @ confusion, 95, 1000, "x")
    assert found
    assert found.shares == pytest.approx(truth)
    assert found.shares.sum() == pytest.approx(1)
    score = rogan_gladen(100 * confusion, 1000 * truth @ confusion, 95, 1000, "x", np.array([1.0, 0.0, 0.5]))
    assert score
    assert score.mean == pytest.approx(0.6)
    assert score.mean_low < 0.6 < score.mean_high


def test_rogan_gladen_stays_within_shares_and_refuses_a_judge_that_guesses() -> None:
    found = rogan_gladen(np.array([[90.0, 10.0], [20.0, 80.0]]), np.array([5.0, 95.0]), 95, 1000, "x")
    assert found
    assert found.shares == pytest.approx([0, 1])  # fewer positives than its errors alone would give
    assert rogan_gladen(np.full((3, 3), 10.0), np.array([5.0, 5.0, 5.0]), 95, 1000, "x") is None
    assert rogan_gladen(np.diag([5.0, 5.0, 0.0]), np.array([5.0, 5.0, 5.0]), 95, 1000, "x") is None
