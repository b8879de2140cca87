"""A request is its content: what can change the reply is in its key, and nothing else is."""

from typing import Any

import pytest

from seedbed.exchange.requests import Request, request_of
from tests.exchange.judgments import judgment_request


def test_the_key_knows_content_and_nothing_else() -> None:
    first = judgment_request()
    changes: list[dict[str, Any]] = [{"sample": 1}, {"slot": 0}, {"attempt": 2}, {"model": "n"}, {"endpoint": "f"}]
    changes += [{"params": {"temperature": 1}}, {"messages": []}, {"reply": None}]
    assert len({first.key, *(judgment_request(**change).key for change in changes)}) == 1 + len(changes)
    assert Request("another row", dict(reversed(first.content.items()))).key == first.key
    with pytest.raises(ValueError, match="is not that of its request"):
        request_of("0" * 64, first.content)


PROBLEM = "Not usable: $problem"


def test_the_first_asking_is_the_same_however_the_next_would_differ() -> None:
    first = judgment_request()
    for retry in ("repeat", "explain", "vary"):
        assert Request("q", first.content, retry=retry, problem=PROBLEM).key == first.key


def test_another_attempt_repeats_explains_or_varies() -> None:
    first = judgment_request()

    def again(retry: str, reply: str | None = "A is better", problem: str | None = PROBLEM) -> dict[str, Any]:
        return Request("q", first.content, retry=retry, problem=problem).again(reply, "no JSON").content

    assert again("repeat") == first.content | {"attempt": 2}
    told = [{"role": "assistant", "content": "A is better"}, {"role": "user", "content": "Not usable: no JSON"}]
    assert again("explain") == first.content | {"attempt": 2, "messages": [*first.content["messages"], *told]}
    assert again("explain", reply=None) == again("repeat"), "an error in the place of a reply is nobody's mistake"
    assert again("explain", problem=None) == again("repeat"), "a prompt without such a sentence"
    assert again("vary") == first.content | {"attempt": 2, "params": {"seed": 1, "temperature": 0.2}}


def test_a_third_attempt_tells_of_the_second_reply_alone() -> None:
    first = Request("q", judgment_request().content, retry="explain", problem=PROBLEM)
    third = first.again("one", "cut").again("two", "empty")
    assert third.attempt == 3
    assert [message["content"] for message in third.content["messages"][1:]] == ["two", "Not usable: empty"]
    varied = Request("q", first.content, retry="vary").again("one", "cut").again("two", "empty")
    assert varied.content["params"] == {"seed": 2, "temperature": 0.4}
