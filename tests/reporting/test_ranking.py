"""Wins in, strengths out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize  # type: ignore[import-untyped]

from seedbed.project.columns import JUDGMENTS, QUESTIONS
from seedbed.project.params import Report
from seedbed.reporting.ranking import PRIOR, bradley_terry, ranking_rows
from seedbed.util.tables import Tables

SETTINGS: Report = {"bootstrap": 100, "confidence": 95, "seed": 0}


VERDICTS = {"win": ("first", "second"), "loss": ("second", "first"), "tie": ("tie", "tie"), "invalid": ("invalid", "tie")}


def made(rows: list[tuple[str, str, str, str]]) -> Tables:
    """Return tables of judgments with the outcomes (model, baseline, question, outcome)."""
    tables = Tables()
    judgments = [
        (f"{model}-vs-{baseline}", model, baseline, question, order, verdict, None)
        for model, baseline, question, outcome in rows
        for order, verdict in zip(("ab", "ba"), VERDICTS[outcome], strict=True)
    ]
    tables.fill("judgments", JUDGMENTS.replace("order text", '"order" text'), judgments)
    questions = dict.fromkeys(question for _, _, question, _ in rows)
    tables.fill("questions", QUESTIONS, [(question, "generic", "?", None) for question in questions])
    return tables


def pairs(one: str, other: str, outcomes: str) -> list[tuple[str, str, str, str]]:
    words = {"w": "win", "l": "loss", "t": "tie", "i": "invalid"}
    return [(one, other, f"q{number}", words[letter]) for number, letter in enumerate(outcomes)]


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
    wins = np.random.default_rng(0).integers(0, 9, size=(5, 3, 3)).astype(np.float64)
    wins[:, range(3), range(3)] = 0
    assert bradley_terry(wins) == pytest.approx(np.array([bradley_terry(one) for one in wins]))


def test_a_model_that_never_loses_has_a_finite_strength() -> None:
    strengths = bradley_terry(np.array([[0.0, 80.0, 80.0], [0.0, 0.0, 40.0], [0.0, 40.0, 0.0]]))
    assert np.isfinite(strengths).all()
    assert 4 < strengths[0] < 10
    assert strengths[1] == pytest.approx(strengths[2])


def test_rows_strongest_first() -> None:
    tables = made(pairs("a", "b", "wwwl") + pairs("b", "c", "wwti") + pairs("c", "a", "llll"))
    rows = ranking_rows(tables, SETTINGS)
    assert [row["model"] for row in rows] == ["a", "b", "c"]
    assert [(row["wins"], row["losses"], row["ties"]) for row in rows] == [(7, 1, 0), (3, 3, 1), (0, 6, 1)]
    assert sum(row["points"] for row in rows) == pytest.approx(0, abs=0.2)
    assert all(row["points_low"] <= row["points"] <= row["points_high"] for row in rows)
    assert rows[0]["expected"] > 50 > rows[2]["expected"]
    assert rows == ranking_rows(tables, SETTINGS)


def test_as_many_points_as_the_odds_say() -> None:
    """Ten to one is 400 points."""
    rows = {row["model"]: row for row in ranking_rows(made(_many("a", "b", 10, 1) + _many("b", "c", 1, 1)), SETTINGS)}
    assert rows["a"]["points"] - rows["b"]["points"] == pytest.approx(400, abs=2)


def _many(one: str, other: str, wins: int, losses: int) -> list[tuple[str, str, str, str]]:
    return pairs(one, other, 300 * ("w" * wins + "l" * losses))


@pytest.mark.parametrize(
    "rows",
    [
        [],
        pairs("a", "b", "wwl"),
        pairs("a", "b", "wl") + pairs("c", "d", "wl"),
        pairs("a", "b", "wl") + pairs("b", "c", "ii"),
    ],
    ids=["none", "two-models", "two-groups", "the-third-all-invalid"],
)
def test_no_ranking_where_nothing_connects_three_models(rows: list[tuple[str, str, str, str]]) -> None:
    assert ranking_rows(made(rows), SETTINGS) == []
