"""Votes in, agreement out: who counts, what agrees with what, and by how much more than chance."""

import json
from contextlib import chdir
from pathlib import Path
from typing import Any, cast

import pytest

from seedbed.project import paths
from seedbed.project.columns import ANSWERS, QUESTIONS
from seedbed.project.params_types import Params, Report
from seedbed.project.votes import answer_hash, left_is_model
from seedbed.reporting.agreement import agreement_rows, alternative, load_votes
from seedbed.reporting.corrected_rates import corrected_rows
from seedbed.reporting.human_sections import agreement_parts, alternative_in_words, correction_parts
from seedbed.reporting.scores import read_scores
from seedbed.util.tables import Tables
from tests.reporting.judgments import fill_judgments

SETTINGS: Report = {"bootstrap": 1000, "confidence": 95, "seed": 0}
BOTH = {
    "win": ("first", "second"),
    "loss": ("second", "first"),
    "tie": ("tie", "tie"),
    "inconsistent": ("first", "first"),
    "invalid": ("invalid", "first"),
}
"""A judge's verdicts in the orders `ab` and `ba`, by the outcome that they make."""


def vote(question: str, verdict: str, match: str = "m", model: str = "x", baseline: str = "y", **more: Any) -> dict[str, Any]:
    return {
        **{"match": match, "question": question, "verdict": verdict},
        **{"model_hash": answer_hash(text(model, question)), "baseline_hash": answer_hash(text(baseline, question))},
        **more,
    }


def text(model: str, question: str) -> str:
    return f"{question}: " + {"x": "a longer answer", "y": "short", "z": "medium one"}[model]


def made(
    folder: Path,
    judged: dict[str, str],
    votes: dict[str, list[dict[str, Any]]],
    categories: dict[str, str] | None = None,
    matches: dict[str, tuple[str, str]] | None = None,
) -> Tables:
    """Return the tables of matches, `judged` alike in all of them, and of the votes by annotator."""
    tables, names, sides = Tables(), categories or {}, matches or {"m": ("x", "y")}
    rows = [
        (match, *pair, question, order, verdict)
        for match, pair in sides.items()
        for question, outcome in judged.items()
        for order, verdict in zip(("ab", "ba"), BOTH[outcome], strict=True)
    ]
    fill_judgments(tables, rows)
    tables.fill("questions", QUESTIONS, [(name, names.get(name, "generic"), "?", None) for name in judged])
    tables.fill("answers", ANSWERS, [(name, model, text(model, name), None, None) for name in judged for model in "xyz"])
    known = dict.fromkeys(names.get(name, "generic") for name in judged)
    tables.fill("categories", "name text, place int", [(name, place) for place, name in enumerate(known)])
    for annotator, lines in votes.items():
        write(folder / paths.votes(annotator), lines)
    read_votes_of(folder, tables, sides)
    return tables


def read_votes_of(folder: Path, tables: Tables, sides: dict[str, tuple[str, str]]) -> None:
    """Load the votes that lie in a project's folder."""
    params = {"matches": {name: {"model": one, "baseline": other} for name, (one, other) in sides.items()}}
    with chdir(folder):
        load_votes(tables, cast(Params, params))


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def of(rows: list[dict[str, Any]], match: str = "all", category: str = "all") -> dict[str, Any]:
    return next(row for row in rows if (row["match"], row["category"]) == (match, category))


HAND = {"q1": "win", "q2": "loss", "q3": "inconsistent", "q4": "invalid", "q5": "win"}
HAND_VOTES = {
    "ann": [vote("q1", "model"), vote("q2", "model"), vote("q3", "both_bad"), vote("q5", "baseline")],
    "ben": [vote("q1", "model"), vote("q2", "baseline"), vote("q3", "tie"), vote("q4", "model"), vote("q5", "baseline")],
    "cho": [vote("q1", "tie")],
}
# The majority: q1 win (2 of 3), q2 none (1 : 1), q3 tie, q4 win, q5 loss.


def test_a_table_worked_by_hand(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, HAND_VOTES)
    assert {row["question"]: row["majority"] for row in tables.query("human/voted")} == {
        **{"q1": "win", "q2": None, "q3": "tie", "q4": "win", "q5": "loss"}
    }
    found = of(agreement_rows(tables, SETTINGS))
    assert (found["items"], found["votes"], found["both_bad"], found["unjudged"]) == (5, 10, 1, 1)
    assert found["split"] == 1
    assert (found["majority_s1_n"], found["majority_s1"]) == (3, 66.67)  # q1 and q3 of q1, q3, q5: q2 has no majority
    assert (found["majority_s2_n"], found["majority_s2"]) == (2, 50.0)  # q1 of q1, q5
    assert (found["single_s1_n"], found["single_s1"]) == (9, 54.17)  # the mean of 2/3, 1/2, 1, 0
    assert (found["single_s2_n"], found["single_s2"]) == (6, 50.0)  # of 1, 1/2, 0
    assert (found["people_s1_n"], found["people_s1"]) == (6, 58.33)  # of 1/3, 0, 1, 1
    assert (found["people_s2_n"], found["people_s2"]) == (3, 66.67)  # of 1, 0, 1
    # kappa: 2 of 3 agree; the judge says win, tie, win, and the majority win, tie, loss: by chance (2·1 + 1·1) / 9.
    assert found["kappa"] == round((2 / 3 - 3 / 9) / (1 - 3 / 9), 3)
    # alpha: q1 and q2 disagree by 2 each, of n = 9 values, three of each kind.
    assert found["alpha"] == round(1 - 8 * 4 / (81 - 27), 3)
    for name in ("majority_s1", "majority_s2", "single_s1", "people_s1", "kappa", "alpha"):
        assert found[f"{name}_low"] <= found[name] <= found[f"{name}_high"], name


def test_preferences_worked_by_hand(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, HAND_VOTES)
    people = next(row for row in tables.query("human/preferences") if (row["match"], row["who"]) == ("m", "people"))
    left = [
        left_is_model(annotator, "m", row["question"]) == (row["verdict"] == "model")
        for annotator, rows in HAND_VOTES.items()
        for row in rows
        if row["verdict"] in ("model", "baseline")
    ]
    assert (people["verdicts"], people["decided"], people["decided_rate"]) == (10, 7, 70.0)
    assert people["first_position_rate"] == round(100 * sum(left) / 7, 2)
    assert people["longer_answer_rate"] == round(100 * 4 / 7, 2)  # x is the longer one
    judge = next(row for row in tables.query("human/preferences") if (row["match"], row["who"]) == ("m", "judge"))
    assert (judge["verdicts"], judge["decided"]) == (9, 9)  # q4's order ab is invalid
    assert judge["first_position_rate"] == round(100 * 6 / 9, 2)  # q1, q2, q5 one each, q3 both, q4 the valid one
    assert judge["longer_answer_rate"] == round(100 * 5 / 9, 2)  # q1 and q5 twice, q3 once


def test_disagreements_are_listed_the_plain_ones_first(tmp_path: Path) -> None:
    votes = HAND_VOTES | {"dan": [vote("q5", "baseline", reason="x is | wrong\n<b>")]}
    found = made(tmp_path, HAND, votes).query("human/disagreements")
    assert [(row["question"], row["judge"], row["majority"]) for row in found] == [("q5", "win", "loss")]
    assert found[0]["reasons"] == ["dan: x is | wrong\n<b>"]


def test_votes_on_other_answers_are_kept_and_not_counted(tmp_path: Path) -> None:
    votes = [
        vote("q1", "model"),
        vote("q2", "model") | {"model_hash": "0" * 64},
        vote("q2", "model", match="gone"),
        vote("gone", "model"),
    ]
    tables = made(tmp_path, {"q1": "win", "q2": "win"}, {"ann": votes})
    (found,) = tables.query("human/annotators")
    assert (found["votes"], found["counted"], found["stale"], found["orphaned"]) == (4, 1, 1, 2)
    assert of(agreement_rows(tables, SETTINGS))["items"] == 1


def test_a_vote_on_a_failed_answer_is_orphaned(tmp_path: Path) -> None:
    tables = made(tmp_path, {"q1": "win"}, {"ann": [vote("q1", "model")]})
    tables.run("update answers set text = null where model = 'y'")
    read_votes_of(tmp_path, tables, {"m": ("x", "y")})
    assert tables.query("human/annotators")[0]["orphaned"] == 1


def test_nobody_voted(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, {})
    assert agreement_rows(tables, SETTINGS) == []
    (only,) = agreement_parts(tables, [], None, 95)
    assert "`seedbed review`" in only
    assert [tables.query(f"human/{name}") for name in ("annotators", "preferences", "disagreements")] == [[], [], []]


def test_no_vote_counts(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, {"ann": [vote("q1", "model", match="gone")]})
    first, people = agreement_parts(tables, agreement_rows(tables, SETTINGS), None, 95)
    assert "Valid votes: 0" in first
    assert "| ann | 1 | 0 | 0 | 1 |" in people


def test_one_annotator_agrees_with_nobody_else(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, {"ann": HAND_VOTES["ann"]})
    rows = agreement_rows(tables, SETTINGS)
    found = of(rows)
    assert (found["people_s1_n"], found["people_s1"], found["people_s2"], found["alpha"], found["alpha_low"]) == (
        0,
        *[None] * 4,
    )
    assert found["majority_s1"] == found["single_s1"] == 50.0  # q1 and q3 of four
    assert "two people" not in "".join(agreement_parts(tables, rows, None, 95))


def test_all_ties_leave_nothing_to_compare_without_ties(tmp_path: Path) -> None:
    votes = {name: [vote("q1", "tie"), vote("q2", "both_bad")] for name in ("ann", "ben")}
    found = of(agreement_rows(made(tmp_path, {"q1": "tie", "q2": "inconsistent"}, votes), SETTINGS))
    assert (found["majority_s1"], found["people_s1"]) == (100.0, 100.0)
    assert [found[name] for name in ("majority_s2", "people_s2", "kappa", "alpha")] == [None] * 4


def test_no_valid_verdict_leaves_the_people(tmp_path: Path) -> None:
    votes = {name: [vote("q1", "model"), vote("q2", "baseline")] for name in ("ann", "ben")}
    tables = made(tmp_path, {"q1": "invalid", "q2": "invalid"}, votes)
    found = of(agreement_rows(tables, SETTINGS))
    assert (found["unjudged"], found["majority_s1"], found["single_s1"], found["kappa"]) == (2, None, None, None)
    assert (found["people_s1"], found["alpha"]) == (100.0, 1.0)
    assert tables.query("human/disagreements") == []
    assert "Judge and majority agree" in "".join(agreement_parts(tables, agreement_rows(tables, SETTINGS), None, 95))


def test_one_category_has_votes_and_its_name_is_odd(tmp_path: Path) -> None:
    odd = "<b>'quoted' \"twice\" | and \\"
    tables = made(tmp_path, {"q1": "win", "q2": "win"}, {"ann": [vote("q1", "model")]}, {"q1": odd, "q2": "generic"})
    rows = agreement_rows(tables, SETTINGS)
    assert {row["category"] for row in rows} == {odd, "all"}
    shown = "\n".join(agreement_parts(tables, rows, None, 95))
    assert "&lt;b>'quoted' \"twice\" \\| and \\\\ |" in shown
    assert "<b>" not in shown


def test_a_question_of_two_matches_is_one_piece_of_evidence(tmp_path: Path) -> None:
    """Its items are one: with one question little can be said."""
    votes = {"ann": [vote("q1", "model"), vote("q1", "baseline", match="n", baseline="z")]}
    tables = made(tmp_path, {"q1": "win"}, votes, matches={"m": ("x", "y"), "n": ("x", "z")})
    found = of(agreement_rows(tables, SETTINGS))
    alone = of(agreement_rows(tables, SETTINGS), "m")
    assert found["majority_s1"] == 50.0
    assert found["majority_s1_high"] - found["majority_s1_low"] > 75
    assert (alone["majority_s1"], alone["majority_s1_high"]) == (100.0, 100.0)


def test_an_item_with_many_votes_counts_no_more_than_one_with_few(tmp_path: Path) -> None:
    """By pairs of votes the first would weigh ten times as much as the second."""
    votes = {name: [vote("q1", "model")] for name in ("ann", "ben", "cho", "dan", "eve")}
    votes["ann"].append(vote("q2", "model"))
    votes["ben"].append(vote("q2", "baseline"))
    found = of(agreement_rows(made(tmp_path, {"q1": "win", "q2": "win"}, votes), SETTINGS))
    assert (found["people_s1_n"], found["people_s1"]) == (11, 50.0)


def test_people_who_are_split_agree_with_no_judge(tmp_path: Path) -> None:
    votes = {"ann": [vote("q1", "model")], "ben": [vote("q1", "baseline")]}
    found = of(agreement_rows(made(tmp_path, {"q1": "inconsistent"}, votes), SETTINGS))
    assert (found["split"], found["majority_s1_n"], found["majority_s1"], found["kappa"]) == (1, 0, None, None)


def test_full_agreement_of_few_is_no_certainty(tmp_path: Path) -> None:
    votes = {name: [vote(f"q{n}", "model" if n % 2 else "baseline") for n in range(10)] for name in ("ann", "ben")}
    judged = {f"q{n}": "win" if n % 2 else "loss" for n in range(10)}
    found = of(agreement_rows(made(tmp_path, judged, votes), SETTINGS))
    for name in ("majority_s1", "people_s1"):
        assert (found[name], found[f"{name}_low"]) == (100.0, pytest.approx(72.2, abs=0.1))
    assert (found["kappa"], found["alpha"]) == (1.0, 1.0)
    assert found["kappa_low"] < 0.5
    assert found["alpha_low"] < 0.5


def test_rates_corrected_by_votes(tmp_path: Path) -> None:
    """The judge gives the model all of 40 questions; of the 20 that people voted on it has half."""
    judged = {f"q{n:02}": "win" for n in range(40)}
    votes = {"ann": [vote(f"q{n:02}", "model" if n % 2 else "baseline") for n in range(20)]}
    tables = made(tmp_path, judged, votes)
    (row,) = corrected_rows(tables, read_scores(tables), SETTINGS)
    assert (row["items"], row["voted"], row["judge"], row["corrected"]) == (40, 20, 100.0, 50.0)
    assert 20 < row["low"] < 50 < row["high"] < 80
    assert row["more"] is None  # 40 questions are too few, whoever votes
    assert "not possible" in correction_parts([row], 95)[-1]
    few = made(tmp_path / "few", judged, {"ann": votes["ann"][:9]})
    assert corrected_rows(few, read_scores(few), SETTINGS) == []


def test_whether_the_judge_may_do_a_persons_work(tmp_path: Path) -> None:
    def said(n: int, person: int) -> str:
        return "model" if (n + person) % 5 else "baseline"

    judged = {f"q{n:02}": "win" for n in range(60)}
    votes = {name: [vote(f"q{n:02}", said(n, place)) for n in range(60)] for place, name in enumerate(("ann", "ben", "cho"))}
    tables = made(tmp_path, judged, votes)
    test = alternative(tables, SETTINGS)
    assert test
    assert (test.annotators, test.items, test.passed) == (3, 60, True)
    assert "the judge can replace a person: it passes the test against 3 of the 3 people" in alternative_in_words(test)
    two = made(tmp_path / "two", judged, {name: votes[name] for name in ("ann", "ben")})
    nothing = alternative(two, SETTINGS)
    assert nothing
    assert "is unknown: it takes 3 people with at least 50 items each" in alternative_in_words(nothing)
    assert alternative(made(tmp_path / "none", judged, {"ann": [vote("q01", "model", match="gone")]}), SETTINGS) is None


def test_differences_corrected_by_votes(tmp_path: Path) -> None:
    """The judge sees no difference of x and z against y; people see x win all of 20 questions, and z half of them."""
    judged = {f"q{n:02}": "win" for n in range(40)}
    sides = {"m": ("x", "y"), "n": ("z", "y")}
    votes = [vote(f"q{n:02}", "model") for n in range(20)]
    votes += [vote(f"q{n:02}", "model" if n % 2 else "baseline", match="n", model="z") for n in range(20)]
    tables = made(tmp_path, judged, {"ann": votes}, matches=sides)
    rows = {row["name"]: row for row in corrected_rows(tables, read_scores(tables), SETTINGS)}
    assert {name: (row["judge"], row["corrected"]) for name, row in rows.items()} == {
        **{"m": (100.0, 100.0), "n": (100.0, 50.0), "x less z": (0.0, 50.0)}
    }
    assert rows["x less z"]["low"] > 20
