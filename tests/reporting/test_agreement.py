"""Votes in, agreement out: who counts, what agrees with what, and by how much more than chance."""

import json
from contextlib import chdir
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.project import paths
from seedbed.project.columns import ANSWERS, JUDGMENTS, QUESTIONS
from seedbed.project.params import Params, Report
from seedbed.project.votes import answer_hash, left_is_model
from seedbed.reporting.agreement import agreement_rows, alpha, coincidences, kappa, load_votes
from seedbed.reporting.bootstrap import bootstrap_interval, percentile_interval, resampled_sums
from seedbed.reporting.human_sections import agreement_parts
from seedbed.util.tables import Tables

SETTINGS: Report = {"bootstrap": 200, "confidence": 95, "seed": 0}
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
        (match, *pair, question, order, verdict, None)
        for match, pair in sides.items()
        for question, outcome in judged.items()
        for order, verdict in zip(("ab", "ba"), BOTH[outcome], strict=True)
    ]
    tables.fill("judgments", JUDGMENTS.replace("order text", '"order" text'), rows)
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
# The majority: q1 win (2 of 3), q2 tie (1 : 1), q3 tie, q4 win, q5 loss.


def test_a_table_worked_by_hand(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, HAND_VOTES)
    assert {row["question"]: row["majority"] for row in tables.query("human/voted")} == {
        **{"q1": "win", "q2": "tie", "q3": "tie", "q4": "win", "q5": "loss"}
    }
    found = of(agreement_rows(tables, SETTINGS))
    assert (found["items"], found["votes"], found["both_bad"], found["unjudged"]) == (5, 10, 1, 1)
    assert (found["majority_s1_n"], found["majority_s1"]) == (4, 50.0)  # q1 and q3 of q1, q2, q3, q5
    assert (found["majority_s2_n"], found["majority_s2"]) == (2, 50.0)  # q1 of q1, q5: q2's majority is a tie
    assert (found["single_s1_n"], found["single_s1"]) == (9, 55.56)  # 2 of 3, 1 of 2, 2 of 2, 0 of 2
    assert (found["single_s2_n"], found["single_s2"]) == (6, 50.0)  # 2 of 2, 1 of 2, 0 of 2
    assert (found["people_s1_n"], found["people_s1"]) == (6, 50.0)  # 1 of 3, 0 of 1, 1 of 1, 1 of 1
    assert (found["people_s2_n"], found["people_s2"]) == (3, 66.67)  # 1 of 1, 0 of 1, 1 of 1
    # kappa: 2 of 4 agree; by chance (2·1 + 1·1 + 1·2) / 16.
    assert found["kappa"] == round((2 / 4 - 5 / 16) / (1 - 5 / 16), 3)
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
    assert [(row["question"], row["judge"], row["majority"]) for row in found] == [("q5", "win", "loss"), ("q2", "loss", "tie")]
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
    (only,) = agreement_parts(tables, [], 95)
    assert "`seedbed review`" in only
    assert [tables.query(f"human/{name}") for name in ("annotators", "preferences", "disagreements")] == [[], [], []]


def test_no_vote_counts(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, {"ann": [vote("q1", "model", match="gone")]})
    first, people = agreement_parts(tables, agreement_rows(tables, SETTINGS), 95)
    assert "count: 0" in first
    assert "| ann | 1 | 0 | 0 | 1 |" in people


def test_one_annotator_has_no_ceiling(tmp_path: Path) -> None:
    tables = made(tmp_path, HAND, {"ann": HAND_VOTES["ann"]})
    rows = agreement_rows(tables, SETTINGS)
    found = of(rows)
    assert (found["people_s1_n"], found["people_s1"], found["people_s2"], found["alpha"], found["alpha_low"]) == (
        0,
        *[None] * 4,
    )
    assert found["majority_s1"] == found["single_s1"] == 50.0  # q1 and q3 of four
    assert "two people" not in "".join(agreement_parts(tables, rows, 95))


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
    assert "Judge and majority say the same" in "".join(agreement_parts(tables, agreement_rows(tables, SETTINGS), 95))


def test_one_category_has_votes_and_its_name_is_odd(tmp_path: Path) -> None:
    odd = "<b>'quoted' \"twice\" | and \\"
    tables = made(tmp_path, {"q1": "win", "q2": "win"}, {"ann": [vote("q1", "model")]}, {"q1": odd, "q2": "generic"})
    rows = agreement_rows(tables, SETTINGS)
    assert {row["category"] for row in rows} == {odd, "all"}
    shown = "\n".join(agreement_parts(tables, rows, 95))
    assert "&lt;b>'quoted' \"twice\" \\| and \\\\ |" in shown
    assert "<b>" not in shown


def test_a_question_of_two_matches_is_one_piece_of_evidence(tmp_path: Path) -> None:
    """Its items are drawn together: with one question there is nothing to vary."""
    votes = {"ann": [vote("q1", "model"), vote("q1", "baseline", match="n", baseline="z")]}
    tables = made(tmp_path, {"q1": "win"}, votes, matches={"m": ("x", "y"), "n": ("x", "z")})
    found = of(agreement_rows(tables, SETTINGS))
    assert [found[f"majority_s1{end}"] for end in ("", "_low", "_high")] == [50.0, 50.0, 50.0]


def test_intervals_are_seeded_and_those_of_the_mean() -> None:
    values = np.random.default_rng(3).choice([0.0, 100.0], size=37)
    sums = resampled_sums(np.column_stack([values, np.ones(37)]), 400, "seed")
    assert percentile_interval(sums[:, 0] / sums[:, 1], 90) == pytest.approx(bootstrap_interval(values, 400, 90, "seed"))
    assert (sums[:, 1] == 37).all()
    assert percentile_interval(np.array([np.nan, np.nan, 1.0]), 95) is None


def test_kappa_of_a_table_worked_by_hand() -> None:
    """50 cases, 20 yes of both, 15 no of both: observed 0.7, by chance 0.5."""
    assert kappa(np.array([[20.0, 5.0], [10.0, 15.0]])) == pytest.approx(0.4)
    assert np.isnan(kappa(np.zeros((3, 3))))
    assert np.isnan(kappa(np.diag([4.0, 0.0, 0.0])))


def test_alpha_of_krippendorffs_own_example() -> None:
    """Krippendorff 2011, section C: 4 observers, 12 units, 5 values, data missing; nominal alpha 0.743."""
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    counts = np.zeros((12, 5))
    for said in observers:
        for unit, value in enumerate(said):
            if value != ".":
                counts[unit, int(value) - 1] += 1
    matrix = coincidences(counts).sum(axis=0)
    assert matrix.sum() == pytest.approx(40)
    assert matrix.sum(axis=1) == pytest.approx([9, 13, 10, 5, 3])
    assert float(alpha(matrix)) == pytest.approx(0.743, abs=5e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["win", "loss", "tie", None]), min_size=3, max_size=3), min_size=2, max_size=12))
def test_kappa_and_alpha_are_those_of_nltk(said: list[list[str | None]]) -> None:
    from nltk.metrics.agreement import AnnotationTask  # type: ignore[import-untyped]

    names = ("win", "loss", "tie")
    counts = np.array([[unit.count(name) for name in names] for unit in said], dtype=np.float64)
    mine = float(alpha(coincidences(counts).sum(axis=0)))
    pairable = [unit for unit in said if sum(value is not None for value in unit) > 1]
    if len({value for unit in pairable for value in unit if value}) > 1:
        triples = [(rater, unit, value) for unit, row in enumerate(said) for rater, value in enumerate(row) if value]
        assert mine == pytest.approx(AnnotationTask(data=triples).alpha())
    else:
        assert np.isnan(mine)

    both = [(row[0] or "tie", row[1] or "tie") for row in said]
    square = np.array([[both.count((a, b)) for b in names] for a in names], dtype=np.float64)
    if len({value for pair in both for value in pair}) > 1:
        task = AnnotationTask(data=[(rater, unit, pair[rater]) for unit, pair in enumerate(both) for rater in (0, 1)])
        assert float(kappa(square)) == pytest.approx(task.kappa())
