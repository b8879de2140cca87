"""`seedbed probe`, at the wire: what a server can is found out and written, comments kept."""

import json
import re
from typing import Any

from tests.harness import Answer, Project, Server, completion


def refusing(body: dict[str, Any], number: int) -> Answer | None:
    """Refuse every field but the few that are known, and ignore the response format."""
    unknown = {*body} - {"model", "messages", "max_completion_tokens", "response_format"}
    if unknown:
        return 422, {}, json.dumps({"detail": f"unexpected fields {sorted(unknown)}"}).encode()
    return 200, {}, completion("Blue.", reasoning_content="Which one?")


def able(body: dict[str, Any], number: int) -> Answer | None:
    """Obey every response format."""
    return 200, {}, completion('{"colour": "blue"}' if "response_format" in body else "Blue.")


def comments(project: Project) -> list[str]:
    return [line.partition(" #")[2] for line in (project.root / "params.yaml").read_text(encoding="utf-8").splitlines()]


def test_a_server_that_can_everything(counted: Project, server: Server) -> None:
    before = (counted.root / "params.yaml").read_bytes()
    server.fault = able
    output = counted.run("seedbed", "probe", "stand-in", "--write")
    assert output.splitlines() == [
        "models: the server lists none",
        "output limit: max_tokens",
        "usage: counted",
        "reasoning: none seen",
        "json_object: obeyed",
        "json_schema: obeyed",
        "seed: taken",
        "params.yaml says so already",
    ]
    assert len(server.log) == 5
    assert (counted.root / "params.yaml").read_bytes() == before


def test_a_server_that_ignores_formats_and_refuses_fields(counted: Project, server: Server) -> None:
    server.fault = refusing
    before, kept = (counted.root / "params.yaml").read_bytes(), comments(counted)
    output = counted.run("seedbed", "probe", "stand-in")
    for line in (
        "output limit: max_completion_tokens",
        "reasoning: the model thinks first",
        "json_schema: taken, and ignored",
        "json_object: taken, and ignored",
        "seed: refused",
        "params.yaml would say endpoints.stand-in.structured: text and servers.stand-in.output_limit: max_completion_tokens",
    ):
        assert line in output
    assert (counted.root / "params.yaml").read_bytes() == before, "nobody said yes"

    assert "written to params.yaml" in counted.run("seedbed", "probe", "stand-in", "--write")
    assert [words for words in comments(counted) if words] == [words for words in kept if words]
    text = (counted.root / "params.yaml").read_text(encoding="utf-8")
    assert re.search(r"structured: text +# how a reply schema is asked for", text)
    assert "output_limit: max_completion_tokens" in text
    assert "params.yaml says so already" in counted.run("seedbed", "probe", "stand-in")


def test_a_model_that_the_server_does_not_list(counted: Project, server: Server) -> None:
    server.fault = able
    server.models = [
        {"id": name, "max_model_len": 8192} for name in ("stand-in", "stand-in-god", "stand-in-thin", "gemma\u202e")
    ]
    output = counted.run("seedbed", "probe", "stand-in")
    assert "models: stand-in, stand-in-god, stand-in-thin, gemma<U+202E>" in output
    assert "model 'stand-in-good' is not among them (did you mean 'stand-in-god'?)" in output
    assert "context length: 8192 tokens" in output
    assert output.count("is not among them") == 1


def test_mistakes(project: Project, server: Server) -> None:
    assert "no endpoint 'standin' (did you mean 'stand-in'?)" in project.run("seedbed", "probe", "standin", fails=True)
    assert "is in this process" in project.run("seedbed", "probe", "stand-in", fails=True)
    project.edit_params(lambda params: params["servers"]["stand-in"].update(base_url=server.url))
    server.fault = lambda body, number: (401, {}, b"{}")
    assert "the API key was refused" in project.run("seedbed", "probe", "stand-in", fails=True)
