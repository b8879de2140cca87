"""Verdicts in, table out: counts, rates, and what an invalid verdict does."""

from typing import Any

import pytest

from seedbed.project.columns import ANSWERS, QUESTIONS
from seedbed.project.params_types import Report
from seedbed.reporting.health import health_rows, position_in_words
from seedbed.reporting.scores import read_scores
from seedbed.reporting.win_rates import win_rate_rows
from seedbed.util.errors import UserError
from seedbed.util.tables import Tables
from tests.reporting.judgments import fill_judgments

SETTINGS: Report = {"bootstrap": 1000, "confidence": 95, "seed": 0}


def made(verdicts: dict[str, tuple[str, str]], categories: dict[str, str] | None = None) -> Tables:
    """Return tables of one match with the verdicts (order `ab`, order `ba`) by question."""
    tables = Tables()
    names = categories or dict.fromkeys(verdicts, "generic")
    rows = [("m", "x", "y", q, order, v) for q, pair in verdicts.items() for order, v in zip(("ab", "ba"), pair, strict=True)]
    fill_judgments(tables, rows)
    tables.fill("questions", QUESTIONS, [(q, names[q], "?", None) for q in verdicts])
    texts = {"x": "long answer", "y": "short"}
    tables.fill("answers", ANSWERS, [(q, model, text, None, None) for q in verdicts for model, text in texts.items()])
    tables.fill(
        "categories", "name text, place int", [(name, place) for place, name in enumerate(dict.fromkeys(names.values()))]
    )
    return tables


def row(tables: Tables, category: str = "all") -> Any:
    return next(row for row in win_rate_rows(tables, read_scores(tables), SETTINGS) if row["category"] == category)


@pytest.mark.parametrize(
    ("ab", "ba", "outcome", "tie", "position"),
    [
        ("first", "second", "win", None, None),
        ("second", "first", "loss", None, None),
        ("tie", "tie", "tie", "both", None),
        ("first", "first", "tie", "contradictory", "first"),
        ("second", "second", "tie", "contradictory", "second"),
        ("first", "tie", "tie", "one", None),
        ("tie", "first", "tie", "one", None),
        ("invalid", "invalid", "invalid", None, None),
        ("invalid", "second", "invalid", None, None),
        ("first", "invalid", "invalid", None, None),
        ("tie", "invalid", "invalid", None, None),
    ],
)
def test_outcome_of_two_orders(ab: str, ba: str, outcome: str, tie: str | None, position: str | None) -> None:
    (found,) = made({"q1": (ab, ba)}).query("benchmark/outcomes")
    assert (found["outcome"], found["tie"], found["position"]) == (outcome, tie, position)
    assert found["inconsistent"] == (tie in ("one", "contradictory"))


def test_a_question_judged_twice_in_one_order_fails_the_query() -> None:
    """A win beside a loss: whichever of them counts, the rate would be chance."""
    tables = made({"q1": ("first", "second"), "q2": ("first", "second")})
    tables.run(
        "insert into judgments select * replace ('second' as verdict) from judgments where question = 'q2' and \"order\" = 'ab'"
    )
    with pytest.raises(UserError, match=r"judgments/m\.jsonl: two judgments of question q2 in one order.*keep one"):
        tables.query("benchmark/win_rates")


def test_ties_by_kind() -> None:
    found = row(made({"q1": ("tie", "tie"), "q2": ("first", "tie"), "q3": ("first", "first"), "q4": ("second", "second")}))
    assert (found["ties"], found["ties_both"], found["ties_one"], found["contradictory"], found["inconsistent"]) == (
        4,
        1,
        1,
        2,
        3,
    )


def test_two_wins_of_two_are_no_certainty() -> None:
    found = row(made({"q1": ("first", "second"), "q2": ("first", "second")}))
    assert (found["adjusted_win_rate"], found["ci_low"], found["ci_high"]) == (100.0, pytest.approx(34.24, abs=0.01), 100.0)
    assert found["standard_error"] == 0.0


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
    assert [row["cut"] for row in win_rate_rows(tables, read_scores(tables), SETTINGS)] == [0, 0, 0]
    tables.run("update answers set cut = true where id = 'q1' or (id = 'q3' and model = 'y')")
    assert {row["category"]: row["cut"] for row in win_rate_rows(tables, read_scores(tables), SETTINGS)} == {
        "fermi": 2,
        "generic": 0,
        "all": 2,
    }


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
    (found,) = health_rows(tables, 95)
    assert {name: found[name] for name in ("judgments", "pairs", "invalid_rate", "cut_answers")} == {
        "judgments": 6,
        "pairs": 2,  # q3 is not valid
        "invalid_rate": 16.67,
        "cut_answers": 0,
    }
    shares = [found[name] for name in ("order_agreement", "first_biased", "second_biased", "one_tie")]
    assert shares == [50.0, 50.0, 0.0, 0.0]  # q1 agrees, q2 names the first twice
    assert (found["decided"], found["longer_answer_rate"], found["longer_high"]) == (1, 100.0, 100.0)  # q1, won by the longer
    assert (found["first_share"], found["position_p"]) == (100.0, 1.0)
    said = position_in_words(found, 95)
    assert "the first answer in 1 and the second in 0 (100% first, interval 21 to 100, p = 1.000): no significant" in said


def test_a_judge_that_takes_the_first_is_found_out_by_its_pairs() -> None:
    """In 15 of 100 questions it names the first twice; of all verdicts that is 57.5%, since each other pair adds one."""
    verdicts = {f"q{n:03}": ("first", "first") if n < 15 else ("first", "second") for n in range(100)}
    (found,) = health_rows(made(verdicts), 95)
    assert (found["first_biased"], found["second_biased"], found["order_agreement"]) == (15.0, 0.0, 85.0)
    assert found["position_p"] == pytest.approx(2 / 2**15, rel=1e-3)
    assert position_in_words(found, 95).endswith("the judge favours the first answer.")


def test_a_verdict_that_stands_for_both_orders_says_nothing_of_them() -> None:
    """As AlpacaEval judges: in one order. It counts for the rates, and its 100% of order agreement would be made up."""
    tables = made({"q1": ("first", "second"), "q2": ("first", "first"), "q3": ("tie", "tie")})
    tables.run("update judgments set one_order = true where question <> 'q2'")
    (found,) = health_rows(tables, 95)
    assert (found["pairs"], found["order_agreement"], found["first_biased"]) == (1, 0.0, 100.0)
    assert (found["judgments"], found["decided"]) == (6, 1)
    tables = made({"q1": ("first", "second"), "q2": ("second", "first")})
    tables.run("update judgments set one_order = true")
    (found,) = health_rows(tables, 95)
    assert (found["pairs"], found["order_agreement"], found["first_share"]) == (0, None, None)
    assert (row(tables)["wins"], row(tables)["losses"]) == (1, 1)
    assert position_in_words(found, 95).startswith("Position bias cannot be measured")
    tables = made({"q1": ("first", "first"), "q2": ("first", "tie")})
    tables.run("update judgments set one_order = true")  # as a file of one's own may say
    (found,) = health_rows(tables, 95)
    assert [found[name] for name in ("pairs", "order_agreement", "first_biased", "one_tie")] == [0, None, None, None]


def test_nothing_contradicts() -> None:
    (found,) = health_rows(made({"q1": ("first", "second")}), 95)
    assert (found["position_p"], found["first_share"]) == (None, None)
    assert position_in_words(found, 95) == "No sign of position bias: the two orders contradict each other in no pair."


def test_an_answer_that_was_cut_is_counted_once_for_each_side() -> None:
    tables = made({"q1": ("first", "second"), "q2": ("first", "first")})
    tables.run("update answers set cut = true where id = 'q1' or (id = 'q2' and model = (select model from judgments limit 1))")
    assert tables.query("benchmark/judge_health")[0]["cut_answers"] == 3
