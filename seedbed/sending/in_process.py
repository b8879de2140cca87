"""The stand-in in this process, without the slow import of the API client.

What goes in and comes out are the bodies that a server would take and give; `seedbed serve` gives the same on a socket.
"""

import asyncio
import json

import httpx2

from seedbed.exchange.requests import Request, body_text
from seedbed.exchange.responses import Response, error_response, from_chat_completion, from_embeddings, kind_of_error
from seedbed.project.params_types import Server
from seedbed.sending.limits import admitting, tokens_of
from seedbed.sending.server_answers import is_of_the_endpoint, response_in
from seedbed.stand_in.server import handle
from seedbed.util.errors import UserError
from seedbed.util.safe_text import quoted


class InProcess:
    """Speaks to the stand-in as `seedbed.sending.client.Client` speaks to a server.

    Args:
        id: the endpoint's id in `params.yaml`.
        server: its limits.
    """

    def __init__(self, id: str, server: Server) -> None:
        self.id = id
        self._output_limit = server.get("output_limit", "max_tokens")
        self._admit = admitting(server)

    async def close(self) -> None:
        """Nothing is open."""

    async def send(self, request: Request) -> Response:
        """Send one request and return its response.

        Raises:
            UserError: the stand-in has no such model.
        """
        content = body_text(request.body(self._output_limit)).encode()
        await self._admit(tokens_of(content))
        await asyncio.sleep(0)  # for what else there is to do, such as to notice Ctrl-C
        path, form = ("embeddings", from_embeddings) if request.is_embedding else ("chat/completions", from_chat_completion)
        reply = handle(httpx2.Request("POST", f"http://stand-in.invalid/v1/{path}", content=content))
        if reply.status_code == httpx2.codes.OK:
            return response_in(reply.content, form)
        error = json.loads(reply.content)["error"]
        words = quoted(str(error["message"]))
        if is_of_the_endpoint(reply.status_code, None):
            where = f"endpoint {self.id!r} (HTTP {reply.status_code})"
            raise UserError(f"{where}: the server rejected the request for {request.id}: {words}")
        return error_response(kind_of_error(error), words)
