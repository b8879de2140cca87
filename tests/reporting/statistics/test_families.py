"""Holm's correction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedbed.reporting.statistics.families import holm


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
