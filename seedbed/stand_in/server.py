"""The stand-in as a server: from an HTTP request to an HTTP response, in this process or on a socket.

What is asked is told by the blocks in the messages (see `seedbed.project.prompts.render`), as a model would tell it: a source
to translate, demonstrations to write more of, two answers to judge, or none of these, which is a question to answer.
"""

import json
import random
import re
from typing import Any

import httpx2

from seedbed.project.prompts import blocks_of
from seedbed.stand_in import answering, generation, judging, translation
from seedbed.util.canonical import canonical

MODELS = ["stand-in", *(f"stand-in-{level}" for level in answering.LEVELS)]


def handle(request: httpx2.Request) -> httpx2.Response:
    """Answer one request to `/v1/chat/completions` or `/v1/models`."""
    path = request.url.path
    if path.endswith("/models"):
        return httpx2.Response(200, json={"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]})
    if not path.endswith("/chat/completions"):
        return _error(404, f"no such path: {path}")
    try:
        body = json.loads(request.content)
        model, messages = body["model"], [(message["role"], str(message["content"])) for message in body["messages"]]
    except (ValueError, KeyError, TypeError):
        return _error(400, "expected a JSON object with model and messages")
    if model not in MODELS:
        return _error(404, f"the model {model!r} does not exist; the stand-in knows {', '.join(MODELS)}")
    text = reply(body, model, "\n\n".join(content for _, content in messages))
    return httpx2.Response(200, content=canonical(_completion(body, model, text)).encode(), headers=_JSON)


def reply(body: dict[str, Any], model: str, text: str) -> str:
    """Return what the stand-in says to `text`, the messages put together; `body` draws its chances."""
    chance = random.Random(canonical(body))
    blocks = blocks_of(text)
    speaks_json = "response_format" in body or "JSON" in text
    if "source" in blocks:
        return canonical(translation.translate(json.loads(blocks["source"])))
    if any(name.startswith("demonstration") for name in blocks):
        return canonical({"instructions": generation.write(_count(str(body["messages"][-1]["content"])), blocks, chance)})
    if "answer_a" in blocks:
        explanation, verdict = judging.judge(blocks, chance)
        value = {"explanation": explanation, "verdict": verdict}
        return canonical(value) if speaks_json else f"{explanation}\n\n[[{verdict}]]"
    level = model.removeprefix("stand-in-") if model != "stand-in" else "good"
    return answering.answer(str(body["messages"][-1]["content"]), level)


def _count(text: str) -> int:
    """The number of instructions asked for: the first number in the user's message outside its blocks."""
    bare = re.sub(r"<(\w+) [0-9a-f]{12}>.*?</\1 [0-9a-f]{12}>", "", text, flags=re.DOTALL)
    found = re.search(r"\d+", bare)
    return min(int(found[0]), 50) if found else 5


def _completion(body: dict[str, Any], model: str, text: str) -> dict[str, Any]:
    asked = sum(_tokens(str(message["content"])) for message in body["messages"])
    said = _tokens(text)
    usage = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "stand-in", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": usage}


def _tokens(text: str) -> int:
    """About what a real tokeniser would count: a token for four ASCII characters, or for one other character."""
    ascii_characters = sum(map(str.isascii, text))
    return -(-ascii_characters // 4) + len(text) - ascii_characters


_JSON = {"content-type": "application/json"}


def _error(status: int, message: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"message": message, "type": "invalid_request_error"}})
