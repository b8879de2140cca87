"""Questions, answers, judgments: what the scores vary by."""

import numpy as np
import pytest

from seedbed.reporting.statistics.components import components, retest


def test_components_of_a_large_design_are_those_it_was_made_of() -> None:
    generator = np.random.default_rng(0)
    scores = (
        generator.normal(0, 0.3, (4000, 1, 1)) + generator.normal(0, 0.2, (4000, 2, 1)) + generator.normal(0, 0.1, (4000, 2, 2))
    )
    found = components(scores)
    assert (found.question, found.answer, found.judge) == pytest.approx((0.09, 0.04, 0.01), rel=0.08)
    assert found.negative == ()


def test_worked_by_hand_and_a_negative_one_is_0_and_said() -> None:
    """Two questions, two answers, two judgments: within .25 each; the answers' means are all ½."""
    found = components(np.array([[[0.0, 1.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]))
    assert found.judge == pytest.approx(0.5)
    assert (found.question, found.answer) == (0.0, 0.0)
    assert found.negative == ("answer",)


def test_retest() -> None:
    """Two published runs of one judge over identical answers agree on 601 of 640."""
    share, low, high = retest(601, 640, 95)
    assert share == pytest.approx(0.939, abs=5e-4)
    assert (low, high) == pytest.approx((0.918, 0.955), abs=1e-3)
    assert retest(8, 8, 95)[1] == pytest.approx(0.676, abs=1e-3)
