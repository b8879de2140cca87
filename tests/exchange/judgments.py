"""A request for a judgment, and a response to it."""

from typing import Any

from seedbed.exchange.requests import Request, build_request
from seedbed.project.model_settings import ModelSettings
from seedbed.project.prompts import load_prompt
from tests.harness import ROOT

PROMPT = load_prompt("judge", ROOT / "prompts")


def judgment_request(structured: str = "json_schema", **changes: Any) -> Request:
    """Return the request of a judgment; `changes` replaces parts of its content."""
    to = ModelSettings("judge", "e", "m", {"temperature": 0}, 0, structured)
    made = build_request("q1", to, PROMPT, [{"role": "user", "content": "?"}])
    return Request(made.id, made.content | changes)


def response(text: str | None, finish_reason: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """Return a response as the store keeps it."""
    return {"text": text, "refusal": refusal, "finish_reason": finish_reason, "model": "m", "usage": None}
