"""Outcomes in, one order of the models out."""

from typing import Any

import pytest

from seedbed.project.columns import QUESTIONS
from seedbed.project.params_types import Report
from seedbed.reporting.ranking import ranking_rows
from seedbed.util.tables import Tables
from tests.reporting.judgments import fill_judgments

SETTINGS: Report = {"bootstrap": 1000, "confidence": 95, "seed": 0}


VERDICTS = {"win": ("first", "second"), "loss": ("second", "first"), "tie": ("tie", "tie"), "invalid": ("invalid", "tie")}


def made(rows: list[tuple[str, str, str, str]]) -> Tables:
    """Return tables of judgments with the outcomes (model, baseline, question, outcome)."""
    tables = Tables()
    judgments = [
        (f"{model}-vs-{baseline}", model, baseline, question, order, verdict)
        for model, baseline, question, outcome in rows
        for order, verdict in zip(("ab", "ba"), VERDICTS[outcome], strict=True)
    ]
    fill_judgments(tables, judgments)
    questions = dict.fromkeys(question for _, _, question, _ in rows)
    tables.fill("questions", QUESTIONS, [(question, "generic", "?", None) for question in questions])
    return tables


def pairs(one: str, other: str, outcomes: str) -> list[tuple[str, str, str, str]]:
    words = {"w": "win", "l": "loss", "t": "tie", "i": "invalid"}
    return [(one, other, f"q{number}", words[letter]) for number, letter in enumerate(outcomes)]


def test_rows_strongest_first() -> None:
    tables = made(pairs("a", "b", "wwwl") + pairs("b", "c", "wwti") + pairs("c", "a", "lllw"))
    rows: list[Any] = [*ranking_rows(tables, SETTINGS)]
    assert [row["model"] for row in rows] == ["a", "b", "c"]
    assert [(row["wins"], row["losses"], row["ties"]) for row in rows] == [(6, 2, 0), (3, 3, 1), (1, 5, 1)]
    assert sum(row["points"] for row in rows) == pytest.approx(0, abs=0.2)
    assert all(row["behind_low"] <= row["behind"] <= row["behind_high"] for row in rows)
    assert (rows[0]["behind"], rows[0]["behind_low"]) == (0, 0)
    assert [row["group"] for row in rows] == ["a", "a", "a"]  # four questions
    assert rows[0]["expected"] > 50 > rows[2]["expected"]
    assert rows == ranking_rows(tables, SETTINGS)


def test_models_that_differ_share_no_letter() -> None:
    """80 questions, each pair of three: a beats b in 60, b beats c in 44, a beats c in 64."""
    outcomes = [("a", "b", 60), ("b", "c", 44), ("a", "c", 64)]
    shifted = [
        pairs(one, other, ("w" * wins + "l" * (80 - wins))[shift:] + ("w" * wins + "l" * (80 - wins))[:shift])
        for shift, (one, other, wins) in zip((0, 30, 55), outcomes, strict=True)
    ]
    rows: list[Any] = [*ranking_rows(made([row for part in shifted for row in part]), SETTINGS)]
    assert [(row["model"], row["group"]) for row in rows] == [("a", "a"), ("b", "b"), ("c", "b")]
    assert rows[1]["behind_low"] > 0


def test_a_model_that_never_lost_has_no_finite_bound() -> None:
    """80 to 0: the prior alone would give a number, and a narrow interval around it."""
    rows = ranking_rows(made(pairs("a", "b", 80 * "w") + pairs("a", "c", 80 * "w") + pairs("b", "c", 40 * "wl")), SETTINGS)
    assert [(row["model"], row["bound"], row["group"]) for row in rows] == [
        ("a", "unbeaten", "a"),
        ("b", "", "b"),
        ("c", "", "b"),
    ]
    assert [rows[0][name] for name in ("points", "behind", "behind_low", "behind_high")] == [None] * 4
    assert rows[0]["expected"] == 100.0
    assert rows[1]["behind_high"] is not None


def test_three_wins_of_three_put_no_model_in_a_group_of_its_own() -> None:
    rows = ranking_rows(made(pairs("a", "b", "www") + pairs("a", "c", "www") + pairs("b", "c", "wlw")), SETTINGS)
    assert [row["group"] for row in rows] == ["a", "a", "a"]


def test_as_many_points_as_the_odds_say() -> None:
    """Ten to one is 400 points."""
    rows: dict[str, Any] = {
        row["model"]: row for row in ranking_rows(made(_many("a", "b", 10, 1) + _many("b", "c", 1, 1)), SETTINGS)
    }
    assert rows["a"]["points"] - rows["b"]["points"] == pytest.approx(400, abs=2)
    assert rows["b"]["behind"] == pytest.approx(400, abs=2)


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
