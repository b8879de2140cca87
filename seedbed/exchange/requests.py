"""Requests: the key is a hash of everything that can change the reply, and of nothing else.

The key knows the endpoint's id, the model, the messages, the sampling parameters, the reply schema and how it is asked
for, and the counters: `sample` (a person wants another draw), `slot` (two slots may show the same demonstrations and
still want two replies), `attempt` (asked again after an unusable reply) and `again` (a person wants a failed row asked once
more; left out where it is 0, as every newer field is at its default). It knows no key, URL, time-out or clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from seedbed.project.model_settings import ModelSettings
from seedbed.project.prompts import Messages, Prompt, explain_problem, reply_schema
from seedbed.util.canonical import JsonObject, canonical, on_one_line
from seedbed.util.schemas import without_bounds

EMBEDDING = "embedding"
"""The reply's form of a request that asks for a vector."""
_LENGTHS = ("maxLength", "minLength")


@dataclass(frozen=True)
class Request:
    """One thing to ask a model.

    Attributes:
        id: the row that the reply is for; not part of the key.
        content: all that can change the reply.
        retry: how the next attempt differs: `repeat` (in its counter alone), `explain` (what was wrong is added to the
            conversation) or `vary` (a seed, and a little more temperature). Not part of the key: the content is.
        problem: the prompt's sentence on an unusable reply, with `$problem`; for `explain`.
        first: the first asking's content, which later attempts go back to; None for the first asking.
    """

    id: str
    content: JsonObject
    retry: str = "repeat"
    problem: str | None = None
    first: JsonObject | None = None

    @cached_property
    def text(self) -> str:
        """The content's canonical JSON."""
        return canonical(self.content)

    @cached_property
    def key(self) -> str:
        """SHA-256 of `text`, 64 hex digits."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def is_embedding(self) -> bool:
        """Whether a vector is asked for, and no text."""
        return bool(self.content["reply"]) and self.content["reply"]["structured"] == EMBEDDING

    @property
    def attempt(self) -> int:
        """Which asking this is, from 1."""
        return int(self.content["attempt"])

    def again(self, reply: str | None = None, problem: str = "") -> "Request":
        """Return the request to ask after an unusable reply.

        Args:
            reply: the unusable reply, as the model is shown it; None where there was none.
            problem: what was wrong with it.
        """
        first = self.first or self.content
        content = first | {"attempt": self.attempt + 1}
        if self.retry == "explain" and self.problem and reply:
            turns = [
                {"role": "assistant", "content": reply},
                {"role": "user", "content": explain_problem(self.problem, problem)},
            ]
            content["messages"] = [*first["messages"], *turns]
        elif self.retry == "vary":
            warmer = round(min(first["params"].get("temperature", 0.0) + 0.2 * self.attempt, 1.5), 2)
            content["params"] = first["params"] | {"seed": first["params"].get("seed", 0) + self.attempt, "temperature": warmer}
        return replace(self, content=content, first=first)

    def body(self, output_limit: str = "max_tokens") -> JsonObject:
        """Return the body of the call: of Chat Completions, the keys of its schema in the order of `required`; of Embeddings.

        Args:
            output_limit: what the server calls the limit of the reply's tokens.
        """
        content, params = self.content, dict(self.content["params"])
        if self.is_embedding:
            return {"model": content["model"], "input": content["messages"][0]["content"], **params}
        if "max_tokens" in params:
            params[output_limit] = params.pop("max_tokens")
        body = {"model": content["model"], "messages": content["messages"], **params}
        if content["reply"] and content["reply"]["structured"] == "json_schema":
            schema = ordered_schema(content["reply"]["schema"])
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": content["reply"]["name"], "strict": True, "schema": schema},
            }
        elif content["reply"] and content["reply"]["structured"] == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body


def body_text(body: Mapping[str, Any]) -> str:
    """Return a body as it goes over the wire: the same bytes live and as a line of a batch."""
    return on_one_line(body)


def ordered_schema(schema: Any) -> Any:
    """Return a schema whose properties are in the order of its `required` list: models write keys in that order."""
    if isinstance(schema, list):
        return [ordered_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    ordered = {name: ordered_schema(value) for name, value in schema.items()}
    properties = ordered.get("properties")
    if isinstance(properties, dict):
        names = [name for name in schema.get("required", []) if name in properties]
        ordered["properties"] = {name: properties[name] for name in dict.fromkeys([*names, *properties])}
    return ordered


def build_request(
    id: str,
    to: ModelSettings,
    prompt: Prompt,
    messages: Messages,
    slot: int | None = None,
    again: int = 0,
    schema: JsonObject | None = None,
) -> Request:
    """Return the first asking of what `messages` asks `to`.

    Args:
        id: the row that the reply is for.
        to: the model to ask.
        prompt: what the messages were rendered from.
        messages: the conversation.
        slot: for generation only.
        again: how often a person wanted this row asked once more.
        schema: the reply's schema, where it is not the file that the prompt names.
    """
    reply = None
    if prompt.reply:
        schema = schema or reply_schema(prompt.reply, prompt.only)
        schema = schema if to.schema_lengths else without_bounds(schema, *_LENGTHS)
        reply = {"structured": to.structured, "name": prompt.reply, "schema": schema}
    content = {
        "endpoint": to.endpoint,
        "model": to.model,
        "messages": messages,
        "params": to.params,
        "reply": reply,
        "sample": to.sample,
        "slot": slot,
        "attempt": 1,
    }
    newer = {"again": again, "weights": to.weights}
    return Request(
        id, content | {name: value for name, value in newer.items() if value}, retry=to.retry, problem=prompt.problem
    )


def build_embedding(id: str, text: str, to: ModelSettings) -> Request:
    """Return the request for the vector of a text.

    Args:
        id: the row that the text is of.
        text: what to embed.
        to: the model to ask.
    """
    content = {
        "endpoint": to.endpoint,
        "model": to.model,
        "messages": [{"role": "user", "content": text}],
        "params": to.params,
        "reply": {"structured": EMBEDDING},
        "sample": to.sample,
        "slot": None,
        "attempt": 1,
    }
    return Request(id, content)


def request_of(key: str, content: JsonObject, id: str = "") -> Request:
    """Return the request with this content.

    Raises:
        ValueError: `key` is not the content's key.
    """
    request = Request(id=id, content=content)
    if request.key != key:
        raise ValueError(f"the key {key} is not that of its request")
    return request
