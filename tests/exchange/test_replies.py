"""From a response to a value, or to the reason why there is none."""

from typing import Any

import pytest

from seedbed.exchange.replies import Unusable, json_of, shown_reply, text_of
from seedbed.exchange.responses import error_response, from_chat_completion
from tests.exchange.judgments import judgment_request, response


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
        json_of(judgment_request(), given)
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
    assert json_of(judgment_request("json_object"), response(text))["verdict"] == "B"


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


@pytest.mark.parametrize("body", [{}, {"choices": "none"}, [], "text", None, {"choices": [{"message": {"content": 3}}]}])
def test_a_body_that_is_no_completion(body: Any) -> None:
    with pytest.raises(ValueError, match="not a chat completion"):
        from_chat_completion(body)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (response("no JSON"), "no JSON"),
        (response("<think>{</think> no JSON"), "no JSON"),
        (response("<think>and so on"), "…"),
        (response(None), "…"),
        (response("x" * 9000, "length"), "x" * 2000),
        (error_response("error", "overloaded"), None),
    ],
)
def test_what_a_model_is_shown_of_its_unusable_reply(given: dict[str, Any], shown: str | None) -> None:
    assert shown_reply(given) == shown
