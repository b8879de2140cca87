"""A jury's verdict."""

import numpy as np
import pytest

from seedbed.reporting.statistics.jury import error_correlations
from tests.reporting.judgments import jury_outcome


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["win", "win", "loss"], "win"),
        (["loss", "loss", "tie"], "loss"),
        (["win", "loss", "tie"], "tie"),
        (["win", "loss"], "tie"),
        (["win", "tie"], "tie"),
        (["win", "win"], "win"),
        (["win", "win", "invalid"], "win"),
        (["win", "invalid", "loss"], "tie"),
        (["win", "invalid", "invalid"], "invalid"),
        (["win", "win", "loss", "loss"], "tie"),
        (["win", "win", "tie", "tie"], "tie"),
        (["win"], "invalid"),
        ([], "invalid"),
    ],
)
def test_a_strict_majority_of_the_valid_outcomes_decides(outcomes: list[str], verdict: str) -> None:
    assert jury_outcome(outcomes) == verdict


def test_judges_that_err_together_are_seen() -> None:
    truth = np.array([1.0, 0.0, 0.5, 1.0, 0.0, 0.0])
    one = np.array([1.0, 1.0, 0.5, 1.0, 0.0, 1.0])
    other = np.array([1.0, 0.0, 0.5, 0.0, 0.0, np.nan])
    found = error_correlations(np.stack([one, one, other]), truth)
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 2] == found[2, 0] == pytest.approx(np.corrcoef((one - truth)[:5], (other - truth)[:5])[0, 1])
    assert np.isnan(error_correlations(np.stack([truth, one]), truth)[0, 1])
