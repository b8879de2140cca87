"""Parse a response into a value, or into the reason why it is unusable.

A response is kept as the endpoint gave it, less what would differ between two equal replies (ids, clocks):

    {"finish_reason":"stop","model":"gpt-x","refusal":null,"text":"…","usage":{"cached_input":0,"input":91,"output":40}}

A field that is at its default is left out, so that a new one changes no old response: `reasoning` (what a model thought
before its answer), `error` (what came in the place of a reply: `{"kind", "detail"}`).
"""

import base64
import binascii
import json
import re
import struct
from collections.abc import Iterator
from math import isfinite
from typing import Any

from seedbed.exchange.requests import Request
from seedbed.util.canonical import JsonObject, canonical, parse_json_at
from seedbed.util.rows import Row
from seedbed.util.safe_text import quoted
from seedbed.util.schemas import first_problem
from seedbed.util.visible import is_blank, without_invisible

Response = JsonObject
_WHOLE = {None, "stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed"}
"""Finish reasons of a whole answer; an endpoint that gives none is believed."""
_CUT = {"length", "max_tokens", "model_length", "max_output_tokens", "max_completion_tokens"}
_REFUSED = {"content_filter", "safety", "recitation", "refusal"}
_OPENED = re.compile(r"[\s\ufeff\u200b]*<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_MARK = re.compile(r"[ \t]*</?[a-z_]+ [0-9a-f]{12}>[ \t]*\n?")
"""A delimiter of `render`, echoed."""
_UNWRITABLE = re.compile(r"[\ud800-\udfff]|\\u[dD]|[0-9.][eE]\+?[0-9]{3}|[0-9]{200}")
"""What may be half a surrogate pair, or a number such as 1e999, which no JSON file can hold."""
_MOST_BEGINNINGS = 300
"""Places in a reply at which a JSON object is looked for."""
_MOST_SAID = 2000
"""Characters of an unusable reply that are shown to the model that gave it."""
_TEXTS = ("text", "refusal", "finish_reason", "model")
_COUNTS = ("input", "cached_input", "output")
_TEXT_TYPES, _COUNT_TYPES = frozenset({str, type(None)}), frozenset({int})
_MOST_TOKENS = 2**53
"""Beyond it a number of tokens is no number of tokens."""


class Unusable(Exception):
    """A reply that came, was paid for, and cannot be used.

    Attributes:
        reason: `cut`, `refused`, `empty`, `unfinished`, `not_json`, `wrong_schema`, `no_verdict`, `untranslated`, or the
            kind of an error that came in the place of a reply.
        final: whether asking again makes no sense: the same would come.
    """

    def __init__(self, reason: str, detail: str = "", *, final: bool = False) -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.final = final


FINAL_ERRORS = {"too_long", "filtered"}
"""Kinds of errors that concern one row, and come again however often it is asked."""


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


def vector_of(request: Request, response: Response) -> bytes:
    """Return the vector of a reply, as 32-bit floats, the lowest byte first.

    Raises:
        Unusable: an error came, or no vector.
    """
    if error := response.get("error"):
        raise Unusable(error["kind"], error["detail"], final=error["kind"] in FINAL_ERRORS)
    try:
        vector = base64.b64decode(response["text"] or "", validate=True)
    except binascii.Error:
        vector = b""
    if not vector or len(vector) % 4:
        raise Unusable("no_vector", "the reply is no vector")
    return vector


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


def text_of(response: Response, *, cut: bool = False) -> str:
    """Return the whole final answer of a reply, without what was thought before it.

    Args:
        response: what came.
        cut: whether an answer that was cut at the length limit is taken as it stands; one cut while thinking never is.

    Raises:
        Unusable: an error came, or the reply was cut, refused, ended otherwise, or is empty.
    """
    if error := response.get("error"):
        raise Unusable(error["kind"], error["detail"], final=error["kind"] in FINAL_ERRORS)
    reason = response["finish_reason"].lower() if response["finish_reason"] else None
    if response["refusal"] or reason in _REFUSED:
        raise Unusable("refused", "the model or its filter refused")
    text = _after_thinking(response["text"] or "")
    if text is None or (reason in _CUT and not cut):
        raise Unusable("cut", "the reply was cut at the length limit; raise max_tokens in its params")
    if reason not in _WHOLE | _CUT:
        raise Unusable("unfinished", f"the reply ended with the finish reason {response['finish_reason']!r}")
    text = without_marks(text)
    if is_blank(text):
        raise Unusable("empty", "the reply was empty")
    return text.strip()


def was_cut(response: Response) -> bool:
    """Whether a reply was cut at its length limit."""
    return (response["finish_reason"] or "").lower() in _CUT


def _after_thinking(text: str) -> str | None:
    """Return a text without the thinking at its beginning; None where the thinking never ended."""
    opened = _OPENED.match(text)
    ends = list(_CLOSED.finditer(text))
    if opened:
        return text[ends[-1].end() :] if ends else None
    # Some chat templates open the block themselves, so that only its end is in the reply.
    if len(ends) == 1 and not re.search(r"<(think|thinking|reasoning)>", text[: ends[0].start()], re.IGNORECASE):
        return text[ends[0].end() :]
    return text


def shown_reply(response: Response) -> str | None:
    """Return what a model is shown of its own unusable reply; None where there was an error instead.

    Its thinking is left out, and so is the rest of a long reply: with it the next prompt might be too long.
    """
    if "error" in response:
        return None
    text = (_after_thinking(response["text"] or "") or "").strip()
    return text[:_MOST_SAID] if text else "…"


def without_marks(text: str) -> str:
    """Return a text without the delimiters of its prompt, which small models echo."""
    return _MARK.sub("", text) if "<" in text else text


def json_of(request: Request, response: Response) -> Row:
    """Return the JSON object of a reply, checked against the schema that its request names.

    It is looked for behind thinking, prose, a code fence or a byte-order mark, at every place where an object can begin,
    whatever the endpoint promises.

    Raises:
        Unusable: as `text_of`, or the reply holds no JSON object, or none that fits the schema.
    """
    text = text_of(response)
    name = request.content["reply"]["name"]
    wrong: tuple[list[str | int], str] | None = None
    for value in _objects(text):
        problem = first_problem(value, f"replies/{name}")
        if problem is None:
            return {key: _clean(part) for key, part in value.items()}
        wrong = wrong or problem
    if wrong:
        field, words = wrong
        raise Unusable("wrong_schema", f"{'.'.join(map(str, field)) or 'the reply'}: {words}")
    raise Unusable("not_json", f"the reply has no JSON object: {without_invisible(text)[:80]!r}")


def _clean(value: Any) -> Any:
    """Return a value with the delimiters of the prompt cut from its texts."""
    if isinstance(value, str):
        return without_marks(value)
    if isinstance(value, list):
        return [_clean(part) for part in value]
    return {key: _clean(part) for key, part in value.items()} if isinstance(value, dict) else value


def _objects(text: str) -> Iterator[Row]:
    """Yield the JSON objects in a text, outermost first; what lies within one that was found is passed over."""
    doubtful = _UNWRITABLE.search(text) is not None
    place = tries = 0
    while (place := text.find("{", place)) >= 0 and tries < _MOST_BEGINNINGS:
        tries += 1
        try:
            value, end = parse_json_at(text, place)
            if doubtful:
                canonical(value).encode()
        except (ValueError, RecursionError):
            place += 1
            continue
        yield value
        place = end
