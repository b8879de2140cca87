"""A stage that asks three questions of an endpoint on a local socket, in this process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from seedbed.exchange.replies import json_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Result
from seedbed.project.model_settings import model_settings
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.prompts import load_prompt, render
from seedbed.sending.asker import ask_all
from seedbed.util.rows import Row
from tests.harness import ROOT, Server

STAGE = "translate@questions"
Ask = Callable[..., list[Result[Row]]]


@pytest.fixture
def ask(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return a function that asks as a stage does: `ask(texts, blocks={…}, **server)`; None takes a setting away."""
    monkeypatch.chdir(tmp_path)
    Path("schemas").symlink_to(ROOT / "schemas")  # replies have the project's schemas
    monkeypatch.setenv("SEEDBED_STORE", str(tmp_path / "store.sqlite"))

    def asked(
        texts: tuple[str, ...] = ("a", "b", "c"), blocks: dict[str, Any] | None = None, **settings: Any
    ) -> list[Result[Row]]:
        return ask_as_stage(STAGE, texts, blocks, {"base_url": server.url, "max_retries": 1, "max_concurrency": 2} | settings)

    return asked


def ask_as_stage(
    stage: str, texts: tuple[str, ...], blocks: dict[str, Any] | None, settings: dict[str, Any]
) -> list[Result[Row]]:
    """Ask for translations of `texts` in the current folder, as a stage of this name does.

    Args:
        stage: it has a transcript, `transcript.jsonl`.
        texts: one for each request.
        blocks: of params.yaml, other than the repository's own.
        settings: the server's; None takes one away.
    """
    changes = dict(blocks or {})
    params: dict[str, Any] = {**load_params(ROOT / "params.yaml")}
    params["translate"] = params["translate"] | {"endpoint": "mine", "model": "m"} | changes.pop("translate", {})
    params |= changes
    params["endpoints"] = {"mine": {"structured": "json_schema"}}
    params["servers"] = {"mine": {name: value for name, value in settings.items() if value is not None}}
    to = model_settings(cast(Params, params), "translate")
    prompt = load_prompt("translate_question", ROOT / "prompts")
    requests: list[Request] = [
        build_request(f"q{n}", to, prompt, render(prompt, to.structured, {"source": f'{{"text":"{text}"}}'}))
        for n, text in enumerate(texts)
    ]
    return ask_all(stage, cast(Params, params), to, params["translate"], Path("transcript.jsonl"), requests, json_of)
