"""`seedbed store list` and `seedbed store show`: display requests and responses in the store."""

import json
from collections.abc import Iterator

from seedbed.exchange.replies import Unusable, json_of, vector_of
from seedbed.exchange.requests import Request
from seedbed.project.params import load_params
from seedbed.steps.readers import reader_of
from seedbed.store.store import Store
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.visible import spelt_out

_SHOWN_KEY = 12
_LEAST_KEY = 6
_SHOWN_TEXT = 80


def listed(store: Store, stage: str, failed: bool) -> Iterator[str]:
    """Yield a line for each exchange of a stage, in order of arrival: the beginning of its key, what is wrong, the reply.

    Whether a translation is in the right script is not looked at: that takes the row, which the store does not know.

    Args:
        store: opened to read.
        stage: e.g. `answer@good`.
        failed: only those whose reply cannot be used.

    Raises:
        UserError: the store has nothing of this stage.
    """
    known = [name for (name,) in store.rows("select distinct stage from responses order by 1")]
    if stage not in known:
        raise UserError(f"{store.path}: no responses of {stage!r}{did_you_mean(stage, known)}")
    read = json_of if stage.startswith("translate@") else reader_of(stage, load_params())
    for name, key, content, response in store.exchanges():
        if name != stage:
            continue
        try:
            request = Request("", content)
            (vector_of if request.is_embedding else read)(request, response)
            wrong = ""
        except Unusable as unusable:
            wrong = f"{unusable.reason}: {unusable}"
        if wrong or not failed:
            reply = " ".join((response["text"] or "").split())[:_SHOWN_TEXT]
            yield spelt_out("  ".join(word for word in (key[:_SHOWN_KEY], wrong, reply) if word))


def shown(store: Store, key: str) -> str:
    """Return one exchange whole: stage, request and reply, hidden characters spelt out.

    Args:
        store: opened to read.
        key: the request's key, or its first 6 hex digits or more.

    Raises:
        UserError: no request begins so, or several do.
    """
    if len(key) < _LEAST_KEY:
        raise UserError(f"{key!r}: expected at least the first {_LEAST_KEY} hex digits of a request's key")
    matching = store.beginning(key.lower())
    if len(matching) != 1:
        what = f"{len(matching)} requests begin" if matching else "no request begins"
        raise UserError(f"{store.path}: {what} with {key!r}; `seedbed store list --stage STAGE` shows the keys")
    stage, whole, content, response = matching[0]
    parts = [f"{stage}  {whole}"]
    parts += [f"--- {message['role']}\n{message['content']}" for message in content["messages"]]
    rest = {name: value for name, value in content.items() if name != "messages"}
    parts.append(f"--- request\n{json.dumps(rest, ensure_ascii=False, indent=2)}")
    fields = {name: value for name, value in response.items() if name != "text"}
    parts.append(f"--- reply\n{response['text'] if response['text'] is not None else '(no text)'}")
    parts.append(f"--- of the reply\n{json.dumps(fields, ensure_ascii=False, indent=2)}")
    return spelt_out("\n".join(parts))
