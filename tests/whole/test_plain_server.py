"""A server that ignores `response_format` and refuses every field that it does not know, as `transformers serve` does."""

import json
import re
from typing import Any

import pytest

from tests.harness import Answer, Project, Server, completion, kind_of, reply_to

KNOWN = {"model", "messages", "max_tokens", "temperature", "seed", "response_format"}


def plain(body: dict[str, Any], number: int) -> Answer | None:
    """Answer in prose, the JSON that the prompt asks for in a fence; in no other form, whatever the format says."""
    if unknown := {*body} - KNOWN:
        return 422, {}, json.dumps({"detail": f"Unexpected fields in the request: {sorted(unknown)}"}).encode()
    if body["messages"] == [{"role": "user", "content": body["messages"][-1]["content"]}]:
        return 200, {}, completion("Blue, I think.")  # the probe's
    name = kind_of(body) if "response_format" in body else wanted(body["messages"][0]["content"])
    if name == "marks":
        return 200, {}, completion("どちらもよい回答です。\n[[A]]")
    text = reply_to({**body, "response_format": {"json_schema": {"name": name}}})
    return 200, {}, completion(text if name == "answer" else f"Sure! Here you are:\n```json\n{text}\n```\nAnything else?")


def wanted(system: str) -> str:
    """Return what a system message asks for in words."""
    if "[[A]]" in system:
        return "marks"
    schema = re.search(r"JSON Schema: (\{.*\})", system)
    names = {*json.loads(schema[1])["properties"]} if schema else set()
    kinds = {"text": "translated_question", "output": "translated_task", "instructions": "instructions"}
    return next((kind for name, kind in kinds.items() if name in names), "answer")


@pytest.mark.slow
@pytest.mark.parametrize("probed", [True, False])
def test_translations_are_read_out_of_prose(counted: Project, server: Server, probed: bool) -> None:
    """Whether the probe found it out or nobody did."""
    server.fault = plain
    if probed:
        output = counted.run("seedbed", "probe", "stand-in", "--write")
        assert "json_schema: taken, and ignored" in output
        assert "structured: text" in (counted.root / "params.yaml").read_text(encoding="utf-8")
    server.log.clear()
    counted.repro("translate@questions", "translate@baseline")
    assert len(server.log) == 3 + 2, "each was usable at once"
    assert any("response_format" in body for body in server.log) != probed
    rows = counted.rows("data/build/translated/questions.jsonl") + counted.rows("data/build/translated/baseline.jsonl")
    assert all(row["translation"] for row in rows)


@pytest.mark.slow
def test_a_field_that_the_server_refuses_stops_the_stage_in_its_words(counted: Project, server: Server) -> None:
    server.fault = plain
    counted.edit_params(lambda params: params["translate"]["params"].update(top_k=5))
    output = counted.repro("translate@questions", fails=True)
    assert (
        "translate@questions: endpoint 'stand-in': the responses to 3 consecutive rows were not replies, the last one: "
        in output
    )
    assert "Unexpected fields in the request: ['top_k']" in output
    assert len(server.log) <= 6, "it went on asking"


@pytest.mark.slow
def test_a_whole_build_on_it(counted: Project, server: Server) -> None:
    server.fault = plain
    counted.run("seedbed", "probe", "stand-in", "--write")
    counted.build()
    report = json.loads((counted.root / "reports/benchmark.json").read_text(encoding="utf-8"))
    assert report["matches"]["good-vs-thin"]["n"] == 3
    assert report["matches"]["good-vs-thin"]["invalid"] == 0
    assert all("response_format" not in body for body in server.log[-20:])
