"""judge: two requests a question, one in each order; none where an answer failed, and then the judgment is invalid."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import Match
from seedbed.project.prompts import Prompt, blocks_of
from seedbed.steps.judging import beside, build, judged, load_prompts
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


def test_a_jurys_judges_ask_the_same_under_names_of_their_own() -> None:
    """The id is no part of the key: the judge that was there keeps its requests."""
    alone = build(QUESTIONS, ANSWERS, {}, load_prompts(), TO)
    member = build(QUESTIONS, ANSWERS, {}, load_prompts(), TO, judge="large")
    assert [request.id for request in member] == ["q1.ab.large", "q1.ba.large"]
    assert [request.key for request in member] == [request.key for request in alone]


def test_asked_once_more_of_every_judge_or_of_one() -> None:
    def times(again: dict[str, int], judge: str) -> list[int]:
        return [r.content.get("again", 0) for r in build(QUESTIONS, ANSWERS, {}, load_prompts(), TO, again, judge)]

    assert times({"q1.ab": 1}, "judge") == times({"q1.ab": 1}, "large") == [1, 0]
    assert times({"q1.ab.large": 1}, "judge") == [0, 0]
    assert times({"q1.ab": 1, "q1.ab.large": 2}, "large") == [3, 0]


def params_with(criteria: dict[str, str]) -> Any:
    return {"judge": {"reference_categories": []}, "criteria": criteria}


def test_criteria_and_grading_points_are_shown_where_there_are_any(tmp_path: Path) -> None:
    (tmp_path / "references.jsonl").touch()
    questions = [QUESTIONS[0] | {"rubric": ["one", "two"]}, QUESTIONS[1]]
    shown = beside(questions, tmp_path / "references.jsonl", params_with({"other": "x"}))
    assert shown == {"q1": {"rubric": "- one\n- two"}, "q2": {}}
    shown = beside(questions, tmp_path / "references.jsonl", params_with({"c": "how"}))
    assert shown == {"q1": {"criteria": "how", "rubric": "- one\n- two"}, "q2": {"criteria": "how"}}
    first, _ = build(questions, ANSWERS, shown, load_prompts(), TO)
    blocks = blocks_of(first.content["messages"][-1]["content"])
    assert (blocks["criteria"], blocks["rubric"]) == ("how", "- one\n- two")


def test_a_question_without_them_keeps_its_request() -> None:
    """A prompt that came to show them asks what it asked before, byte for byte."""
    prompts = load_prompts()
    before = {
        key: replace(prompt, user=prompt.user.replace("$criteria\n\n", "").replace("$rubric\n\n", ""))
        for key, prompt in prompts.items()
    }
    assert before["judge"].user != prompts["judge"].user
    now, then = (build(QUESTIONS, ANSWERS, {}, version, TO) for version in (prompts, before))
    assert [request.key for request in now] == [request.key for request in then]


def test_how_much_better_is_in_the_row() -> None:
    requests = build(QUESTIONS, ANSWERS, {}, load_prompts(), TO)
    value: Any = {"verdict": "first", "strength": "strong", "explanation": "why"}
    rows = list(judged("m", SIDES, QUESTIONS, TO, [Result(requests[0], value=value)], "judge"))
    assert [row.get("strength") for row in rows] == ["strong", None, None, None]
    assert {row["judge"] for row in rows} == {"judge"}


def test_one_judges_requests_have_the_keys_that_they_had_before_there_were_juries() -> None:
    """Two keys of an older library, of a prompt of its own: what was paid for is found."""
    user = "$question\n\n$criteria\n\n$rubric\n\n$answer_a\n\n$answer_b"
    prompt = Prompt(Path("prompts/judge.yaml"), "en", "Judge.", user, "judgment", "JSON.", None)
    to = ModelSettings("judge", "e", "m", {"temperature": 0, "max_tokens": 2048}, 0, "json_schema")
    requests = build(QUESTIONS[:1], ANSWERS, {}, {"judge": prompt}, to)
    assert [request.key for request in requests] == [
        "b154848fc1afe512f096351581d449b5bfa459c05345ba8364c45b43d9acc825",
        "5e68e43e7990ebc47e7c5ba4111d5b09e7976de7164bae3487e1dd8a679ee0ec",
    ]
