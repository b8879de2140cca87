"""What is kept of a response: as the endpoint gave it, less what would differ between two equal replies (ids, clocks).

    {"finish_reason":"stop","model":"gpt-x","refusal":null,"text":"…","usage":{"cached_input":0,"input":91,"output":40}}

A field that is at its default is left out, so that a new one changes no old response: `reasoning` (what a model thought
before its answer), `error` (what came in the place of a reply: `{"kind", "detail"}`).
"""

import base64
import json
import struct
from math import isfinite
from typing import Any

from seedbed.util.canonical import JsonObject
from seedbed.util.safe_text import quoted

Response = JsonObject
FINAL_ERRORS = {"too_long", "filtered"}
"""Kinds of errors that concern one row, and come again however often it is asked."""
_TEXTS = ("text", "refusal", "finish_reason", "model")
_COUNTS = ("input", "cached_input", "output")
_TEXT_TYPES, _COUNT_TYPES = frozenset({str, type(None)}), frozenset({int})
_MOST_TOKENS = 2**53
"""Beyond it a number of tokens is no number of tokens."""


def error_response(kind: str, detail: str) -> Response:
    """Return what is kept of an error that came in the place of a reply, and concerns that one request.

    Args:
        kind: `too_long` (the prompt), `filtered` (the prompt, by the endpoint), `no_choice`, `error` (an error object
            under 200), or `not_a_completion` (a page, or JSON that ends early).
        detail: what the server said; it is kept as it may be shown.
    """
    base = {"text": None, "refusal": None, "finish_reason": None, "model": None, "usage": None}
    return base | {"error": {"kind": kind, "detail": quoted(_whole_characters(detail))}}


def from_chat_completion(body: Any) -> Response:
    """Return what we keep of a Chat Completions body; an error object, or a body without a choice, becomes an `error`.

    Raises:
        ValueError: the body is neither a chat completion nor an error.
    """
    if not isinstance(body, dict):
        raise ValueError(f"not a chat completion: {type(body).__name__} where an object was expected")
    if body.get("error"):
        error = body["error"]
        detail = error.get("message") if isinstance(error, dict) else error
        return error_response(kind_of_error(error), str(detail or error))
    choices = body.get("choices")
    if not isinstance(choices, list):
        raise ValueError("not a chat completion: it has no list of choices")
    first = min(choices, key=_index, default=None)
    if not isinstance(first, dict) or not isinstance(first.get("message"), dict):
        return error_response("no_choice", "the reply has no choice") | {"usage": _usage(body)}
    message = first["message"]
    response = {
        "text": _joined(message.get("content")),
        "refusal": _joined(message.get("refusal")),
        "finish_reason": _text_or_none(first.get("finish_reason")),
        "model": _text_or_none(body.get("model")),
        "usage": _usage(body),
    }
    try:
        reasoning = _joined(message.get("reasoning_content") or message.get("reasoning"))
    except ValueError:  # in a form of the server's own; the answer stands beside it
        reasoning = None
    return response | ({"reasoning": reasoning} if reasoning else {})


def from_embeddings(body: Any) -> Response:
    """Return what we keep of the body of an Embeddings call for one text: its vector, as base64 of 32-bit floats.

    Raises:
        ValueError: the body is neither an embedding nor an error.
    """
    if isinstance(body, dict) and body.get("error"):
        return from_chat_completion(body)
    data = body.get("data") if isinstance(body, dict) else None
    vector = data[0].get("embedding") if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict) else None
    if not isinstance(vector, list) or not vector or not all(isinstance(x, int | float) and isfinite(x) for x in vector):
        raise ValueError("not an embedding: no list of numbers at data.0.embedding")
    try:
        text = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    except OverflowError:
        raise ValueError("not an embedding: a number that 32 bits cannot hold") from None
    base = {"text": text, "refusal": None, "finish_reason": None}
    return base | {"model": _text_or_none(body.get("model")), "usage": _usage(body)}


def is_response(value: Any) -> bool:
    """Whether a value that was read from a file is a response as we keep them; asked of each that is looked up."""
    if not isinstance(value, dict) or not _TEXT_TYPES.issuperset([type(value.get(name, 0)) for name in _TEXTS]):
        return False
    usage, error = value.get("usage", 0), value.get("error")
    if usage is not None:
        if not isinstance(usage, dict):
            return False
        counts: list[Any] = [usage.get(name) for name in _COUNTS]
        if not _COUNT_TYPES.issuperset(map(type, counts)) or min(counts) < 0 or max(counts) > _MOST_TOKENS:
            return False
    explained = error is None or (
        isinstance(error, dict) and isinstance(error.get("kind"), str) and isinstance(error.get("detail"), str)
    )
    return explained and type(value.get("reasoning")) in _TEXT_TYPES


def kind_of_error(error: Any) -> str:
    """Return what kind of error an error object tells of: `too_long` and `filtered` concern one prompt, `error` anything."""
    try:
        words = json.dumps(error, ensure_ascii=False, default=str).lower()
    except (ValueError, RecursionError):
        return "error"
    too_long = ("context_length_exceeded", "maximum context length", "context size", "prompt is too long", "string_above_max")
    if any(word in words for word in (*too_long, "exceeds the available context", "too many tokens", "max_model_len")):
        return "too_long"
    if any(word in words for word in ("content_filter", "content_policy", "invalid_prompt", "responsibleaipolicy", "safety")):
        return "filtered"
    return "error"


def _index(choice: Any) -> int:
    index = choice.get("index") if isinstance(choice, dict) else None
    return index if isinstance(index, int) else 0


def _joined(content: Any) -> str | None:
    """Return a message's content as one text: some servers send it in parts."""
    if content is None:
        return None
    if isinstance(content, str):
        return _whole_characters(content)
    if isinstance(content, list):
        parts = [part if isinstance(part, str) else part.get("text") for part in content if isinstance(part, str | dict)]
        return _whole_characters("".join(part for part in parts if isinstance(part, str)))
    raise ValueError(f"not a chat completion: the content is {type(content).__name__}, where text was expected")


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _usage(body: JsonObject) -> dict[str, int] | None:
    """Return the tokens of a reply; None where they are not given, or are no numbers of tokens."""
    usage = body.get("usage")
    if not isinstance(usage, dict) or not usage:
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    given = {"input": usage.get("prompt_tokens"), "cached_input": cached, "output": usage.get("completion_tokens")}
    counts: dict[str, int] = {}
    for name, value in given.items():
        number = value or 0
        if not isinstance(number, int | float) or not 0 <= number <= _MOST_TOKENS:  # nor is a NaN between them
            return None
        counts[name] = int(number)
    return counts


def _whole_characters(text: str) -> str:
    """Replace half surrogate pairs, which no UTF-8 file can hold, by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
