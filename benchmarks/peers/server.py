"""A chat completions server on loopback that answers after 50 ms, counts requests, and answers some badly where asked to."""

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

LATENCY_S = 0.05
BAD_EVERY = 50


@dataclass
class Server:
    """A running server: its port, and the contents of the requests for a completion since the last `reset`."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    def url(self, faulty: bool = False) -> str:
        """Return the base URL for a client; under the faulty one every 50th row is always answered without a choice."""
        return f"http://127.0.0.1:{self.port}/{'faulty/' if faulty else ''}v1"

    def reset(self) -> None:
        """Count from zero again."""
        self.asked.clear()

    async def complete(self, request: web.Request) -> web.Response:
        """Answer with the question itself, so that each row of a tool can be held against what it should rest on."""
        body = await request.json()
        messages: list[dict[str, Any]] = body.get("messages") or [{"content": ""}]
        content = messages[-1]["content"]
        text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        self.asked.append(text)
        await asyncio.sleep(LATENCY_S)
        number = re.search(r"question (\d+)", text)
        bad = request.path.startswith("/faulty/") and number is not None and int(number[1]) % BAD_EVERY == 0
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": f"Asked: {text}"}}
        reply = {
            **{"id": "c", "object": "chat.completion", "created": 0, "model": body.get("model", "")},
            "choices": [] if bad else [choice],
            "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
        }
        return web.json_response(reply)


async def _models(_: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [{"id": "a-model", "object": "model"}]})


@contextmanager
def serve() -> Iterator[Server]:
    """Run the server in a thread of this process, on a free port of the loopback address."""
    server, loop, ready = Server(), asyncio.new_event_loop(), threading.Event()
    logging.getLogger("aiohttp.server").disabled = True  # clients that are killed break their connections
    app = web.Application()
    for prefix in ("/v1", "/faulty/v1"):
        app.router.add_post(f"{prefix}/chat/completions", server.complete)
        app.router.add_get(f"{prefix}/models", _models)
    runner = web.AppRunner(app)

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.port = runner.addresses[0][1]
        ready.set()

    def work() -> None:
        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
