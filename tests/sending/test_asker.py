"""A stage asking: what is in the store is not sent, what is unusable is asked again, and everything is kept."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.store.store import Store
from seedbed.util.errors import UserError
from tests.harness import Answer, Server, asked_in, completion, reply_to
from tests.sending.conftest import STAGE, Ask


def text_of(body: dict[str, Any]) -> str:
    """Return the text that a request wants translated."""
    return re.search(r'\{"text":"(.*)"\}', asked_in(body))[1]  # type: ignore[index]


def transcript() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("transcript.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_same_again_is_served_from_the_store_and_says_so(
    ask: Ask, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    first = ask()
    assert "3 requests, 0 of them in the store, 3 to send" in capsys.readouterr().err
    before = Path("transcript.jsonl").read_bytes()
    assert len(server.take()) == 3
    again = ask()
    assert [result.value for result in again] == [result.value for result in first]
    assert capsys.readouterr().err == f"{STAGE}: all 3 responses are in the store, nothing sent\n"
    assert server.take() == []
    assert Path("transcript.jsonl").read_bytes() == before


def test_one_new_row_sends_one_request(ask: Ask, server: Server) -> None:
    ask()
    server.take()
    ask(("a", "b", "d"))
    assert len(server.take()) == 1


def test_equal_requests_are_sent_once(ask: Ask, server: Server) -> None:
    results = ask(("same", "same", "other"))
    assert len(server.take()) == 2
    assert results[0].value == results[1].value != results[2].value
    assert [row["id"] for row in transcript()] == ["q0", "q1", "q2"]


def test_another_draw_is_another_request(ask: Ask, server: Server) -> None:
    ask()
    server.take()
    ask(blocks={"translate": {"sample": 1}})
    assert len(server.take()) == 3
    ask()
    assert server.take() == []


def test_offline_names_the_first_missing_request(ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDBED_OFFLINE", "1")
    with pytest.raises(UserError, match="SEEDBED_OFFLINE is set and the response for q0"):
        ask()
    monkeypatch.delenv("SEEDBED_OFFLINE")
    ask()
    monkeypatch.setenv("SEEDBED_OFFLINE", "1")
    ask()
    assert len(server.log) == 3


@pytest.mark.parametrize(
    ("reason", "spoil"),
    [
        ("cut", lambda: completion('{"text":"half', "length")),
        ("empty", lambda: completion("")),
        ("refused", lambda: completion(None, refusal="no")),
        ("not_json", lambda: completion("Sure!")),
        ("wrong_schema", lambda: completion('{"txt":"x"}')),
    ],
)
def test_an_unusable_reply_costs_one_more_attempt_and_no_more(
    ask: Ask, server: Server, reason: str, spoil: Callable[[], bytes]
) -> None:
    met: set[str] = set()

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        if text_of(body) == "b" or text_of(body) in met:
            return None
        met.add(text_of(body))
        return 200, {}, spoil()

    server.fault = fault
    results = ask()
    assert met == {"a", "c"}
    assert len(server.take()) == 3 + 2
    assert all(result.failure is None for result in results)
    assert [row["request"]["attempt"] for row in transcript()] == [1, 2, 1, 1, 2]
    ask()
    assert server.take() == []


def test_what_no_attempt_makes_usable_is_a_failed_row(ask: Ask, server: Server) -> None:
    """Too many stop the stage, by name; nothing is paid again; a person may want one more attempt."""

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        return (200, {}, completion('{"text": "cut', "length")) if text_of(body) == "b" else None

    server.fault = fault
    with pytest.raises(UserError, match=r"1 of 3 rows have no usable reply, more than max_failed = 0 allows: q1 \(cut\)"):
        ask(blocks={"translate": {"max_failed": 0}})
    assert len(server.take()) == 1 + 3 + 1
    results = ask(blocks={"translate": {"max_failed": 0.5}})
    assert server.take() == []
    assert [result.failure is None for result in results] == [True, False, True]
    assert results[1].failure == {
        "reason": "cut",
        "detail": "the reply was cut at the length limit; raise max_tokens in its params",
        "text": '{"text": "cut',
    }
    assert [(row["id"], row["request"]["attempt"]) for row in transcript()] == [
        *(("q0", 1), ("q1", 1), ("q1", 2), ("q1", 3), ("q2", 1)),
    ]
    ask(blocks={"translate": {"max_failed": 0.5, "max_attempts": 4}})
    assert len(server.take()) == 1


def test_a_build_that_runs_into_its_budget_keeps_what_came(ask: Ask, server: Server) -> None:
    """The estimate fits and retries make it dearer: it stops between two requests."""
    server.fault = lambda body, number: (200, {}, completion("", "stop")) if number <= 2 else None
    texts = tuple("abcdefgh")
    with pytest.raises(
        UserError, match=r"the build's budget is used up \(8 of 8 requests\); every response that arrived is kept"
    ):
        ask(texts, blocks={"budget": {"requests": 8}}, max_concurrency=1)
    assert len(server.take()) == 8
    ask(texts)
    assert len(server.take()) == 2  # eight rows, of which two were asked again


def test_requests_and_dollars_are_held_against_the_budget_before_anything_is_sent(
    ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="3 requests to send, but only 2 of 2 left in the budget"):
        ask(blocks={"budget": {"requests": 2}})
    with pytest.raises(UserError, match="there is a dollar budget and no price for the model 'm'"):
        ask(blocks={"budget": {"usd": 1}})
    prices = {"m": {"input": 1000, "output": 1000}}
    monkeypatch.setenv("SEEDBED_BUDGET_USD", "0.01")
    with pytest.raises(UserError, match=r"of \$0\.01 left in the budget \(SEEDBED_BUDGET_USD\); none was sent"):
        ask(blocks={"prices": prices})
    monkeypatch.setenv("SEEDBED_BUDGET_USD", "ten")
    with pytest.raises(UserError, match="expected a number of dollars, 0 or more, found 'ten'"):
        ask(blocks={"prices": prices})
    assert server.log == []
    monkeypatch.setenv("SEEDBED_BUDGET_USD", "100")
    ask(blocks={"prices": prices})
    with Store(paths.store(), read_only=True) as store:
        ((dollars,),) = store.rows("select usd from sent")
    assert dollars == pytest.approx(3 * 15 * 1000 / 1e6)  # three responses of 15 tokens


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param((429, {}, b"{}"), id="429"),
        pytest.param((503, {}, b"<html>"), id="503"),
        pytest.param((0, {}, b""), id="reset"),
        pytest.param((200, {"content-length": "900"}, b""), id="stops-after-headers"),
    ],
)
def test_a_fault_of_the_wire_is_asked_again_and_changes_nothing(ask: Ask, server: Server, fault: Answer) -> None:
    server.fault = lambda body, number: fault if number == 1 else None
    results = ask(max_retries=2, timeout_s=2)
    assert [result.value for result in results] == [json.loads(reply_to(body)) for body in first_of_each(server)]
    assert len(server.log) == 4
    assert len(transcript()) == 3


def first_of_each(server: Server) -> list[dict[str, Any]]:
    """Return the bodies that were sent, each once, in the order of their texts."""
    bodies = {json.dumps(body, sort_keys=True): body for body in server.log}
    return sorted(bodies.values(), key=text_of)


def test_nothing_is_sent_where_the_replies_that_are_there_fail_the_stage(ask: Ask, server: Server) -> None:
    server.fault = lambda body, number: (200, {}, completion("no JSON")) if text_of(body) == "b" else None
    settings = {"translate": {"max_failed": 0, "max_attempts": 1}}
    with pytest.raises(UserError, match="1 of 3 rows have no usable reply"):  # not all of which were asked
        ask(blocks=settings)
    server.take()
    with pytest.raises(UserError, match="have no usable reply"):
        ask((*"abcdefgh",), blocks=settings)
    assert server.take() == []
