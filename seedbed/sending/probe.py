"""`seedbed probe ENDPOINT` and `seedbed check --probe`: detect a server's features with a few small requests."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import openai

from seedbed.project import paths
from seedbed.project.corpora import foreign, read_corpus
from seedbed.project.model_settings import ModelSettings, asking_blocks, in_process, model_settings, server, server_id
from seedbed.project.params import load_params
from seedbed.project.params_types import Params, Structured
from seedbed.sending.build_process import Parent
from seedbed.sending.client import Client
from seedbed.sending.servers import running
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import write_text
from seedbed.util.safe_text import quoted
from seedbed.util.words import few
from seedbed.util.yaml12 import located
from seedbed.util.yaml_edit import yaml_editor

_LIMIT = 300
"""Tokens of each reply; some models think first."""
_FEW = 16
"""Tokens of a reply that nobody reads; some servers refuse to be asked for fewer."""
_COLOURS = ("red", "green", "blue")
_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": list(_COLOURS)}},
    "required": ["colour"],
    "additionalProperties": False,
}
_FORMATS: dict[Structured, tuple[str, JsonObject]] = {
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
class ProbeResult:
    """What a probe of a server shows.

    Attributes:
        lines: in words, one fact a line.
        mistakes: what would stop a build: models that the server does not list.
        structured: how a reply schema is best asked for; None where no model could be asked.
        output_limit: what the server calls the limit of a reply's tokens.
    """

    lines: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    structured: Structured | None = None
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
    changes: Changes = {}
    answered = False
    for asking in _by_server(params, _used(params, endpoint)):
        result = _look(params, asking)
        yield from (*result.lines, *result.mistakes)
        answered = answered or result.structured is not None
        changes |= _changes(params, asking[0], result)
    if not changes:
        yield from ["params.yaml has these settings already"] if answered else []
        return
    yield _would_say(changes)
    if any(place[0] == "endpoints" for place in changes):
        yield "the reply format is part of each request, so all requests to this endpoint will be sent again"
    if write or confirm("Write it?"):
        _write(changes)
        yield "written to params.yaml"


def probe_all() -> Iterator[str]:
    """Yield what the servers can that a build would ask; a stand-in in this process is passed over. Writes nothing.

    Raises:
        UserError: what would stop the build, a line each: a server that cannot be used, or does not serve the model.
    """
    params = load_params()
    mistakes: list[str] = []
    for asking in _by_server(params, [to for to in _models_asked(params) if not in_process(params, to)]):
        try:
            result = _look(params, asking)
        except UserError as error:
            mistakes.append(str(error))
            continue
        mistakes += result.mistakes
        yield from (f"{server_id(asking[0])}: {line}" for line in result.lines)
        if changes := _changes(params, asking[0], result):
            yield f"{server_id(asking[0])}: {_would_say(changes)}; `seedbed probe {asking[0].endpoint}` writes it"
    if mistakes:
        raise UserError("\n".join(dict.fromkeys(mistakes)))


def _models_asked(params: Params) -> list[ModelSettings]:
    """Return the blocks that a build of all stages would ask."""
    translated = any(
        foreign(read_corpus(Path(corpus["source"]), corpus["kind"], params), corpus, params)
        for corpus in params["corpora"].values()
    )
    judged = any("recorded" not in match for match in params["matches"].values())
    unused = {"translate": not translated, "generate": not params["generations"]}
    unused |= dict.fromkeys(("judge", "judges"), not judged)
    return [model_settings(params, name) for name in asking_blocks(params) if not unused.get(name.partition(".")[0])]


def _by_server(params: Params, asking: list[ModelSettings]) -> list[list[ModelSettings]]:
    """Return blocks by the server that they ask; one that we start serves one model."""
    by_server: dict[tuple[str, str], list[ModelSettings]] = {}
    for to in asking:
        model = to.model if "command" in server(params, to) else ""
        by_server.setdefault((server_id(to), model), []).append(to)
    return list(by_server.values())


def _look(params: Params, asking: list[ModelSettings]) -> ProbeResult:
    """Probe the server of some blocks.

    Raises:
        UserError: it cannot be used.
    """
    with _client(params, asking[0]) as client:
        return asyncio.run(_probe(client, asking))


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
            f"no block of params.yaml uses the endpoint {endpoint!r}; add it to one, with the model, and probe again"
        )
    if served := [to for to in used if not in_process(params, to)]:
        return served
    raise UserError(f"the endpoint {endpoint!r} is the built-in stand-in; there is no server to probe")


@contextmanager
def _client(params: Params, to: ModelSettings) -> Iterator[Client]:
    """Open a client of a block's server, which is started where that is ours to do."""
    settings, id = server(params, to), server_id(to)
    if "command" in settings:
        with running(id, settings, to.model, Parent(itself=True)) as started:
            yield Client(to.endpoint, settings, id, started.base_url)
    else:
        yield Client(to.endpoint, settings, id)


async def _probe(client: Client, asking: list[ModelSettings]) -> ProbeResult:
    result = ProbeResult()
    try:
        unlisted = await _listed(client, asking, result)
        model = next((to.model for to in asking if to.model not in unlisted), None)
        if model is None:  # what another model can would be no answer
            return result
        result.lines += await _plain(client, model, result)
        await _others(client, [to for to in asking if to.model not in {model, *unlisted}], result)
        result.structured = "text"
        for structured, (prompt, response_format) in reversed(_FORMATS.items()):
            words, obeyed = await _format(client, model, prompt, result.output_limit, response_format)
            result.lines.append(f"{structured}: {words}")
            result.structured = structured if obeyed else result.structured
        result.lines.append(f"seed: {await _seed(client, model, result.output_limit)}")
    finally:
        await client.close()
    return result


async def _listed(client: Client, asking: list[ModelSettings], result: ProbeResult) -> set[str]:
    """Read `/v1/models` and llama.cpp's `/props`; return the models of some blocks that the server does not list."""
    body = await _get(client, f"{client.base_url}/models")
    entries = body.get("data") if isinstance(body, dict) else None
    listed = [entry for entry in entries if isinstance(entry, dict) and "id" in entry] if isinstance(entries, list) else []
    names = [str(entry["id"]) for entry in listed]
    result.lines.append(f"models: {quoted(few(names, 10)) if names else 'none listed'}")
    unlisted = {to.model for to in asking if names and to.model not in names}
    for to in asking:
        if to.model in unlisted:
            hint = quoted(did_you_mean(to.model, names))
            result.mistakes.append(_wrong_model(to, f"does not list the model {to.model!r} {hint}; use a model that it lists"))
    props = await _get(client, f"{client.base_url.removesuffix('/v1')}/props")
    props = props if isinstance(props, dict) else {}
    length = next((entry.get(key) for entry in listed for key in ("max_model_len", "context_length") if entry.get(key)), None)
    generation = props.get("default_generation_settings")
    length = length or (generation.get("n_ctx") if isinstance(generation, dict) else None)
    result.lines += [f"context length: {length} tokens"] if isinstance(length, int) else []
    slots = props.get("total_slots")
    result.lines += [f"requests at once: {slots}"] if isinstance(slots, int) else []
    return unlisted


async def _plain(client: Client, model: str, result: ProbeResult) -> list[str]:
    """Ask one plain question; find out the name of the output limit.

    Raises:
        UserError: the server takes neither name, or refuses for another reason.
    """
    prompt, first = "Name a colour.", f"a first request to the model {model!r}"
    try:
        body = await _post(client, model, prompt, {"max_tokens": _LIMIT})
    except openai.APIStatusError as error:
        _refusal(client, error, first)
        with client.in_words(first):
            body = await _post(client, model, prompt, {"max_completion_tokens": _LIMIT})
        result.output_limit = "max_completion_tokens"
    message = _message(body)
    usage = body.get("usage") if isinstance(body, dict) else None
    thinks = any(message.get(name) for name in ("reasoning_content", "reasoning")) or "<think>" in _text(message)
    return [
        f"output limit: {result.output_limit}",
        "usage: "
        f"{'counted' if isinstance(usage, dict) and usage.get('prompt_tokens') else 'not reported; budgets use estimates'}",
        f"reasoning: {'the model reasons first; allow for it in max_tokens' if thinks else 'none seen'}",
    ]


async def _others(client: Client, asking: list[ModelSettings], result: ProbeResult) -> None:
    """Ask the further models: a server may list none, and one that lists them need not let us have each."""
    for to in {to.model: to for to in asking}.values():
        try:
            await _post(client, to.model, "Name a colour.", {result.output_limit: _FEW})
        except openai.APIStatusError as error:
            reason = _refusal(client, error, f"the model {to.model!r}")
            result.mistakes.append(_wrong_model(to, f"rejects the model {to.model!r}: {reason}"))


def _wrong_model(to: ModelSettings, words: str) -> str:
    """Return the sentence on a model that cannot be had, with its place in `params.yaml`."""
    return located(paths.PARAMS, [*to.block.split("."), "model"], f"endpoint {to.endpoint!r} {words}")


async def _format(client: Client, model: str, prompt: str, limit: str, response_format: JsonObject) -> tuple[str, bool]:
    """Return in words whether the server obeys a response format, and whether it does."""
    try:
        body = await _post(client, model, prompt, {limit: _LIMIT, "response_format": response_format})
    except openai.APIStatusError as error:
        return f"refused ({_refusal(client, error, 'a response format')[:120]})", False
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
        return f"refused ({_refusal(client, error, 'a seed')[:120]})"
    return "taken"


def _refusal(client: Client, error: openai.APIStatusError, what: str) -> str:
    """Return a server's words on a field that it does not know.

    Raises:
        UserError: it refuses for another reason.
    """
    if error.status_code not in _REFUSALS:
        with client.in_words(what):
            raise error
    return quoted(error.response.text)


async def _get(client: Client, url: str) -> Any:
    """Return the JSON at an address; None where there is none."""
    try:
        return json.loads((await client.openai.get(url, cast_to=httpx2.Response)).content)
    except (openai.APIStatusError, ValueError):
        return None
    except openai.APIConnectionError as error:
        raise UserError(client.unreachable(error)) from None


async def _post(client: Client, model: str, prompt: str, fields: JsonObject) -> Any:
    """Ask one question; return the body of the answer.

    Raises:
        UserError: the server cannot be reached, or answers with no JSON.
        openai.APIStatusError: it refuses.
    """
    body = {"model": model, "messages": [{"role": "user", "content": prompt}], **fields}
    options: Any = {"follow_redirects": False}  # as a build asks
    try:
        reply = await client.openai.post("/chat/completions", cast_to=httpx2.Response, body=body, options=options)
        return json.loads(reply.content)
    except openai.APIConnectionError as error:
        raise UserError(client.unreachable(error)) from None
    except ValueError:
        raise UserError(
            f"endpoint {client.id!r}: the reply is not JSON; is it an OpenAI-compatible server, and does base_url end in /v1?"
        ) from None


def _message(body: Any) -> JsonObject:
    try:
        message = body["choices"][0]["message"]
    except (KeyError, IndexError, TypeError):
        return {}
    return message if isinstance(message, dict) else {}


def _text(message: JsonObject) -> str:
    text = message.get("content")
    return text if isinstance(text, str) else ""


Changes = dict[tuple[str, str, str], str]


def _changes(params: Params, to: ModelSettings, result: ProbeResult) -> Changes:
    """Return what `params.yaml` would have to say and does not, by place; nothing where no model could be asked."""
    changes: Changes = {}
    if result.structured is None:
        return changes
    if params["endpoints"][to.endpoint]["structured"] != result.structured:
        changes["endpoints", to.endpoint, "structured"] = result.structured
    if server(params, to).get("output_limit", "max_tokens") != result.output_limit:
        changes["servers", server_id(to), "output_limit"] = result.output_limit
    return changes


def _would_say(changes: Changes) -> str:
    return "params.yaml would say " + " and ".join(f"{'.'.join(place)}: {value}" for place, value in changes.items())


def _write(changes: Changes) -> None:
    yaml, text = yaml_editor(), io.StringIO()
    params = yaml.load(paths.PARAMS.read_text(encoding="utf-8"))
    for (block, id, name), value in changes.items():
        params[block][id][name] = value
    yaml.dump(params, text)
    write_text(paths.PARAMS, text.getvalue())
