"""What real servers send in the place of a reply: one row's fault fails that row alone, the endpoint's stops the stage."""

import json
from typing import Any

import pytest

from seedbed.exchange.requests import Request
from seedbed.exchange.result import Result
from seedbed.util.errors import UserError
from tests.harness import Answer, Server, asked_in, completion
from tests.sending.conftest import Ask

GOOD = '{"text": "訳された文です。"}'


def error(status: int, message: str, code: str | None = None) -> Answer:
    return status, {}, json.dumps({"error": {"message": message, "code": code, "type": "invalid_request_error"}}).encode()


def whole(body: dict[str, Any]) -> Answer:
    return 200, {}, json.dumps(body).encode()


def reply(text: Any, reason: str | None = "stop", **message: Any) -> Answer:
    """Return a chat completion, written out here where its form is what is tried."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text} | message, "finish_reason": reason}
    return whole({"model": "m", "choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1}})


ROW_FAULTS: dict[str, tuple[Answer, str, int]] = {
    "overlong prompt": (
        error(400, "maximum context length is 8192 tokens", "context_length_exceeded"),
        "too_long",
        1,
    ),
    "llama.cpp": (error(400, "the request exceeds the available context size"), "too_long", 1),
    "payload": (error(413, "request entity too large"), "too_long", 1),
    "filtered prompt": (error(400, "invalid prompt", "invalid_prompt"), "filtered", 1),
    "policy": (error(400, "your request was rejected", "content_policy_violation"), "filtered", 1),
    "refusal": (reply(None, refusal="I'm sorry"), "refused", 3),
    "filtered reply": (reply("", "content_filter"), "refused", 3),
    "no choice": (whole({"model": "m", "choices": []}), "no_choice", 3),
    "error under 200": (whole({"error": {"message": "overloaded, sorry"}}), "error", 3),
    "page": ((200, {"content-type": "text/html"}, b"<html>hello</html>"), "not_a_completion", 3),
    "cut body": ((200, {}, completion(GOOD)[:-20]), "not_a_completion", 3),
    "cut reply": (reply(GOOD, "max_tokens"), "cut", 3),
    "aborted": (reply(GOOD, "abort"), "unfinished", 3),
    "only thinking": (reply("<think>Well, let me see"), "cut", 3),
    "prose": (reply("Sorry, no JSON today."), "not_json", 3),
}


@pytest.mark.parametrize("kind", ROW_FAULTS)
def test_a_fault_of_one_row_fails_that_row_alone(ask: Ask, server: Server, kind: str) -> None:
    """After the attempts that make sense for its kind, and for good: nothing is sent again."""
    answer, reason, attempts = ROW_FAULTS[kind]
    server.fault = lambda body, number: answer if '{"text":"b"}' in asked_in(body) else None
    results = ask(blocks={"translate": {"max_failed": 0.5}}, max_concurrency=3)
    assert [result.failure is None for result in results] == [True, False, True]
    assert results[1].failure
    assert results[1].failure["reason"] == reason
    assert len(server.take()) == 2 + attempts
    ask(blocks={"translate": {"max_failed": 0.5}})
    assert server.take() == []


CHOICES = [{"message": {"content": GOOD}, "finish_reason": "stop"}]
USAGES: list[Any] = [None, [], "many", {"prompt_tokens": -1}, {"prompt_tokens": 1e300}, {"completion_tokens": "3"}]
GOOD_REPLIES: dict[str, Answer] = {
    "no finish reason": reply(GOOD, None),
    "end_turn": reply(GOOD, "end_turn"),
    "parts": reply([{"type": "text", "text": GOOD[:9]}, {"type": "text", "text": GOOD[9:]}]),
    "thinking": reply(f"<think>{{not this}}</think>\n{GOOD}"),
    "thinking after a byte-order mark": reply(f"\ufeff<think>{{not this}}</think>{GOOD}"),
    "reasoning in a form of its own": reply(GOOD, reasoning={"summary": "Let me see."}),
    "thinking that the template opened": reply(f"Let me see.</think>{GOOD}"),
    "reasoning": reply(GOOD, reasoning_content="Let me see."),
    "fence": reply(f"Here you are:\n```json\n{GOOD}\n```\nAnything else?"),
    "byte-order mark": reply(f"\ufeff{GOOD}"),
    "echoed mark": reply('{"text": "<source 0123456789ab>訳された文です。</source 0123456789ab>"}'),
    **{f"usage {usage!r}": whole({"choices": CHOICES, "usage": usage}) for usage in USAGES},
}


@pytest.mark.parametrize("kind", GOOD_REPLIES)
def test_a_reply_is_read_in_the_forms_that_servers_give_it(ask: Ask, server: Server, kind: str) -> None:
    server.fault = lambda body, number: GOOD_REPLIES[kind]
    results = ask()
    assert [(result.value, result.failure) for result in results] == [({"text": "訳された文です。"}, None)] * 3
    assert len(server.take()) == 3


@pytest.mark.parametrize("kind", ["page", "error under 200"])
def test_three_rows_in_a_row_without_a_reply_stop_the_stage(ask: Ask, server: Server, kind: str) -> None:
    server.fault = lambda body, number: ROW_FAULTS[kind][0]
    with pytest.raises(UserError, match="the responses to 3 consecutive rows were not replies"):
        ask(tuple("abcdefgh"), blocks={"translate": {"max_failed": 0.9}}, max_concurrency=1)
    assert len(server.take()) == 3 + 3 + 1


@pytest.mark.parametrize("kind", ["page", "error under 200"])
def test_an_endpoint_that_has_replied_may_fail_now_and_then(ask: Ask, server: Server, kind: str) -> None:
    """Five answers in a row that are no replies, then all is well; three rows that fail for good stop the stage."""
    server.fault = lambda body, number: ROW_FAULTS[kind][0] if 2 <= number <= 6 else None
    results = ask(tuple("abcdefgh"), blocks={"translate": {"max_attempts": 6}}, max_concurrency=4)
    assert all(result.failure is None for result in results)
    assert len(server.take()) == 8 + 5
    server.fault = lambda body, number: ROW_FAULTS[kind][0] if number > 14 else None
    with pytest.raises(UserError, match="the responses to 3 consecutive rows were not replies"):
        ask(tuple("ijklmnop"), blocks={"translate": {"max_failed": 0.9, "max_attempts": 2}}, max_concurrency=1)
    assert len(server.take()) == 1 + 3 * 2


@pytest.mark.parametrize("code", ["model_not_found", "insufficient_quota"])
def test_what_no_request_would_escape_stops_at_once(ask: Ask, server: Server, code: str) -> None:
    server.fault = lambda body, number: error(400, "no such thing", code)
    with pytest.raises(UserError, match="no such thing"):
        ask(max_concurrency=1)
    assert len(server.take()) == 1


def test_a_server_error_is_tried_again_and_said_in_its_words(ask: Ask, server: Server) -> None:
    server.fault = lambda body, number: error(500, "out of memory") if number == 1 else None
    assert all(result.failure is None for result in ask(max_retries=2))
    server.fault = lambda body, number: error(500, "out of memory")
    with pytest.raises(UserError, match="out of memory"):
        ask(("d",), max_retries=1)


NESTED = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
ABSURD: dict[str, Answer] = {
    "a body nested 10,000 deep": (200, {}, NESTED),
    "an error nested 10,000 deep": (400, {}, b'{"error":' + NESTED + b"}"),
    "an error nested 900 deep": (400, {}, b'{"error":' * 900 + b"1" + b"}" * 900),
    "an error whose words are none": (400, {}, b'{"error":{"message":{"no":["words"]},"code":7}}'),
    "choices that are none": (200, {}, b'{"choices":[[],7,null]}'),
    "a content nested 10,000 deep": (200, {}, b'{"choices":[{"message":{"content":' + b"[" * 10_000 + b"]" * 10_000 + b"}}]}"),
    "a text nested 10,000 deep": reply("{" * 10_000 + '"a":' * 9 + "}" * 10_000),
    "bytes that are no text": (200, {}, bytes(range(128, 256))),
}


@pytest.mark.parametrize("kind", ABSURD)
def test_an_absurd_answer_costs_no_other(ask: Ask, server: Server, kind: str) -> None:
    server.fault = lambda body, number: ABSURD[kind] if '{"text":"b"}' in asked_in(body) else None
    results = ask(blocks={"translate": {"max_failed": 0.5}}, max_concurrency=3)
    assert [result.failure is None for result in results] == [True, False, True]
    server.take()
    assert ask(blocks={"translate": {"max_failed": 0.5}})[1].failure == results[1].failure
    assert server.take() == []


@pytest.mark.parametrize("usage", ["100000000000000000000000", "1e400", "-5", "NaN", '"5"', "[[[]]]", "true"])
def test_an_absurd_usage_costs_nothing(ask: Ask, server: Server, usage: str) -> None:
    counts = f'"usage":{{"prompt_tokens":{usage},"completion_tokens":{usage}}}'
    body = (
        completion(GOOD).decode().replace('"usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}', counts)
    )
    assert counts in body
    server.fault = lambda _, number: (200, {}, body.encode())
    prices = {"m": {"input": 1, "output": 1}}
    assert [result.value for result in ask(blocks={"prices": prices, "budget": {"usd": 1}})] == [
        {"text": "訳された文です。"}
    ] * 3
    assert len(server.take()) == 3


@pytest.mark.parametrize("header", ["²", "9" * 400, "Mon, 99 Jan 99999 99:99:99 GMT", "-1", ""])
def test_an_absurd_retry_after_costs_nothing(ask: Ask, server: Server, header: str) -> None:
    server.fault = lambda body, number: (503, {"retry-after": header}, b"{}") if number == 1 else None
    if header.startswith("9"):
        with pytest.raises(UserError, match="the server asks to wait"):
            ask(max_retries=2)
    else:
        assert all(result.value for result in ask(max_retries=2))


def test_a_reader_that_fails_on_one_reply_fails_that_row_alone() -> None:
    def read(request: Request, response: dict[str, Any]) -> str:
        return str(response["text"].nonsense)

    result: Result[str] = Result(Request("q", {"attempt": 1}))
    result.take({"text": "x"}, read, 3)
    assert result.failure == {
        "reason": "unreadable",
        "detail": "AttributeError: 'str' object has no attribute 'nonsense'",
        "text": "x",
    }
