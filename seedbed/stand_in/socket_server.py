"""`seedbed serve`: the stand-in on a socket, with the Batch API, latency and faults, to rehearse a build.

Faults are drawn from the number of the request, so that the same rehearsal meets the same ones.
"""

import asyncio
import json
import os
import random
from dataclasses import dataclass, field
from typing import TypeVar

import httpx2
from aiohttp import web

from seedbed.stand_in.models import MODELS
from seedbed.stand_in.server import handle, list_of
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, did_you_mean

T = TypeVar("T")
FAULTS = (
    *("429", "429-retry-after", "500", "503", "reset", "slow", "headers-only"),
    *("cut", "empty", "refused", "not-json", "expired"),
)
"""Status codes; a broken line; a reply that takes a minute; one that ends after its headers; unusable replies; and a batch
that expires when half of it is done."""


def parse_faults(given: list[str]) -> dict[str, float]:
    """Return the share of each fault, from `KIND=SHARE`.

    Raises:
        UserError: an unknown fault, or a share that is not between 0 and 1.
    """
    shares: dict[str, float] = {}
    for text in given:
        kind, _, share = text.partition("=")
        if kind not in FAULTS:
            raise UserError(f"--fault {text!r}: unknown fault {kind!r}{did_you_mean(kind, list(FAULTS))}")
        try:
            shares[kind] = float(share)
        except ValueError:
            shares[kind] = -1
        if not 0 <= shares[kind] <= 1:
            raise UserError(f"--fault {text!r}: expected a share between 0 and 1, e.g. {kind}=0.1")
    return shares


@dataclass
class _State:
    """What the server remembers: how many requests came, which models were asked, files and batches by id."""

    latency: float
    faults: dict[str, float]
    count: int = 0
    models: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, JsonObject] = field(default_factory=dict)

    def fault(self) -> str | None:
        """Draw the next request's fault."""
        self.count += 1
        chance = random.Random(self.count)
        drawn = (kind for kind, share in self.faults.items() if chance.random() < share and kind != "expired")
        return next(drawn, None)

    def answer(self, content: bytes) -> httpx2.Response:
        """Return the stand-in's response to the body of a chat completion."""
        response = handle(httpx2.Request("POST", "http://stand-in.invalid/v1/chat/completions", content=content))
        if response.status_code == 200:
            self.models.add(response.json()["model"])
        return response


def make_app(latency: float, faults: dict[str, float]) -> web.Application:
    """Return the application.

    Args:
        latency: seconds that each answer takes.
        faults: share of each kind of `FAULTS`.
    """
    state = _State(latency, faults)

    async def chat(request: web.Request) -> web.StreamResponse:
        content = await request.read()
        await asyncio.sleep(state.latency)
        match state.fault():
            case "429" | "500" | "503" as status:
                return web.json_response({"error": {"message": "rehearsed"}}, status=int(status))
            case "429-retry-after":
                return web.json_response({"error": {"message": "rehearsed"}}, status=429, headers={"retry-after": "1"})
            case "reset" if request.transport:
                request.transport.abort()
            case "slow":
                await asyncio.sleep(60)
            case "headers-only":
                cut = web.StreamResponse(headers={"content-length": "1000", "content-type": "application/json"})
                await cut.prepare(request)
                if request.transport:
                    request.transport.abort()
            case None:
                pass
            case unusable:
                return _spoilt(state.answer(content), unusable)
        return _from_httpx(state.answer(content))

    async def embeddings(request: web.Request) -> web.StreamResponse:
        content = await request.read()
        await asyncio.sleep(state.latency)
        return _from_httpx(handle(httpx2.Request("POST", "http://stand-in.invalid/v1/embeddings", content=content)))

    async def models(request: web.Request) -> web.Response:
        return web.json_response(list_of([*MODELS, *sorted(state.models.difference(MODELS))]))

    async def model(request: web.Request) -> web.Response:
        return _from_httpx(handle(httpx2.Request("GET", f"http://stand-in.invalid{request.raw_path}")))

    async def upload(request: web.Request) -> web.Response:
        form = await request.post()
        part = form["file"]
        id = f"file-{len(state.files) + 1}"
        state.files[id] = part.file.read() if isinstance(part, web.FileField) else str(part).encode()
        return web.json_response(
            {"id": id, "object": "file", "bytes": len(state.files[id]), "created_at": 0, "filename": "f", "purpose": "batch"}
        )

    async def download(request: web.Request) -> web.Response:
        return web.Response(body=_known(state.files, request))

    async def create(request: web.Request) -> web.Response:
        body = await request.json()
        id = f"batch_{len(state.batches) + 1}"
        state.batches[id] = {
            "id": id,
            "object": "batch",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "completion_window": body["completion_window"],
            "created_at": 0,
            "status": "in_progress",
            "metadata": body.get("metadata"),
        }
        asyncio.get_running_loop().call_later(state.latency, _run_batch, state, id)
        return web.json_response(state.batches[id])

    async def retrieve(request: web.Request) -> web.Response:
        return web.json_response(_known(state.batches, request))

    async def list_batches(request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": list(state.batches.values()), "has_more": False})

    app = web.Application(client_max_size=300_000_000)
    app.add_routes(
        [
            web.post("/v1/chat/completions", chat),
            web.post("/v1/embeddings", embeddings),
            web.get("/v1/models", models),
            web.get("/v1/models/{id}", model),
            web.post("/v1/files", upload),
            web.get("/v1/files/{id}/content", download),
            web.post("/v1/batches", create),
            web.get("/v1/batches", list_batches),
            web.get("/v1/batches/{id}", retrieve),
        ]
    )
    return app


def _known(things: dict[str, T], request: web.Request) -> T:
    """Return what a request's address names; a server that was started again knows nothing of before."""
    id = request.match_info["id"]
    if id not in things:
        raise web.HTTPNotFound(text=json.dumps({"error": {"message": f"no such thing: {id}"}}), content_type="application/json")
    return things[id]


def _run_batch(state: _State, id: str) -> None:
    """Answer a batch; a request that draws a fault fails, and the rest succeeds."""
    batch = state.batches[id]
    lines = []
    asked = state.files[batch["input_file_id"]].splitlines()
    expires = random.Random(id).random() < state.faults.get("expired", 0)
    for line in asked[: (len(asked) + 1) // 2] if expires else asked:
        entry = json.loads(line)
        response = state.answer(json.dumps(entry["body"]).encode())
        failed = state.fault()
        body = {"error": {"message": "rehearsed"}} if failed else response.json()
        result = {"status_code": 500 if failed else response.status_code, "request_id": "r", "body": body}
        lines.append(json.dumps({"id": "r", "custom_id": entry["custom_id"], "response": result, "error": None}))
    output = f"file-{len(state.files) + 1}"
    state.files[output] = "\n".join(lines).encode()
    counts = {"total": len(asked), "completed": len(lines), "failed": 0}
    batch.update(status="expired" if expires else "completed", output_file_id=output, request_counts=counts)


def _from_httpx(response: httpx2.Response) -> web.Response:
    return web.Response(body=response.content, status=response.status_code, content_type="application/json")


def _spoilt(response: httpx2.Response, how: str) -> web.Response:
    """Turn a response into one that cannot be used."""
    if response.status_code != 200:
        return _from_httpx(response)
    body = response.json()
    choice = body["choices"][0]
    text = choice["message"]["content"]
    spoilt = {"cut": text[: len(text) // 2], "empty": "", "not-json": f"Sure! {text[:20]}", "refused": None}[how]
    choice["message"]["content"] = spoilt
    if how == "cut":
        choice["finish_reason"] = "length"
    if how == "refused":
        choice["message"]["refusal"] = "rehearsed"
    return web.json_response(body)


def serve_forever(port: int, latency: float, faults: dict[str, float]) -> None:
    """Serve on the loopback address until interrupted.

    Raises:
        UserError: the port is taken.
    """

    def tell(text: str) -> None:
        print(
            text.replace("(Press CTRL+C to quit)", "(press Ctrl-C to stop); set base_url to this address followed by /v1"),
            flush=True,
        )

    try:
        web.run_app(make_app(latency, faults), host="127.0.0.1", port=port, print=tell)
    except OSError as error:
        raise UserError(
            f"cannot listen on 127.0.0.1:{port}: {os.strerror(error.errno or 0)}; choose another with --port, or 0 for a free "
            "one"
        ) from None
