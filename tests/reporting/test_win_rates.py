"""Verdicts in, table out: counts, rates, and what an invalid verdict does."""

from typing import Any

import pytest

from seedbed.project.columns import ANSWERS, JUDGMENTS, QUESTIONS
from seedbed.project.params import Report
from seedbed.reporting.benchmark import win_rate_rows
from seedbed.util.tables import Tables

SETTINGS: Report = {"bootstrap": 200, "confidence": 95, "seed": 0}


def made(verdicts: dict[str, tuple[str, str]], categories: dict[str, str] | None = None) -> Tables:
    """Return tables of one match with the verdicts (order `ab`, order `ba`) by question."""
    tables = Tables()
    names = categories or dict.fromkeys(verdicts, "generic")
    columns = JUDGMENTS.replace("order text", '"order" text')
    rows = [
        ("m", "x", "y", q, order, v, None) for q, pair in verdicts.items() for order, v in zip(("ab", "ba"), pair, strict=True)
    ]
    tables.fill("judgments", columns, rows)
    tables.fill("questions", QUESTIONS, [(q, names[q], "?", None) for q in verdicts])
    texts = {"x": "long answer", "y": "short"}
    tables.fill("answers", ANSWERS, [(q, model, text, None, None) for q in verdicts for model, text in texts.items()])
    tables.fill(
        "categories", "name text, place int", [(name, place) for place, name in enumerate(dict.fromkeys(names.values()))]
    )
    return tables


def row(tables: Tables, category: str = "all") -> dict[str, Any]:
    return next(row for row in win_rate_rows(tables, SETTINGS) if row["category"] == category)


@pytest.mark.parametrize(
    ("ab", "ba", "outcome", "inconsistent"),
    [
        ("first", "second", "win", False),
        ("second", "first", "loss", False),
        ("tie", "tie", "tie", False),
        ("first", "first", "tie", True),
        ("second", "second", "tie", True),
        ("first", "tie", "tie", True),
        ("tie", "first", "tie", True),
        ("invalid", "invalid", "invalid", False),
        ("invalid", "second", "invalid", False),
        ("first", "invalid", "invalid", False),
        ("tie", "invalid", "invalid", False),
    ],
)
def test_outcome_of_two_orders(ab: str, ba: str, outcome: str, inconsistent: bool) -> None:
    (found,) = made({"q1": (ab, ba)}).query("benchmark/outcomes")
    assert (found["outcome"], found["inconsistent"]) == (outcome, inconsistent)


def test_a_missing_order_is_invalid() -> None:
    tables = made({"q1": ("first", "second")})
    tables.run("delete from judgments where \"order\" = 'ba'")
    assert tables.query("benchmark/outcomes")[0]["outcome"] == "invalid"


def test_rates_divide_by_the_valid_questions() -> None:
    found = row(made({"q1": ("first", "second"), "q2": ("tie", "tie"), "q3": ("second", "first"), "q4": ("invalid", "first")}))
    assert (found["n"], found["wins"], found["losses"], found["ties"], found["invalid"]) == (4, 1, 1, 1, 1)
    assert found["win_rate"] == pytest.approx(100 / 3, abs=1e-4)
    assert found["adjusted_win_rate"] == 50.0


def test_cut_answers_are_counted_beside_each_rate() -> None:
    pairs = {"q1": ("first", "second"), "q2": ("tie", "tie"), "q3": ("invalid", "invalid")}
    tables = made(pairs, {"q1": "fermi", "q2": "generic", "q3": "fermi"})
    assert [row["cut"] for row in win_rate_rows(tables, SETTINGS)] == [0, 0, 0]
    tables.run("update answers set cut = true where id = 'q1' or (id = 'q3' and model = 'y')")
    assert {row["category"]: row["cut"] for row in win_rate_rows(tables, SETTINGS)} == {"fermi": 3, "generic": 0, "all": 3}


def test_two_errors_are_no_win() -> None:
    """The neighbour's fault: in ja-vicuna-qa-benchmark two `error` verdicts count as a win of the second model."""
    found = row(made({"q1": ("invalid", "invalid"), "q2": ("first", "second")}))
    assert (found["wins"], found["losses"], found["ties"], found["invalid"]) == (1, 0, 0, 1)
    assert found["adjusted_win_rate"] == 100.0


def test_a_category_without_a_valid_verdict_has_empty_rates() -> None:
    tables = made({"q1": ("invalid", "invalid"), "q2": ("first", "second")}, {"q1": "fermi", "q2": "generic"})
    found = row(tables, "fermi")
    assert (found["n"], found["invalid"]) == (1, 1)
    assert [found[name] for name in ("win_rate", "adjusted_win_rate", "ci_low", "ci_high")] == [None] * 4


def test_health() -> None:
    tables = made({"q1": ("first", "second"), "q2": ("first", "first"), "q3": ("invalid", "tie")})
    (found,) = tables.query("benchmark/judge_health")
    assert found == {
        "match": "m",
        "judgments": 6,
        "order_agreement": 50.0,  # q1 agrees, q2 does not, q3 is not valid
        "first_position_rate": 75.0,  # first, first, first of first, second, first, first
        "longer_answer_rate": 75.0,  # x is longer: q1 twice, q2 once of two
        "invalid_rate": 16.67,
        "cut_answers": 0,
    }


def test_an_answer_that_was_cut_is_counted_once_for_each_side() -> None:
    tables = made({"q1": ("first", "second"), "q2": ("first", "first")})
    tables.run("update answers set cut = true where id = 'q1' or (id = 'q2' and model = (select model from judgments limit 1))")
    assert tables.query("benchmark/judge_health")[0]["cut_answers"] == 3
