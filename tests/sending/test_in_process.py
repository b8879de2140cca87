"""The stand-in in this process: what a server would give, without the client of a server."""

import asyncio
import sys
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.sending.client import Client
from seedbed.sending.in_process import InProcess
from seedbed.stand_in.socket_server import make_app
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError
from tests.harness import Project

STAGE = "stages.translate"
WORDS = (
    *("--corpus", "questions", "--out", "data/build/translated/questions.jsonl"),
    *("--transcript", "data/build/responses/translate/questions.jsonl"),
)


def request(model: str = "stand-in", reply: object = None) -> Request:
    """Return a request; one for a vector where the reply's form says so."""
    messages = [{"role": "user", "content": "How do I cook rice?"}]
    content: JsonObject = {"endpoint": "stand-in", "model": model, "messages": messages, "params": {}, "reply": reply}
    return Request("q1", content | {"sample": 0, "slot": None, "attempt": 1})


async def on_a_socket(asked: Request) -> Response:
    """Return what `seedbed serve` gives to the client of a server."""
    async with TestServer(make_app(0, {})) as server:
        client = Client("stand-in", {"base_url": str(server.make_url("/v1"))})
        try:
            return await client.send(asked)
        finally:
            await client.close()


@pytest.mark.parametrize("asked", [request(), request(reply={"structured": "embedding"})], ids=["a chat", "a vector"])
def test_it_gives_what_the_socket_gives(asked: Request) -> None:
    here = asyncio.run(InProcess("stand-in", {}).send(asked))
    assert here == asyncio.run(on_a_socket(asked))
    assert "error" not in here


def test_an_unknown_model_is_named_in_the_words_of_any_server() -> None:
    asked, said = request("gpt-9"), []
    for answer in (on_a_socket(asked), InProcess("stand-in", {}).send(asked)):
        with pytest.raises(UserError, match="the model 'gpt-9' does not exist; the stand-in knows") as error:
            asyncio.run(answer)
        said.append(str(error.value))
    assert said[0] == said[1]


def test_its_limits_hold() -> None:
    """Two requests a minute: the third waits for its place."""

    async def third() -> None:
        speaker = InProcess("stand-in", {"requests_per_minute": 2})
        for _ in range(3):
            await asyncio.wait_for(speaker.send(request()), 0.5)

    with pytest.raises(TimeoutError):
        asyncio.run(third())


def test_batches_are_refused_in_one_sentence(project: Project) -> None:
    project.edit_params(lambda params: params["servers"].update({"stand-in": {"mode": "batch"}}))
    said = project.run(sys.executable, "-m", STAGE, *WORDS, fails=True)
    assert said.strip().endswith("the built-in stand-in has no Batch API; remove `mode: batch` from its server")
    assert "Traceback" not in said


def test_a_stage_that_it_answers_does_not_load_the_client(project: Project) -> None:
    """The import of the client takes longer than all else that such a stage does."""
    code = (
        "import atexit, runpy, sys; atexit.register(lambda: print('openai' in sys.modules)); "
        f"runpy.run_module({STAGE!r}, run_name='__main__')"
    )
    said = project.run(sys.executable, "-c", code, *WORDS)
    assert " sent, " in said
    assert "False" in said.splitlines()
    assert Path(project.root, "data/build/translated/questions.jsonl").is_file()
