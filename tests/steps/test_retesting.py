"""Judgments asked for twice: which ones, by which request, and what the row says."""

from typing import Any

from seedbed.exchange.requests import Request
from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings
from seedbed.steps.judging import judged
from seedbed.steps.retesting import retest_id, retested, with_retests
from seedbed.util.schemas import first_problem

TO = ModelSettings("judge", "house", "m", {}, 0, "json_schema")


def requests(count: int, judge: str = "") -> list[Request]:
    content = {"messages": [{"role": "user", "content": "?"}], "sample": 0, "attempt": 1, "reply": None}
    ids = [f"q-{n}.{order}{judge}" for n in range(count) for order in ("ab", "ba")]
    return [Request(id, content | {"messages": [id]}) for id in ids]


def twice(asked: list[Request]) -> set[str]:
    return {request.id.removesuffix("#2") for request in asked if request.id.endswith("#2")}


def test_so_many_are_asked_for_twice_with_another_draw_and_nothing_else() -> None:
    once = requests(20)
    asked = with_retests("m", once, 7)
    assert asked[:40] == once
    assert len(asked) == 47
    by_id = {request.id: request for request in once}
    for request in asked[40:]:
        first = by_id[request.id.removesuffix("#2")]
        assert request.content == first.content | {"sample": 1}
        assert request.key != first.key
    assert with_retests("m", once, 0) == once
    assert len(with_retests("m", once, 1000)) == 80


def test_the_draw_is_stable_and_a_jurys_is_one() -> None:
    drawn = twice(with_retests("m", requests(20), 7))
    assert drawn <= twice(with_retests("m", requests(20), 12))
    assert len(drawn - twice(with_retests("m", requests(19), 7))) <= 2  # a question that is gone takes its own two at most
    assert drawn != twice(with_retests("n", requests(20), 7))
    assert {id.removesuffix(".large") for id in twice(with_retests("m", requests(20, ".large"), 7))} == drawn


def test_a_row_says_what_came_the_second_time() -> None:
    questions: Any = [{"id": "q-0", "text": "?"}, {"id": "q-1", "text": "?"}]
    asked = with_retests("m", requests(2), 4)
    results: list[Result[Any]] = [Result(request) for request in asked]
    for result in results:
        result.value = {"verdict": "second" if result.request.id.endswith("#2") else "first", "explanation": "…"}
    results[-1].value = None  # the last of the second askings failed
    sides: Any = {"model": "a", "baseline": "b"}
    rows = list(retested(list(judged("m", sides, questions, TO, results)), results))
    assert [row["verdict"] for row in rows] == ["first"] * 4
    assert [row["retest"]["verdict"] for row in rows] == ["second"] * 3 + ["invalid"]
    assert rows[0]["retest"]["request"] == next(r.request.key for r in results if r.request.id == retest_id("q-0.ab"))
    assert all(first_problem(row, "rows/judgment") is None for row in rows)
    plain = list(judged("m", sides, questions, TO, results[:4]))
    assert list(retested(plain, results[:4])) == plain
