"""Conversations and ratings as the report counts them: the whole by its turns, and no interval of width 0."""

from itertools import pairwise

import numpy as np
import pytest

from seedbed.project.columns import JUDGMENTS, QUESTIONS
from seedbed.reporting.judgments import set_verdict_rule
from seedbed.reporting.ratings import mean_interval
from seedbed.util.tables import Tables

Order = tuple[str, ...]
"""The verdicts of one order, turn by turn: win, loss or tie of the model, or invalid."""
VERDICTS = {"win": ("first", "second"), "loss": ("second", "first"), "tie": ("tie", "tie"), "invalid": ("invalid", "invalid")}


def outcome(ab: Order, ba: Order) -> tuple[str, str | None, str | None]:
    """Return what becomes of one conversation: outcome, kind of tie, place that two contradicting orders name."""
    tables = Tables()
    rows = [
        ("m", "x", "y", "q", order, VERDICTS[said][place], None, "judge", None, turn if len(turns) > 1 else None, None)
        for place, (order, turns) in enumerate((("ab", ab), ("ba", ba)))
        for turn, said in enumerate(turns, start=1)
    ]
    tables.fill("judgments", JUDGMENTS.replace("order text", '"order" text'), rows)
    set_verdict_rule(tables, {})
    tables.fill("questions", QUESTIONS, [("q", "generic", "?", None)])
    (row,) = tables.query("benchmark/outcomes")
    return row["outcome"], row["tie"], row["position"]


@pytest.mark.parametrize(
    ("ab", "ba", "whole"),
    [
        (("win", "win"), ("win", "win"), ("win", None, None)),
        (("win", "tie"), ("tie", "win"), ("win", None, None)),
        (("win", "loss"), ("win", "loss"), ("tie", "both", None)),
        (("win", "loss"), ("win", "win"), ("tie", "one", None)),
        (("win", "win"), ("loss", "loss"), ("tie", "contradictory", "first")),
        (("loss", "tie"), ("win", "tie"), ("tie", "contradictory", "second")),
        (("loss", "loss", "win"), ("loss", "tie", "tie"), ("loss", None, None)),
        (("win", "invalid"), ("win", "win"), ("invalid", None, None)),
    ],
)
def test_a_conversation_is_what_more_of_its_turns_say_in_both_orders(
    ab: Order, ba: Order, whole: tuple[str, str | None, str | None]
) -> None:
    assert outcome(ab, ba) == whole


@pytest.mark.parametrize("said", ["win", "loss", "tie", "invalid"])
def test_a_question_of_one_turn_is_what_it_was(said: str) -> None:
    assert outcome((said,), (said,))[0] == said


@pytest.mark.parametrize("values", [[10.0] * 5, [1.0, 1.0], [7.0], [1.0, 10.0], [5.5] * 80])
def test_the_interval_of_a_mean_has_a_width_and_stays_on_the_scale(values: list[float]) -> None:
    low, high = mean_interval(values, 95)
    assert 1 <= low < high <= 10
    assert low <= np.mean(values) <= high


def test_one_question_tells_nothing_of_the_spread() -> None:
    assert mean_interval([7.0], 95) == (1, 10)


def test_the_interval_is_students() -> None:
    low, high = mean_interval([4.0, 5.0, 6.0, 7.0, 8.0], 95)  # mean 6, standard deviation 1.5811, t(4) = 2.7764
    assert (low, high) == pytest.approx((6 - 2.7764 * 1.5811 / 5**0.5, 6 + 2.7764 * 1.5811 / 5**0.5), abs=1e-3)


def test_more_questions_and_less_confidence_narrow_it() -> None:
    widths = [high - low for low, high in (mean_interval([6.0, 7.0] * n, 95) for n in (1, 3, 10, 40))]
    assert all(one > other for one, other in pairwise(widths))
    narrow, wide = (mean_interval([6.0, 7.0, 8.0], confidence) for confidence in (80, 99))
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_it_covers_what_it_says() -> None:
    """Ratings of a known distribution, 10 questions a sample: the mean lies in the interval about as often as it says."""
    chance = np.random.default_rng(7)
    levels, weights = np.arange(1, 11), np.array([1, 1, 2, 3, 5, 8, 10, 9, 6, 5]) / 50
    true = float(levels @ weights)
    samples = chance.choice(levels, size=(2000, 10), p=weights)
    inside = [low <= true <= high for low, high in (mean_interval(list(map(float, sample)), 95) for sample in samples)]
    assert 0.93 <= np.mean(inside) <= 0.975
