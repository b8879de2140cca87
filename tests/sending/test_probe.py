"""`seedbed probe`, at the wire: what a server can is found out and written, comments kept."""

import json
import os
import pty
import re
import subprocess
from typing import Any

import pytest

from tests.harness import Answer, Project, Server, completion
from tests.sending.test_servers import Start, nothing_is_alive, processes, start

__all__ = ["start"]


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
        "models: none listed",
        "output limit: max_tokens",
        "usage: counted",
        "reasoning: none seen",
        "json_object: obeyed",
        "json_schema: obeyed",
        "seed: taken",
        "params.yaml has these settings already",
    ]
    assert [body["model"] for body in server.log[1:-4]] == ["stand-in-good", "stand-in-thin"], "each model is asked"
    assert len(server.log) == 5 + 2
    assert (counted.root / "params.yaml").read_bytes() == before


def test_a_redirect_is_named_as_in_a_build(counted: Project, server: Server) -> None:
    server.fault = lambda body, number: (308, {"location": "https://other.example/v1"}, b"")
    output = counted.run("seedbed", "probe", "stand-in", fails=True)
    assert "redirects to https://other.example/v1; set servers." in output
    assert len(server.log) == 1


def test_a_server_that_ignores_formats_and_refuses_fields(counted: Project, server: Server) -> None:
    server.fault = refusing
    before, kept = (counted.root / "params.yaml").read_bytes(), comments(counted)
    output = counted.run("seedbed", "probe", "stand-in")
    for line in (
        "output limit: max_completion_tokens",
        "reasoning: the model reasons first",
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
    assert re.search(r"structured: text +# how structured output is requested", text)
    assert "output_limit: max_completion_tokens" in text
    assert "params.yaml has these settings already" in counted.run("seedbed", "probe", "stand-in")


def test_a_model_that_the_server_does_not_list(counted: Project, server: Server) -> None:
    server.fault = able
    server.models = [
        {"id": name, "max_model_len": 8192} for name in ("stand-in", "stand-in-god", "stand-in-thin", "gemma\u202e")
    ]
    output = counted.run("seedbed", "probe", "stand-in")
    assert "models: stand-in, stand-in-god, stand-in-thin, gemma<U+202E>" in output
    said = "models.good.model: endpoint 'stand-in' does not list the model 'stand-in-good' (did you mean 'stand-in-god'?)"
    assert re.search(rf"^params.yaml:\d+: {re.escape(said)}", output, re.MULTILINE)
    assert "context length: 8192 tokens" in output
    assert output.count("does not list") == 1


def test_mistakes(project: Project, server: Server) -> None:
    assert "no endpoint 'standin' (did you mean 'stand-in'?)" in project.run("seedbed", "probe", "standin", fails=True)
    assert "is the built-in stand-in" in project.run("seedbed", "probe", "stand-in", fails=True)
    project.edit_params(lambda params: params["servers"]["stand-in"].update(base_url=server.url))
    server.fault = lambda body, number: (401, {}, b"{}")
    assert "the API key was refused" in project.run("seedbed", "probe", "stand-in", fails=True)


def test_llama_cpp_says_its_slots_and_their_length(counted: Project, server: Server) -> None:
    server.fault = able
    server.models = [{"id": name, "meta": {"n_ctx_train": 8192}} for name in ("stand-in", "stand-in-good", "stand-in-thin")]
    server.props = {"default_generation_settings": {"n_ctx": 4096, "params": {}}, "total_slots": 2}
    output = counted.run("seedbed", "probe", "stand-in")
    assert "context length: 4096 tokens\nrequests at once: 2\n" in output


@pytest.mark.slow
def test_a_server_that_we_start_ends_with_the_probe(project: Project, start: Start) -> None:
    """One process a model, as the stages would have them."""
    start("slow")
    output = project.run("seedbed", "probe", "stand-in")
    assert [line for line in output.splitlines() if line.startswith("models:")] == [
        "models: stand-in",
        "models: stand-in-good",
        "models: stand-in-thin",
    ]
    assert "usage: counted" in output
    assert len(processes(project)) == 3
    nothing_is_alive(project)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_person_is_asked_before_anything_is_written(counted: Project, server: Server, answer: str) -> None:
    server.fault = refusing
    before, kept = (counted.root / "params.yaml").read_bytes(), comments(counted)
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        ["seedbed", "probe", "stand-in"],
        cwd=counted.root,
        env=counted.environment(),
        stdin=theirs,
        capture_output=True,
        text=True,
        check=True,
    )
    os.close(ours)
    os.close(theirs)
    assert "Write it? [y/N]" in done.stdout + done.stderr
    assert ("written to params.yaml" in done.stdout) == (answer == "y")
    after = (counted.root / "params.yaml").read_bytes()
    assert (after == before) == (answer == "n")
    assert (b"structured: text" in after) == (answer == "y")
    assert [words for words in comments(counted) if words] == [words for words in kept if words]


@pytest.mark.slow
def test_check_names_a_wrong_model_before_anything_is_built(counted: Project, server: Server) -> None:
    """Whether the server lists its models or only refuses one: a sentence with the line, and nothing is written."""
    server.fault = able
    counted.edit_params(lambda params: params["models"]["good"].update(model="stand-in-goood"))
    before = (counted.root / "params.yaml").read_bytes()
    place = next(n for n, line in enumerate(before.decode().splitlines(), 1) if "stand-in-goood" in line)
    server.models = [{"id": name} for name in ("stand-in", "stand-in-good", "stand-in-thin")]
    output = counted.run("seedbed", "check", "--probe", fails=True)
    said = f"error: params.yaml:{place}: models.good.model: endpoint 'stand-in' "
    assert f"{said}does not list the model 'stand-in-goood' (did you mean 'stand-in-good'?)" in output
    assert "stand-in: json_schema: obeyed" in output

    server.models = []
    missing = {"error": {"message": "The model does not exist", "code": "model_not_found"}}

    def refusing_one(body: dict[str, Any], number: int) -> Answer | None:
        return (404, {}, json.dumps(missing).encode()) if body["model"] == "stand-in-goood" else able(body, number)

    server.fault = refusing_one
    output = counted.run("seedbed", "check", "--probe", fails=True)
    assert f"{said}rejects the model 'stand-in-goood': " in output
    assert "The model does not exist" in output
    assert output.count("error:") == 1

    counted.edit_params(lambda params: params["models"]["good"].update(model="stand-in-good"))
    before = (counted.root / "params.yaml").read_bytes()
    assert "stand-in: seed: taken" in counted.run("seedbed", "check", "--probe")
    server.fault = refusing
    output = counted.run("seedbed", "check", "--probe")
    assert (
        "structured: text and servers.stand-in.output_limit: max_completion_tokens; `seedbed probe stand-in` writes" in output
    )
    assert (counted.root / "params.yaml").read_bytes() == before
    assert not (counted.root / "dvc.lock").exists()


def test_check_asks_no_server_that_no_stage_would_ask(project: Project, server: Server) -> None:
    """The stand-in in this process, and an endpoint for blocks that have nothing to ask."""
    assert "models:" not in project.run("seedbed", "check", "--probe")

    def change(params: Any) -> None:
        params["endpoints"]["other"] = {"structured": "text"}
        params["servers"]["other"] = {"base_url": server.url}
        params["translate"]["endpoint"] = "other"
        for corpus in params["corpora"].values():
            corpus["language"] = params["language"]

    project.edit_params(change)
    project.run("seedbed", "check", "--probe")
    assert server.headers == []
    rows = project.rows("data/questions.en.jsonl")
    project.write_rows("data/questions.en.jsonl", [rows[0] | {"language": "de"}, *rows[1:]])
    project.run("seedbed", "check", "--probe")
    assert server.headers, "there is a row to translate"


def test_check_names_a_server_that_ends_at_once(project: Project, start: Start) -> None:
    start("broken")
    output = project.run("seedbed", "check", "--probe", fails=True)
    assert "servers.stand-in: the server stopped before it answered" in output
    assert "no such file: weights.gguf" in output
    nothing_is_alive(project)
