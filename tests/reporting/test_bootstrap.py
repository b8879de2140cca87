"""Intervals, and the tests that a table of categories needs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]

from seedbed.reporting.bootstrap import bootstrap_interval, holm, sign_test


def test_interval_holds_the_mean_and_is_seeded() -> None:
    values = np.array([0.0, 50.0, 100.0, 100.0])
    low, high = bootstrap_interval(values, 500, 95, "seed")
    assert low <= values.mean() <= high
    assert (low, high) == bootstrap_interval(values, 500, 95, "seed")
    assert bootstrap_interval(np.array([100.0]), 10, 95, "x") == (100.0, 100.0)


def test_bootstrap_covers_the_true_mean_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    hits = 0
    for trial in range(200):
        low, high = bootstrap_interval(generator.choice([0.0, 50.0, 100.0], size=80), 300, 95, str(trial))
        hits += low <= 50 <= high
    assert 0.89 <= hits / 200 <= 0.99


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_scipys(wins: int, losses: int) -> None:
    expected = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    assert sign_test(wins, losses) == pytest.approx(expected)


def test_the_sign_test_by_hand() -> None:
    assert sign_test(9, 1) == pytest.approx(2 * 11 / 1024)
    assert sign_test(5, 5) == 1.0
    assert sign_test(0, 0) == 1.0
    assert 0 <= sign_test(6000, 4000) < 1e-80


def test_holm_by_hand() -> None:
    """0.01 · 4, 0.02 · 3, 0.03 · 2 and 0.04 · 1; none may be below one before it."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_no_correction_and_bonferronis(values: list[float]) -> None:
    for raw, corrected in zip(values, holm(values), strict=True):
        assert raw <= corrected <= min(1.0, len(values) * max(values))
    rejected = [value for value, corrected in zip(values, holm(values), strict=True) if corrected <= 0.05]
    assert rejected == [value for value in values if value <= 0.05 and value in rejected]
