"""The stand-in as a server: from an HTTP request to an HTTP response, in this process or on a socket.

What is asked is told by the blocks in the messages (see `seedbed.project.prompts.render`), as a model would tell it: a source
to translate, demonstrations to write more of, two answers to judge, or none of these, which is a question to answer.
"""

import json
import math
import random
import re
import unicodedata
import zlib
from collections.abc import Iterable
from itertools import pairwise

import httpx2

from seedbed.project.prompts import blocks_of
from seedbed.stand_in import answering, generation, judging, translation
from seedbed.stand_in.models import MODELS, Model, model_of
from seedbed.util.canonical import JsonObject, canonical

_DIMENSIONS = 256
_COMPLAINT = re.compile("直前の返答は使え|Your last reply could|방금 답변은 사용할|Deine letzte Antwort war nicht")
"""How the kits' prompts begin what they say after an unusable reply."""


def handle(request: httpx2.Request) -> httpx2.Response:
    """Answer one request to `/v1/chat/completions`, `/v1/embeddings`, `/v1/models` or `/v1/models/<model>`."""
    path = request.url.path
    if path.endswith("/models"):
        return httpx2.Response(200, json=list_of(MODELS))
    if "/models/" in path:
        name = path.rpartition("/")[2]
        return httpx2.Response(200, json=_entry(name)) if model_of(name) else _unknown(name)
    if path.endswith("/chat/completions"):
        return _completions(request.content)
    return _embeddings(request.content) if path.endswith("/embeddings") else _error(404, f"no such path: {path}")


def _completions(content: bytes) -> httpx2.Response:
    try:
        body = json.loads(content)
        name, messages = body["model"], [(message["role"], str(message["content"])) for message in body["messages"]]
    except (ValueError, KeyError, TypeError):
        return _error(400, "expected a JSON object with model and messages")
    model = model_of(name) if isinstance(name, str) else None
    if model is None:
        return _unknown(name)
    text = reply(body, model, "\n\n".join(content for _, content in messages))
    return httpx2.Response(200, content=canonical(_completion(body, name, text)).encode(), headers=_JSON)


def _embeddings(content: bytes) -> httpx2.Response:
    """Return a vector a text: its pairs of characters, counted by hash, so that the order of words says little."""
    try:
        body = json.loads(content)
        name, given = body["model"], body["input"]
        texts = [given] if isinstance(given, str) else list(given)
        if not texts or not all(isinstance(text, str) and text for text in texts):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        return _error(400, "expected a JSON object with model, and input: a text or a list of texts, none empty")
    if not isinstance(name, str) or model_of(name) is None:
        return _unknown(name)
    data = [{"object": "embedding", "index": place, "embedding": _vector(text)} for place, text in enumerate(texts)]
    tokens = sum(map(_tokens, texts))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return httpx2.Response(200, json={"object": "list", "model": name, "data": data, "usage": usage})


def _vector(text: str) -> list[float]:
    counts = [0.0] * _DIMENSIONS
    folded = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    for pair in pairwise(f" {folded} "):
        counts[zlib.crc32("".join(pair).encode()) % _DIMENSIONS] += 1
    length = math.hypot(*counts)
    return [round(count / length, 6) for count in counts]


def list_of(names: Iterable[str]) -> JsonObject:
    """Return the body of `/v1/models` that lists these models."""
    return {"object": "list", "data": [_entry(name) for name in names]}


def _entry(name: str) -> dict[str, str]:
    return {"id": name, "object": "model"}


def _unknown(name: object) -> httpx2.Response:
    known = ", ".join(MODELS)
    return _error(
        404, f"the model {name!r} does not exist; the stand-in knows {known}, and stand-in-<language code> with these ends"
    )


def reply(body: JsonObject, model: Model, text: str) -> str:
    """Return what the stand-in says to `text`, the messages put together; `body` draws its chances."""
    chance = random.Random(canonical(body))
    blocks = blocks_of(text)
    speaks_json = "response_format" in body or "JSON" in text
    if "source" in blocks:
        return canonical(translation.translate(json.loads(blocks["source"]), model.language))
    if any(name.startswith("demonstration") for name in blocks):
        return canonical({"instructions": _instructions(body, chance, model, blocks, text)})
    if "task" in blocks:
        task = json.loads(blocks["task"])
        return answering.answer(f"{task['instruction']}\n{task['input']}".strip(), model.level, model.language)
    if "answer_a" in blocks:
        explanation, verdict = judging.judge(blocks, chance, model.language, in_steps=_in_steps(body))
        value = {"explanation": explanation, "verdict": verdict}
        return canonical(value) if speaks_json else f"{explanation}\n\n[[{verdict}]]"
    if "answer" in blocks:
        explanation, rating = judging.rate(blocks, chance, model.language)
        return canonical({"explanation": explanation, "rating": rating}) if speaks_json else f"{explanation}\n\n[[{rating}]]"
    return answering.answer(_turns(body)[-1], model.level, model.language)


def _in_steps(body: JsonObject) -> bool:
    """Whether the verdict is to be one of five steps: as the reply's schema, or what is said of it, has them."""
    system_texts = [message["content"] for message in body["messages"] if message["role"] == "system"]
    return "A>>B" in canonical([body.get("response_format"), system_texts])


def _instructions(
    body: JsonObject, chance: random.Random, model: Model, blocks: dict[str, str], text: str
) -> list[dict[str, str]]:
    """Return the instructions that are asked for, without outputs where the demonstrations have none."""
    wanted = [json.loads(line) for line in blocks.get("assignments", "").splitlines()]
    written = generation.write(_count(_asked(body)), chance, model.language, _wording(text), wanted)
    with_output = any('"output":' in block for name, block in blocks.items() if name.startswith("demonstration"))
    return written if with_output else [{name: row[name] for name in row if name != "output"} for row in written]


def _asked(body: JsonObject) -> str:
    """Return what is asked: the last message before a reply, after which only what was wrong with it is said."""
    roles = [message["role"] for message in body["messages"]]
    return str(body["messages"][(roles.index("assistant") if "assistant" in roles else len(roles)) - 1]["content"])


def _turns(body: JsonObject) -> list[str]:
    """Return what the person asked in a conversation, turn by turn; a complaint about an unusable reply is no turn."""
    asked = [str(message["content"]) for message in body["messages"] if message["role"] == "user"] or [_asked(body)]
    return [text for place, text in enumerate(asked) if place == 0 or not _COMPLAINT.match(text)]


def _count(text: str) -> int:
    """The number of instructions asked for: the first number in the user's message outside its blocks."""
    match = re.search(r"\d+", _without_blocks(text))
    return min(int(match[0]), 50) if match else 5


def _wording(text: str) -> str:
    """The prompt's first sentence or line of some length that has no number, which could be a variable; or nothing."""
    pieces = (piece.strip(" -・") for piece in re.split(r"[。\n]", _without_blocks(text)))
    return next((piece for piece in pieces if len(piece) >= 12 and not re.search(r"\d", piece)), "")


def _without_blocks(text: str) -> str:
    return re.sub(r"<(\w+) [0-9a-f]{12}>.*?</\1 [0-9a-f]{12}>", "", text, flags=re.DOTALL)


def _completion(body: JsonObject, model: str, text: str) -> JsonObject:
    asked = sum(_tokens(str(message["content"])) for message in body["messages"])
    output = _tokens(text)
    usage = {"prompt_tokens": asked, "completion_tokens": output, "total_tokens": asked + output}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "stand-in", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": usage}


def _tokens(text: str) -> int:
    """About what a real tokeniser would count: a token for four ASCII characters, or for one other character."""
    ascii_characters = sum(map(str.isascii, text))
    return -(-ascii_characters // 4) + len(text) - ascii_characters


_JSON = {"content-type": "application/json"}


def _error(status: int, message: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"message": message, "type": "invalid_request_error"}})
