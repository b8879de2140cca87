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
