"""Judges compared on the votes: chosen by one half of the questions, measured on the other."""

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.diff.calibrate import Candidate, calibrate, compared, in_words
from seedbed.diff.calibrate import _chooses as chooses
from seedbed.project.votes import answer_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import write_rows
from tests.diff.project import MATCH, answers, commit, judgments, make_project
from tests.harness import Project, git

QUESTIONS = [f"q{n:03}" for n in range(120)]


def candidate(name: str, wrong: set[str], matches: tuple[str, ...] = ("m",)) -> Candidate:
    """Return a judge that says win of every question, where people say so of all but the `wrong` ones."""
    items = [(match, question) for match in matches for question in QUESTIONS]
    votes = {item: ["loss" if item[1] in wrong else "win"] for item in items}
    return Candidate(name, dict.fromkeys(items, "win"), votes, {})


def test_the_choice_is_made_by_one_half_and_measured_on_the_other() -> None:
    first = [question for question in QUESTIONS if chooses(question)]
    rest = [question for question in QUESTIONS if not chooses(question)]
    assert 40 < len(first) < 80
    lucky = candidate("lucky", {*rest[:20]})  # all right where the choice is made
    even = candidate("even", {*first[:3], *rest[:3]})
    found = compared([even, lucky], 95)
    assert found["chosen"] == "lucky"
    rows = {row["candidate"]: row for row in found["candidates"]}
    assert (rows["lucky"]["chosen_by"], rows["lucky"]["items"]) == (100.0, len(rest))
    assert rows["lucky"]["agreement"] == pytest.approx(100 * (1 - 20 / len(rest)), abs=0.01)
    assert rows["lucky"]["off"] == pytest.approx(100 * 20 / len(rest), abs=0.01)
    assert rows["lucky"]["off_low"] < rows["lucky"]["off"] < rows["lucky"]["off_high"]
    rate: Any
    (rate,) = rows["lucky"]["rates"]
    assert (rate["judge"], rate["corrected"]) == (100.0, pytest.approx(100 * (1 - 20 / len(rest)), abs=0.01))
    words = in_words(found, 95)
    assert "Chosen: lucky." in words
    assert "| even | " in words


def test_a_question_of_two_matches_is_one_piece_of_evidence() -> None:
    wrong = {*QUESTIONS[::4]}
    one, two = (compared([candidate("a", wrong, matches)], 95)["candidates"][0] for matches in (("m",), ("m", "n")))
    assert two["items"] == 2 * one["items"]
    assert (two["low"], two["high"]) == (one["low"], one["high"])


def test_too_few_votes() -> None:
    few = candidate("a", set())
    few = Candidate("a", few.judged, {item: said for item, said in few.votes.items() if item[1] < "q010"}, {})
    with pytest.raises(UserError, match="too few votes to choose a judge: each half of the questions needs votes"):
        compared([few], 95)
    found = compared([few, candidate("b", set())], 95)
    assert found["left_out"] == ["a"]
    assert "Left out, since the votes that count on their answers are too few: a." in in_words(found, 95)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of 40 questions that people voted on, whose judge says win everywhere; in an older commit it says loss."""
    project = make_project(tmp_path / "project")
    one, *_ = project.rows("data/questions.en.jsonl")
    ids = [f"generic-{n + 1:02}" for n in range(40)]
    edited = project.rows("data/build/edited/questions/questions.jsonl")[0]
    project.write_rows("data/questions.en.jsonl", [one | {"id": id, "text": f"Question {id}?"} for id in ids])
    write_rows(
        project.root / "data/build/edited/questions/questions.jsonl", [edited | {"id": id} for id in ids], "edited_question"
    )
    for model in ("good", "thin"):
        answers(project, model, {id: f"{model} {id}" for id in ids})
    votes = [
        {"match": MATCH, "question": id, "verdict": "model"}
        | {f"{side}_hash": answer_hash(f"{model} {id}") for side, model in (("model", "good"), ("baseline", "thin"))}
        for id in ids
    ]
    project.write_rows("data/votes/ann.jsonl", votes)
    judgments(project, dict.fromkeys(ids, ("second", "first")))
    commit(project, "a judge that errs")
    judgments(project, dict.fromkeys(ids, ("first", "second")))
    return project


@pytest.mark.slow
def test_revisions_and_experiments_beside_the_workspace(project: Project) -> None:
    head = git(project.root, "rev-parse", "HEAD").strip()
    git(project.root, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/brave-idea", head)
    with chdir(project.root):
        found = json.loads(calibrate(["HEAD"], True, 95, True))
        words = calibrate([], False, 95, False)
        with pytest.raises(UserError, match="no revision 'nowhere'"):
            calibrate(["nowhere"], False, 95, False)
    rows = {row["candidate"]: row for row in found["candidates"]}
    assert found["chosen"] == "workspace: judge"
    assert {name: (row["agreement"], row["off"]) for name, row in rows.items()} == {
        **{"workspace: judge": (100.0, 0.0), "HEAD: judge": (0.0, -100.0), "brave-idea: judge": (0.0, -100.0)}
    }
    assert "Chosen: workspace: judge." in words


def test_labels_of_the_chosen_judge_are_written_once(project: Project) -> None:
    with chdir(project.root):
        calibrate([], False, 95, False, "mine")
        assert project.rows("data/votes/labels/mine.jsonl") == [{"judge": "win", "people": "win"}] * 40
        with pytest.raises(UserError, match=r"data/votes/labels/mine\.jsonl: this file exists already"):
            calibrate([], False, 95, False, "mine")
        with pytest.raises(UserError, match=r"--labels '\.\./x'"):
            calibrate([], False, 95, False, "../x")
