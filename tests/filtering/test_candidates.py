"""The filter on real texts and on cases with the right decision; what is read here is no part of the project."""

from pathlib import Path

import pytest

from seedbed.util.rows import read_rows
from tests.data.bundled import final
from tests.filtering.sample import SETTINGS, make
from tests.harness import ROOT

CASES = ROOT.parent / "shared" / "cases" / "filter_ja.jsonl"
CUT = {61, 62, 64, 67}
"""Public references that their own file cuts at a length limit, in the middle of a statement or sentence. A rule that let them
pass would let pass every cut output: the set of training data is better without one."""


def test_no_bundled_seed_and_no_reference_is_rejected() -> None:
    """By what they are; near-duplicates and leaks are of candidates."""
    filter = make(rules=[rule for rule in SETTINGS["rules"] if rule not in ("near_duplicate", "benchmark_leak")])
    questions = {row["id"]: row["text"] for name in ("questions", "two_turns") for row in final(name)}
    rows = [*final("seed_tasks")]
    for row in read_rows(ROOT / "data" / "references.ja.jsonl", unique=None):
        rows.append({"id": "r", "instruction": questions[row["id"]], "input": "", "output": row["reference"]})
    assert len(rows) == 201
    assert [(row["id"], found) for row in rows if (found := filter.decide(row))] == []


def test_public_references_are_kept_but_for_those_that_are_cut(reference: Path) -> None:
    folder = reference / "ja-vicuna"
    asked = {row["question_id"]: row["turns"][0] for row in read_rows(folder / "question.jsonl", unique="question_id")}
    filter = make()
    rejected: dict[int, str] = {}
    for row in read_rows(folder / "reference_answers.jsonl", unique="question_id"):
        number, output = row["question_id"], row["choices"][0]["turns"][0]
        found = filter.decide({"id": f"r{number}", "instruction": asked[number], "input": "", "output": output})
        rejected |= {number: found.reason} if found else {}
    assert rejected == dict.fromkeys(CUT, "truncated")


def test_at_most_one_of_the_shown_cases_is_decided_wrongly() -> None:
    if not CASES.is_file():
        pytest.skip(f"no cases at {CASES}")
    filter = make()
    rows = list(read_rows(CASES))
    wrong = [row["id"] for row in rows if (filter.decide(row) is None) != row["keep"]]
    assert len(rows) == 25
    assert len(wrong) <= 1, wrong


def test_at_most_three_of_our_own_candidates_are_decided_wrongly() -> None:
    """Written by hand after the kinds that models really write, good and bad; each is decided beside all the others."""
    filter = make()
    rows = list(read_rows(Path(__file__).parent / "candidates_ja.jsonl"))
    wrong = [(row["id"], row["about"]) for row in rows if (filter.decide(row) is None) != row["keep"]]
    assert len(rows) == 25
    assert len(wrong) <= 3, wrong
