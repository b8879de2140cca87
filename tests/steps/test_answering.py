"""Answers: one that was cut at its length limit, and is judged all the same, says so."""

from typing import Any

import pytest

from seedbed.exchange.requests import Request
from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings
from seedbed.steps.answering import answered, reader
from seedbed.util.schemas import first_problem

TO = ModelSettings("models.good", "house", "m", {}, 0, "json_schema")


@pytest.mark.parametrize(("finish", "cut"), [("stop", {}), ("length", {"cut": True})])
def test_an_answer_fits_its_schema_cut_or_not(finish: str, cut: dict[str, bool]) -> None:
    request = Request("q", {"attempt": 1, "reply": None})
    response: dict[str, Any] = {"text": "An answer.", "finish_reason": finish, "refusal": None, "model": "m", "usage": None}
    result: Result[str] = Result(request)
    result.take(response, reader("judge"), 1)
    (row,) = answered("good", TO, [result])
    assert {name: value for name, value in row.items() if name == "cut"} == cut
    assert first_problem(row, "rows/answer") is None
