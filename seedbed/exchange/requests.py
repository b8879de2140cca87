"""A request is its content: what can change the reply is in its key, and nothing else is.

The key knows the endpoint's id, the model, the messages, the sampling parameters, the reply schema and how it is asked
for, and three counters: `sample` (a person wants another draw), `slot` (two slots may show the same demonstrations and
still want two replies) and `attempt` (asked again after an unusable reply). It knows no key, URL, time-out or clock.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from seedbed.project.params import ModelSettings
from seedbed.project.prompts import Messages, Prompt, reply_schema
from seedbed.util.canonical import canonical


@dataclass(frozen=True)
class Request:
    """One thing to ask a model.

    Attributes:
        id: the row that the reply is for; not part of the key.
        content: all that can change the reply.
    """

    id: str
    content: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """The content's canonical JSON."""
        return canonical(self.content)

    @cached_property
    def key(self) -> str:
        """SHA-256 of `text`, 64 hex digits."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def attempt(self) -> int:
        """Which asking this is, from 1."""
        return int(self.content["attempt"])

    def again(self) -> "Request":
        """The same request, asked once more."""
        return replace(self, content=self.content | {"attempt": self.attempt + 1})

    def body(self) -> dict[str, Any]:
        """The body of the Chat Completions call."""
        content = self.content
        body = {"model": content["model"], "messages": content["messages"], **content["params"]}
        if content["reply"] and content["reply"]["structured"] == "json_schema":
            schema = {"name": content["reply"]["name"], "strict": True, "schema": content["reply"]["schema"]}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif content["reply"] and content["reply"]["structured"] == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body


def build_request(id: str, to: ModelSettings, prompt: Prompt, messages: Messages, slot: int | None = None) -> Request:
    """Return the first asking of what `messages` asks `to`; `slot` is for generation only."""
    reply = None
    if prompt.reply:
        reply = {"structured": to.structured, "name": prompt.reply, "schema": reply_schema(prompt.reply)}
    return Request(
        id=id,
        content={
            "endpoint": to.endpoint,
            "model": to.model,
            "messages": messages,
            "params": to.params,
            "reply": reply,
            "sample": to.sample,
            "slot": slot,
            "attempt": 1,
        },
    )


def request_of(key: str, content: dict[str, Any], id: str = "") -> Request:
    """Return the request with this content.

    Raises:
        ValueError: `key` is not the content's key.
    """
    request = Request(id=id, content=content)
    if request.key != key:
        raise ValueError(f"the key {key} is not that of its request")
    return request
