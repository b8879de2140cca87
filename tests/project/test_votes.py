"""Votes: whose file is whose, what a line says, and on which side an answer stands."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from seedbed.project.votes import answer_hash, left_is_model, read_votes, vote_status
from seedbed.util.errors import UserError

ANSWERS = {("x", "q1"): "a longer answer", ("y", "q1"): "short", ("x", "q2"): "one", ("y", "q2"): None}
MATCHES: dict[str, Any] = {"m": {"model": "x", "baseline": "y"}}


def vote(question: str, verdict: str, match: str = "m") -> dict[str, Any]:
    hashes = {
        f"{side}_hash": answer_hash(ANSWERS.get((name, question)) or "") for side, name in (("model", "x"), ("baseline", "y"))
    }
    return {"match": match, "question": question, "verdict": verdict, **hashes}


def test_left_and_right_fall_evenly_and_stay() -> None:
    rng = random.Random(0)
    names = [f"q{rng.random()}" for _ in range(2000)]
    assert 0.45 < sum(left_is_model("ann", "m", name) for name in names) / 2000 < 0.55
    same = sum(left_is_model("ann", "m", name) == left_is_model("ben", "m", name) for name in names)
    assert 0.45 < same / 2000 < 0.55
    assert [left_is_model("yuki", "good-vs-thin", f"fermi-0{n}") for n in range(1, 7)] == [True, True, True, True, False, True]


@pytest.mark.parametrize(
    ("name", "lines", "words"),
    [
        ("a.b", [vote("q1", "model")], "'a.b' is not a valid annotator name"),
        ("ann", [vote("q1", "model"), vote("q1", "tie")], "two votes on question 'q1' of match 'm'"),
        ("ann", [vote("q1", "better")], "ann.jsonl:1: field verdict"),
        ("ann", [vote("q1", "model") | {"model_hash": "abc"}], "ann.jsonl:1: field model_hash"),
    ],
)
def test_votes_that_are_not_valid(tmp_path: Path, name: str, lines: list[dict[str, Any]], words: str) -> None:
    (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(UserError, match=words):
        read_votes(tmp_path)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (vote("q1", "model"), "counted"),
        (vote("q1", "model") | {"model_hash": "0" * 64}, "stale"),
        (vote("q1", "model", match="gone"), "orphaned"),
        (vote("gone", "model"), "orphaned"),
        (vote("q2", "model"), "orphaned"),  # one of the answers failed
    ],
)
def test_what_a_vote_is_worth(given: Any, status: str) -> None:
    assert vote_status(given, MATCHES, ANSWERS) == status
