"""Wins in, strengths out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize  # type: ignore[import-untyped]

from seedbed.reporting.statistics.bradley_terry import PRIOR, bradley_terry, levels, resampled_strengths
from seedbed.reporting.statistics.resamples import resampled_counts


def test_two_models_worked_by_hand() -> None:
    """3 wins of 4: the odds are 3 to 1 where the prior vanishes."""
    low, high = sorted(bradley_terry(np.array([[0.0, 3.0], [1.0, 0.0]]), prior=1e-9))
    assert high - low == pytest.approx(np.log(3))
    assert high + low == pytest.approx(0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=12, max_size=12))
def test_strengths_make_the_outcomes_most_likely(counts: list[int]) -> None:
    """Against scipy's general optimiser, with models that never win or never lose among them."""
    wins = np.zeros((4, 4))
    wins[~np.eye(4, dtype=bool)] = counts

    def unlikely(strengths: np.ndarray) -> float:
        differences = strengths[:, None] - strengths[None, :]
        alone = np.logaddexp(0, -strengths) + np.logaddexp(0, strengths)
        return float((wins * np.logaddexp(0, -differences)).sum() + PRIOR / 2 * alone.sum())

    best = minimize(unlikely, np.zeros(4), method="BFGS", options={"gtol": 1e-8}).x
    assert bradley_terry(wins) == pytest.approx(best - best.mean(), abs=1e-3)


def test_many_at_once_are_those_one_by_one() -> None:
    by_question = np.random.default_rng(0).integers(0, 9, size=(5, 3, 3)).astype(np.float64)
    by_question[:, range(3), range(3)] = 0
    counts = resampled_counts(5, 40, "x")
    one_by_one = np.array([bradley_terry(np.tensordot(row, by_question, axes=1)) for row in counts])
    found = bradley_terry(by_question.sum(axis=0))
    assert resampled_strengths(by_question, counts, found) == pytest.approx(one_by_one, abs=1e-6)


def test_levels() -> None:
    assert levels(np.array([[0, 2, 1], [1, 0, 1], [0, 1, 0]])).tolist() == [0, 0, 0]  # by way of the second the third beats all
    assert levels(np.array([[0, 8, 8], [0, 0, 4], [0, 4, 0]])).tolist() == [0, 1, 1]
    assert levels(np.array([[0, 0, 0], [3, 0, 0], [3, 3, 0]])).tolist() == [2, 1, 0]
    with pytest.raises(ValueError, match="no chain"):
        levels(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]))
    with pytest.raises(ValueError, match="no chain"):
        levels(np.array([[0, 8, 8], [0, 0, 0], [0, 0, 0]]))  # the lower two never met
