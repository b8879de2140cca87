"""Student's t, held against scipy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t  # type: ignore[import-untyped]

from seedbed.reporting.statistics.distributions import normal_quantile, t_quantile, t_tails


@given(st.floats(0.01, 40), st.floats(1, 500))
def test_tails_are_scipys(value: float, freedom: float) -> None:
    assert t_tails(value, freedom) == pytest.approx(2 * t.sf(value, freedom), rel=1e-9, abs=1e-300)
    assert t_tails(-value, freedom) == pytest.approx(t_tails(value, freedom))


@given(st.floats(50, 99.9), st.floats(1, 500))
def test_quantiles_are_scipys(confidence: float, freedom: float) -> None:
    assert t_quantile(confidence, freedom) == pytest.approx(t.ppf(0.5 + confidence / 200, freedom), rel=1e-9)


def test_known_values() -> None:
    assert t_quantile(95, 1) == pytest.approx(12.7062, abs=1e-4)
    assert t_quantile(95, 79) == pytest.approx(1.9905, abs=1e-4)
    assert normal_quantile(95) == pytest.approx(norm.ppf(0.975))
    assert t_tails(0.0, 5) == 1.0
