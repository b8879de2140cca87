"""Requests to the stand-in, as the stages put them."""

import json
from typing import Any

import httpx2

from seedbed.stand_in.server import handle
from seedbed.util.canonical import canonical

MARK = "0123456789ab"


def block(name: str, text: str) -> str:
    """Return a text between the two lines that delimit it in a message."""
    return f"<{name} {MARK}>\n{text}\n</{name} {MARK}>"


def body(model: str, user: str, system: str = "", **more: Any) -> dict[str, Any]:
    """Return the body of a chat completion."""
    messages = [{"role": "system", "content": system}] if system else []
    return {"model": model, "messages": [*messages, {"role": "user", "content": user}], **more}


def ask(model: str, user: str, system: str = "", **more: Any) -> str:
    """Return the stand-in's reply."""
    response = handle(
        httpx2.Request("POST", "http://stand-in.invalid/v1/chat/completions", json=body(model, user, system, **more))
    )
    assert response.status_code == 200, response.text
    return str(response.json()["choices"][0]["message"]["content"])


def source(**fields: str) -> str:
    """Return a user message that asks for a translation."""
    return f"次のJSONの各項目を訳してください。\n\n{block('source', canonical(fields))}"


def demonstrations(count: int) -> str:
    """Return a user message that asks for `count` instructions."""
    shown = json.dumps({"instruction": "9 lines", "input": "", "output": "x", "task_type": "advice"})
    return f"次の手本を参考に、手本とは異なる課題を{count}個作ってください。\n\n{block('demonstrations', shown)}"


def comparison(question: str, first: str, second: str, **more: str) -> str:
    """Return a user message that asks for a verdict."""
    parts = {"question": question, **more, "answer_a": first, "answer_b": second}
    return "\n\n".join(block(name, text) for name, text in parts.items())
