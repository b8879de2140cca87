"""`seedbed probe ENDPOINT`: what a server can, found out with a handful of small requests."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai

from seedbed.project import paths
from seedbed.project.params import (
    STAND_IN,
    ModelSettings,
    Params,
    Structured,
    asking_blocks,
    load_params,
    model_settings,
    server,
    server_id,
)
from seedbed.sending.build_process import Parent
from seedbed.sending.client import Client
from seedbed.sending.servers import running
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import write_text
from seedbed.util.saying import quoted
from seedbed.util.words import few
from seedbed.util.yaml_edit import yaml_editor

_LIMIT = 300
"""Tokens of each reply; some models think first."""
_COLOURS = ("red", "green", "blue")
_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": list(_COLOURS)}},
    "required": ["colour"],
    "additionalProperties": False,
}
_FORMATS: dict[Structured, tuple[str, dict[str, Any]]] = {
    # Prompts that a server which ignores the format answers with plain text; OpenAI wants the word JSON beside json_object.
    "json_schema": (
        "Name a colour.",
        {"type": "json_schema", "json_schema": {"name": "colour", "strict": True, "schema": _SCHEMA}},
    ),
    "json_object": ("Name a colour. Write no JSON unless you must.", {"type": "json_object"}),
}
_REFUSALS = (400, 404, 415, 422, 500, 501)
"""Statuses with which servers refuse a field that they do not know; 500 is how some say it."""


@dataclass
class Found:
    """What a probe found.

    Attributes:
        lines: in words, one fact a line.
        structured: how a reply schema is best asked for.
        output_limit: what the server calls the limit of a reply's tokens.
    """

    lines: list[str] = field(default_factory=list)
    structured: Structured = "text"
    output_limit: str = "max_tokens"


def probe(endpoint: str, write: bool, confirm: Callable[[str], bool]) -> Iterator[str]:
    """Yield what the endpoint's server can, then what was written into `params.yaml`, comments kept.

    Args:
        endpoint: its id in `params.yaml`.
        write: write without asking.
        confirm: asks whether to write.

    Raises:
        UserError: no such endpoint, no block asks it, or its server cannot be used.
    """
    params = load_params()
    used = _used(params, endpoint)
    with _client(params, used[0]) as client:
        found = asyncio.run(_probe(client, sorted({to.model for to in used}), used[0].model))
    yield from found.lines
    changes = _changes(params, endpoint, used[0], found)
    if not changes:
        yield "params.yaml says so already"
        return
    words = " and ".join(f"{'.'.join(place)}: {value}" for place, value in changes.items())
    yield f"params.yaml would say {words}"
    if any(place[0] == "endpoints" for place in changes):
        yield "how replies are asked for is part of each request: what was asked of this endpoint is asked again"
    if write or confirm("Write it?"):
        _write(changes)
        yield "written to params.yaml"


def _used(params: Params, endpoint: str) -> list[ModelSettings]:
    """Return the blocks that ask an endpoint.

    Raises:
        UserError: there is none, or no server to ask.
    """
    if endpoint not in params["endpoints"]:
        raise UserError(f"no endpoint {endpoint!r}{did_you_mean(endpoint, list(params['endpoints']))}")
    used = [model_settings(params, name) for name, block in asking_blocks(params).items() if block["endpoint"] == endpoint]
    if not used:
        raise UserError(
            f"no block of params.yaml asks the endpoint {endpoint!r}; name it in one, with the model, and probe again"
        )
    if endpoint == STAND_IN and not {"base_url", "command"} & {*server(params, used[0])}:
        raise UserError(f"the endpoint {endpoint!r} is in this process; there is no server to ask")
    return used


@contextmanager
def _client(params: Params, to: ModelSettings) -> Iterator[Client]:
    """Open a client of a block's server, which is started where that is ours to do."""
    settings, id = server(params, to), server_id(to)
    if "command" in settings:
        with running(id, settings, to.model, Parent()) as started:
            yield Client(to.endpoint, settings, id, started.base_url)
    else:
        yield Client(to.endpoint, settings, id)


async def _probe(client: Client, models: list[str], model: str) -> Found:
    found = Found()
    try:
        found.lines += await _listed(client, models)
        found.lines += await _plain(client, model, found)
        for structured, (prompt, response_format) in reversed(_FORMATS.items()):
            words, obeyed = await _format(client, model, prompt, found.output_limit, response_format)
            found.lines.append(f"{structured}: {words}")
            found.structured = structured if obeyed else found.structured
        found.lines.append(f"seed: {await _seed(client, model, found.output_limit)}")
    finally:
        await client.close()
    return found


async def _listed(client: Client, models: list[str]) -> list[str]:
    """Return what `/v1/models` says, and llama.cpp's `/props`."""
    body = await _get(client, f"{client.base_url}/models")
    entries = body.get("data") if isinstance(body, dict) else None
    listed = [entry for entry in entries if isinstance(entry, dict) and "id" in entry] if isinstance(entries, list) else []
    names = [str(entry["id"]) for entry in listed]
    lines = [f"models: {quoted(few(names, 10)) if names else 'the server lists none'}"]
    lines += [
        f"model {name!r} is not among them {quoted(did_you_mean(name, names))}".rstrip()
        for name in models
        if names and name not in names
    ]
    props = await _get(client, f"{client.base_url.removesuffix('/v1')}/props")
    props = props if isinstance(props, dict) else {}
    length = next((entry.get(key) for entry in listed for key in ("max_model_len", "context_length") if entry.get(key)), None)
    generation = props.get("default_generation_settings")
    length = length or (generation.get("n_ctx") if isinstance(generation, dict) else None)
    lines += [f"context length: {length} tokens"] if isinstance(length, int) else []
    slots = props.get("total_slots")
    return lines + ([f"requests at once: {slots}"] if isinstance(slots, int) else [])


async def _plain(client: Client, model: str, found: Found) -> list[str]:
    """Ask one plain question; find out the name of the output limit.

    Raises:
        UserError: the server takes neither name, or refuses for another reason.
    """
    prompt, body = "Name a colour.", None
    try:
        body = await _post(client, model, prompt, {"max_tokens": _LIMIT})
    except openai.APIStatusError as error:
        if error.status_code not in _REFUSALS:
            with client.in_words("a first request"):
                raise
        with client.in_words("a first request"):
            body = await _post(client, model, prompt, {"max_completion_tokens": _LIMIT})
        found.output_limit = "max_completion_tokens"
    message = _message(body)
    usage = body.get("usage") if isinstance(body, dict) else None
    thinks = any(message.get(name) for name in ("reasoning_content", "reasoning")) or "<think>" in _text(message)
    return [
        f"output limit: {found.output_limit}",
        f"usage: {'counted' if isinstance(usage, dict) and usage.get('prompt_tokens') else 'not counted; budgets estimate'}",
        f"reasoning: {'the model thinks first; leave room for it in max_tokens' if thinks else 'none seen'}",
    ]


async def _format(client: Client, model: str, prompt: str, limit: str, response_format: dict[str, Any]) -> tuple[str, bool]:
    """Return in words whether the server obeys a response format, and whether it does."""
    try:
        body = await _post(client, model, prompt, {limit: _LIMIT, "response_format": response_format})
    except openai.APIStatusError as error:
        if error.status_code not in _REFUSALS:
            with client.in_words("a response format"):
                raise
        return f"refused ({quoted(error.response.text)[:120]})", False
    try:
        value = json.loads(_text(_message(body)))
    except ValueError:
        return "taken, and ignored", False
    fits = isinstance(value, dict) and (response_format["type"] == "json_object" or value.get("colour") in _COLOURS)
    return ("obeyed", True) if fits else ("taken, and ignored", False)


async def _seed(client: Client, model: str, limit: str) -> str:
    try:
        for _ in range(2):
            await _post(client, model, "Name a colour.", {limit: _LIMIT, "seed": 1})
    except openai.APIStatusError as error:
        if error.status_code not in _REFUSALS:
            with client.in_words("a seed"):
                raise
        return f"refused ({quoted(error.response.text)[:120]})"
    return "taken"


async def _get(client: Client, url: str) -> Any:
    """Return the JSON at an address; None where there is none."""
    try:
        return json.loads((await client.openai.get(url, cast_to=httpx2.Response)).content)
    except (openai.APIStatusError, ValueError):
        return None
    except openai.APIConnectionError as error:
        raise UserError(client.unreachable(type(error.__cause__ or error).__name__)) from None


async def _post(client: Client, model: str, prompt: str, fields: dict[str, Any]) -> Any:
    """Ask one question; return the body of the answer.

    Raises:
        UserError: the server cannot be reached, or answers with no JSON.
        openai.APIStatusError: it refuses.
    """
    body = {"model": model, "messages": [{"role": "user", "content": prompt}], **fields}
    try:
        return json.loads((await client.openai.post("/chat/completions", cast_to=httpx2.Response, body=body)).content)
    except openai.APIConnectionError as error:
        raise UserError(client.unreachable(type(error.__cause__ or error).__name__)) from None
    except ValueError:
        raise UserError(
            f"endpoint {client.id!r}: the answer is no JSON; is it an OpenAI-compatible server, with the path that ends in /v1?"
        ) from None


def _message(body: Any) -> dict[str, Any]:
    try:
        message = body["choices"][0]["message"]
    except (KeyError, IndexError, TypeError):
        return {}
    return message if isinstance(message, dict) else {}


def _text(message: dict[str, Any]) -> str:
    text = message.get("content")
    return text if isinstance(text, str) else ""


def _changes(params: Params, endpoint: str, to: ModelSettings, found: Found) -> dict[tuple[str, str, str], str]:
    """Return what `params.yaml` would have to say and does not, by place."""
    changes = {}
    if params["endpoints"][endpoint]["structured"] != found.structured:
        changes["endpoints", endpoint, "structured"] = str(found.structured)
    if server(params, to).get("output_limit", "max_tokens") != found.output_limit:
        changes["servers", server_id(to), "output_limit"] = found.output_limit
    return changes


def _write(changes: dict[tuple[str, str, str], str]) -> None:
    yaml, text = yaml_editor(), io.StringIO()
    params = yaml.load(paths.PARAMS.read_text(encoding="utf-8"))
    for (block, id, name), value in changes.items():
        params[block][id][name] = value
    yaml.dump(params, text)
    write_text(paths.PARAMS, text.getvalue())
