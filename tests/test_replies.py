"""From a response to a value, or to the reason why there is none."""

from pathlib import Path
from typing import Any

import pytest

from seedbed.exchange.replies import Unusable, from_chat_completion, json_of, text_of
from seedbed.exchange.requests import Request, build_request, request_of
from seedbed.project.params import Speaker
from seedbed.project.prompts import load_prompt
from seedbed.steps.verdicts import judgment_of

PROMPT = load_prompt("judge", Path(__file__).parent.parent / "prompts")


def request(structured: str = "json_schema", **changes: Any) -> Request:
    speaker = Speaker("judge", "e", "m", {"temperature": 0}, 0, structured)
    made = build_request("q1", speaker, PROMPT, [{"role": "user", "content": "?"}])
    return Request(made.id, made.content | changes)


def response(text: str | None, finish_reason: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    return {"text": text, "refusal": refusal, "finish_reason": finish_reason, "model": "m", "usage": None}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (response('{"verdict":"A"', "length"), "cut"),
        (response('{"verdict":"A","explanation":"x"}', "length"), "cut"),
        (response("", "stop"), "empty"),
        (response(None, "stop"), "empty"),
        (response("x", "stop", "no"), "refused"),
        (response(None, "content_filter"), "refused"),
        (response("A"), "not_json"),
        (response('{"verdict":"A"}'), "wrong_schema"),
        (response('{"verdict":"D","explanation":"x"}'), "wrong_schema"),
        (response('[{"verdict":"A"}]'), "wrong_schema"),
        (response("[" * 100_000), "not_json"),
        (response('{"verdict":"A","explanation":"\\ud83d"}'), "not_json"),  # half a surrogate pair, escaped
        (response('{"verdict":"A","explanation":1e999}'), "not_json"),
    ],
)
def test_unusable(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unusable) as unusable:
        json_of(request(), given)
    assert unusable.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"verdict":"B","explanation":"x"}\n```',
        'Here you are: {"verdict":"B","explanation":"x"} Done.',
        '{"verdict":"B","explanation":"x"}',
    ],
)
def test_json_is_found_where_the_endpoint_has_no_schema(text: str) -> None:
    assert json_of(request("json_object"), response(text))["verdict"] == "B"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("よい。[[A]]", "first"),
        ("[[A]]かと思いましたが、最終判定は [[B]]", "second"),
        ("[[B]] ... [[C]]", "tie"),
    ],
)
def test_the_last_mark_is_the_verdict(text: str, verdict: str) -> None:
    assert judgment_of(request("text"), response(text))["verdict"] == verdict


@pytest.mark.parametrize("text", ["no mark", "[A]", "[[D]]", "[[a]]"])
def test_a_reply_without_a_mark_is_no_tie(text: str) -> None:
    with pytest.raises(Unusable) as unusable:
        judgment_of(request("text"), response(text))
    assert unusable.value.reason == "no_verdict"


def test_the_key_knows_content_and_nothing_else() -> None:
    first = request()
    changes: list[dict[str, Any]] = [{"sample": 1}, {"slot": 0}, {"attempt": 2}, {"model": "n"}, {"endpoint": "f"}]
    changes += [{"params": {"temperature": 1}}, {"messages": []}, {"reply": None}]
    assert len({first.key, *(request(**change).key for change in changes)}) == 1 + len(changes)
    assert Request("another row", dict(reversed(first.content.items()))).key == first.key
    with pytest.raises(ValueError, match="is not that of its request"):
        request_of("0" * 64, first.content)


def test_what_a_response_keeps() -> None:
    body = {
        "id": "chatcmpl-1",
        "created": 1700000000,
        "model": "m-2024",
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "half \ud83d pair"}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}},
    }
    kept = from_chat_completion(body)
    assert kept["usage"] == {"input": 3, "cached_input": 1, "output": 2}
    assert kept["text"] == "half \ufffd pair"
    assert "1700000000" not in str(kept)
    assert "chatcmpl" not in str(kept)
    assert text_of(kept) == "half \ufffd pair"


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": [{"message": None}]}, [], {"choices": [{"message": {"content": 3}}]}]
)
def test_a_body_that_is_no_completion(body: Any) -> None:
    with pytest.raises(ValueError, match="not a chat completion"):
        from_chat_completion(body)
