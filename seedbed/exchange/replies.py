"""From a response to a value, or to the reason why there is none.

A response is kept as the endpoint gave it, less what would differ between two equal replies (ids, clocks):

    {"finish_reason":"stop","model":"gpt-x","refusal":null,"text":"…","usage":{"cached_input":0,"input":91,"output":40}}
"""

import re
from typing import Any

from seedbed.exchange.requests import Request
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.rows import Row
from seedbed.util.schemas import first_problem

Response = dict[str, Any]


class Unusable(Exception):
    """A reply that came, was paid for, and cannot be used.

    Attributes:
        reason: `cut`, `refused`, `empty`, `not_json`, `wrong_schema` or `no_verdict`.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


def from_chat_completion(body: Any) -> Response:
    """Return what we keep of a Chat Completions body.

    Raises:
        ValueError: the body is not a chat completion.
    """
    try:
        choice = body["choices"][0]
        message = choice["message"]
        text, refusal, finish_reason = message.get("content"), message.get("refusal"), choice.get("finish_reason")
        usage = body.get("usage") or {}
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        counts = {
            "input": int(usage.get("prompt_tokens") or 0),
            "cached_input": int(cached),
            "output": int(usage.get("completion_tokens") or 0),
        }
        model = body.get("model")
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a chat completion: {error!r}") from None
    if not all(value is None or isinstance(value, str) for value in (text, refusal, finish_reason, model)):
        raise ValueError("not a chat completion: content, refusal, finish_reason and model are texts")
    return {
        "text": _whole_characters(text),
        "refusal": _whole_characters(refusal),
        "finish_reason": finish_reason,
        "model": model,
        "usage": counts if usage else None,
    }


def _whole_characters(text: str | None) -> str | None:
    """Replace half surrogate pairs, which no UTF-8 file can hold, by U+FFFD."""
    return text if text is None else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text_of(response: Response) -> str:
    """Return the text of a whole reply.

    Raises:
        Unusable: cut at the length limit, refused, or empty.
    """
    if response["finish_reason"] == "length":
        raise Unusable("cut", "the reply was cut at the length limit; raise max_tokens in its params")
    if response["refusal"] or response["finish_reason"] == "content_filter":
        raise Unusable("refused", "the model or its filter refused")
    if not (response["text"] or "").strip():
        raise Unusable("empty", "the reply was empty")
    return str(response["text"]).strip()


def json_of(request: Request, response: Response) -> Row:
    """Return the JSON object of a reply, checked against the schema that its request names.

    Raises:
        Unusable: as `text_of`, or the reply is no JSON or breaks the schema.
    """
    text = text_of(response)
    reply = request.content["reply"]
    if reply["structured"] != "json_schema":
        text = _bare_json(text)
    try:
        value = parse_json(text)
        canonical(value).encode()  # half a surrogate pair and 1e999 are no JSON that a file could hold
    except (ValueError, RecursionError) as error:
        raise Unusable("not_json", f"the reply is not JSON: {error}") from None
    problem = first_problem(value, f"replies/{reply['name']}")
    if problem:
        field, words = problem
        raise Unusable("wrong_schema", f"{'.'.join(map(str, field)) or 'the reply'}: {words}")
    return dict(value)


def _bare_json(text: str) -> str:
    """Cut away what models put around a JSON object: a code fence, a sentence before or after."""
    fenced = re.search(r"```(?:json)?\s*\n(.*?)\n\s*```", text, re.DOTALL)
    text = fenced[1] if fenced else text
    return text[text.find("{") : text.rfind("}") + 1] or text
