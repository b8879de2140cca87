"""A user's mistakes in a whole build: one clear sentence, nothing half-written, no paid response lost."""

import json
import socket
from typing import Any
from uuid import uuid4

import pytest

from tests.harness import Project, Server, completion, kind_of, reply_to


def use_server(project: Project, **endpoint: Any) -> None:
    """Let `translate` talk to an endpoint of its own."""

    def change(params: Any) -> None:
        params["endpoints"]["mine"] = {"structured": "json_schema", "max_retries": 1, **endpoint}
        params["translate"]["endpoint"] = "mine"

    project.edit_params(change)


def test_an_unset_key_is_named_before_the_first_request(project: Project, server: Server) -> None:
    use_server(project, base_url=server.url, api_key_env="MY_API_KEY")
    assert "the environment variable MY_API_KEY is not set" in project.repro("translate@questions", fails=True)
    assert "the environment variable MY_API_KEY is not set" in project.run("seedbed", "check", fails=True)
    assert server.log == []
    key = f"sk-{uuid4().hex}"
    output = project.repro("translate@questions", MY_API_KEY=key)
    assert f"Bearer {key}" in {headers["authorization"] for headers in server.headers}
    stored = b"".join(path.read_bytes() for path in project.root.rglob("*") if path.is_file())
    assert key not in output
    assert key.encode() not in stored


def test_a_key_that_is_refused_is_not_repeated_to_the_log(project: Project, server: Server) -> None:
    server.fault = lambda body, number: (401, {}, b'{"error":{"message":"Incorrect API key provided: sk-secret-1234"}}')
    use_server(project, base_url=server.url, api_key_env="MY_API_KEY")
    output = project.repro("translate@questions", fails=True, MY_API_KEY="sk-secret-1234")
    assert "the API key was refused; check the environment variable named in servers.mine.api_key_env" in output
    assert "sk-secret-1234" not in output


def test_an_unreachable_server(project: Project) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    use_server(project, base_url=f"http://127.0.0.1:{port}/v1")
    assert f"nothing answers at 127.0.0.1:{port}" in project.repro("translate@questions", fails=True)


@pytest.mark.parametrize("port", ["80000", "abc"])
def test_an_address_that_is_none(project: Project, port: str) -> None:
    use_server(project, base_url=f"http://localhost:{port}/v1")
    assert "is no address" in project.repro("translate@questions", fails=True)


def test_a_key_that_no_key_is(project: Project, server: Server) -> None:
    use_server(project, base_url=server.url, api_key_env="MY_API_KEY")
    output = project.repro("translate@questions", fails=True, MY_API_KEY="sk-“quoted”")
    assert "MY_API_KEY holds a character that no key has" in output
    assert "quoted" not in output


def test_a_server_that_speaks_something_else(project: Project, server: Server) -> None:
    server.fault = lambda body, number: (200, {"content-type": "text/html"}, b"<html>hello</html>")
    use_server(project, base_url=server.url)
    assert "is it an OpenAI-compatible server" in project.repro("translate@questions", fails=True)


@pytest.mark.slow
def test_an_unusable_reply_is_asked_again_kept_and_then_a_failed_row(project: Project, server: Server) -> None:
    """Two of three attempts fail for one question, all three for another: the one passes, the other is data."""
    questions = project.rows("data/questions.en.jsonl")
    tries = dict.fromkeys((row["text"] for row in questions), 0)

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        text = next(text for text in tries if json.dumps(text)[1:-1] in body["messages"][-1]["content"])
        tries[text] += 1
        if text == questions[0]["text"] and tries[text] < 3:
            return 200, {}, completion("no JSON at all")
        if text == questions[1]["text"]:
            return 200, {}, completion('{"text": "cut', "length")
        return None

    server.fault = fault
    use_server(project, base_url=server.url)
    assert "1 of 3 rows have no usable reply" in project.repro("translate@questions", fails=True)
    assert "knowledge" not in project.repro("translate@questions", fails=True)
    assert len(server.log) == 3 + 3 + 1  # nothing was paid again
    project.edit_params(lambda p: p["translate"].update({"max_failed": 0.5}))
    project.repro("translate@questions")
    assert len(server.log) == 7

    rows = project.rows("data/build/translated/questions.jsonl")
    assert [row["translation"] is not None for row in rows] == [True, False, True]
    assert rows[1]["failure"] == {
        "reason": "cut",
        "detail": "the reply was cut at the length limit; raise max_tokens in its params",
        "text": '{"text": "cut',
    }
    transcript = project.rows("data/build/responses/translate/questions.jsonl")
    assert [(row["id"], row["request"]["attempt"]) for row in transcript] == [
        (questions[0]["id"], 1),
        (questions[0]["id"], 2),
        (questions[0]["id"], 3),
        (questions[1]["id"], 1),
        (questions[1]["id"], 2),
        (questions[1]["id"], 3),
        (questions[2]["id"], 1),
    ]
    project.repro("post_edit@questions")
    assert len(project.rows("data/build/edited/questions.jsonl")) == 2

    project.edit_params(lambda p: p["translate"].update({"max_attempts": 4}))
    project.repro("translate@questions")
    assert len(server.log) == 8  # a person wants the failed row tried again, and only that is


def test_a_failed_answer_makes_its_judgments_invalid_and_sends_none(counted: Project, server: Server) -> None:
    question = counted.rows("data/questions.en.jsonl")[0]

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        if kind_of(body) == "answer" and body["model"] == "stand-in-good" and number_of(body) == 0:
            return 200, {}, completion("", "stop")
        return None

    edited: list[str] = []

    def number_of(body: dict[str, Any]) -> int:
        if not edited:
            edited.extend(row["text"] for row in counted.rows("data/build/edited/questions.jsonl"))
        return edited.index(body["messages"][-1]["content"])

    server.fault = fault
    counted.edit_params(lambda p: p["answer"].update({"max_failed": 0.5}))
    counted.repro("benchmark")
    kinds = server.take()
    assert kinds.count("answer") == 3 * 2 + 2
    assert kinds.count("judgment") == 2 * 2
    judgments = [row for row in counted.rows("data/build/judgments/good-vs-thin.jsonl") if row["question"] == question["id"]]
    assert [(row["verdict"], row["failure"]["reason"]) for row in judgments] == [("invalid", "no_answer")] * 2
    assert "good-vs-thin,good,thin,all,3," in (counted.root / "reports" / "win_rates.csv").read_text(encoding="utf-8")
    total = (counted.root / "reports" / "win_rates.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert total[9] == "1"


def test_a_target_that_no_number_of_slots_reaches(project: Project) -> None:
    project.edit_params(lambda p: p["generate"].update({"max_slots": 2, "target": 50}))
    output = project.repro("generate", fails=True)
    assert "after 2 slots (generate.max_slots)" in output
    assert "of 50 instructions (generate.target) pass the filter" in output


def test_offline_names_the_first_missing_request(project: Project) -> None:
    output = project.repro("translate@questions", fails=True, SEEDBED_OFFLINE="1")
    assert "SEEDBED_OFFLINE is set and the response for generic-01" in output
    project.repro("translate@questions")
    project.run("dvc", "repro", "--force", "translate@questions", SEEDBED_OFFLINE="1")


@pytest.mark.slow
def test_structured_output_as_the_endpoint_can(project: Project, server: Server) -> None:
    """An endpoint without structured output gets the schema in words, or the marks, and no response_format."""

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        assert "response_format" not in body
        if "[[A]]" in body["messages"][0]["content"]:
            return 200, {}, completion("Bです。[[A]]ではなく [[B]]")
        wanted = "translated_question" if '"text"' in body["messages"][0]["content"] else "answer"
        named = body | {"response_format": {"json_schema": {"name": wanted}}}
        return 200, {}, completion(f"```json\n{reply_to(named)}\n```" if wanted != "answer" else "回答です。")

    server.fault = fault
    project.edit_params(lambda p: p["servers"]["stand-in"].update({"structured": "text", "base_url": server.url}))
    project.repro("judge@good-vs-thin")
    rows = project.rows("data/build/judgments/good-vs-thin.jsonl")
    assert [row["verdict"] for row in rows] == ["second"] * 6
