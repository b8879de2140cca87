"""Position bias, by pairs that contradict."""

import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from seedbed.reporting.statistics.position import position_bias


def test_three_to_fourteen() -> None:
    found = position_bias(3, 14, 95)
    assert found.p == pytest.approx(0.0127, abs=1e-4)
    expected = binomtest(3, 17).proportion_ci(0.95, "wilson")
    assert (found.first_share, found.low, found.high) == pytest.approx((3 / 17, expected.low, expected.high))


def test_no_pair_contradicts() -> None:
    assert position_bias(0, 0, 95).p is None
