"""judge: two requests a question, one in each order; none where an answer failed, and then the judgment is invalid."""

from typing import Any

import pytest

from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import Match
from seedbed.project.prompts import blocks_of
from seedbed.steps.judging import build, judged, load_prompts
from tests.harness import ROOT

TO = ModelSettings("judge", "e", "m", {}, 0, "json_schema")
QUESTIONS: Any = [{"id": id, "category": "c", "text": f"{id}?"} for id in ("q1", "q2")]
ANSWERS: Any = (
    {"q1": {"text": "one"}, "q2": {"text": None}},
    {"q1": {"text": "other"}, "q2": {"text": "there"}},
)
SIDES: Match = {"model": "good", "baseline": "thin"}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_each_order_shows_the_answers_the_other_way_round() -> None:
    first, second = build(QUESTIONS, ANSWERS, {"q1": {"reference": "known"}}, load_prompts(), TO)
    assert (first.id, second.id) == ("q1.ab", "q1.ba")
    shown = [blocks_of(request.content["messages"][-1]["content"]) for request in (first, second)]
    assert [(blocks["answer_a"], blocks["answer_b"]) for blocks in shown] == [("one", "other"), ("other", "one")]
    assert {blocks["reference"] for blocks in shown} == {"known"}


def test_a_failed_answer_sends_nothing_and_is_an_invalid_judgment() -> None:
    requests = build(QUESTIONS, ANSWERS, {}, load_prompts(), TO)
    results: Any = [Result(request, value={"verdict": "first", "explanation": "why"}) for request in requests]
    rows = list(judged("m", SIDES, QUESTIONS, TO, results))
    assert [(row["question"], row["order"], row["verdict"]) for row in rows] == [
        *(("q1", "ab", "first"), ("q1", "ba", "first"), ("q2", "ab", "invalid"), ("q2", "ba", "invalid")),
    ]
    assert [row["failure"] and row["failure"]["reason"] for row in rows] == [None, None, "no_answer", "no_answer"]
    assert rows[2]["request"] is None
