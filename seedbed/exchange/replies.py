"""Read a response: a value, or the reason why it is unusable."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from seedbed.exchange.requests import Request
from seedbed.exchange.responses import FINAL_ERRORS, Response
from seedbed.util.canonical import canonical, parse_json_at
from seedbed.util.rows import Row
from seedbed.util.schemas import first_problem
from seedbed.util.visible import is_blank, without_invisible

_WHOLE = {None, "stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed"}
"""Finish reasons of a whole answer; an endpoint that gives none is believed."""
_CUT = {"length", "max_tokens", "model_length", "max_output_tokens", "max_completion_tokens"}
_REFUSED = {"content_filter", "safety", "recitation", "refusal"}
_OPENED = re.compile(r"[\s\ufeff\u200b]*<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_MARK = re.compile(r"[ \t]*</?[a-z_]+ [0-9a-f]{12}>[ \t]*\n?")
"""A delimiter of `render`, echoed."""
_LARGE = re.compile(r"[0-9.](?:[eE]\+?[0-9]{3}|[0-9]{199})")
"""What may be a number such as 1e999."""
_MOST_BEGINNINGS = 300
"""Places in a reply at which a JSON object is looked for."""
_MOST_SAID = 2000
"""Characters of an unusable reply that are shown to the model that gave it."""


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
            return _clean(value) if "<" in text or "\\u" in text else value  # a delimiter has a <, perhaps escaped
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
    doubtful = _is_doubtful(text)
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


def _is_doubtful(text: str) -> bool:
    """Whether JSON in a text may say what no JSON file can hold: half a surrogate pair, or a number such as 1e999."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\\ud" in text or "\\uD" in text or _LARGE.search(text) is not None
