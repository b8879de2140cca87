"""Faults at the wire, at a stated rate: the build ends with the same bytes as an undisturbed one."""

import hashlib
import json
import socket
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Project, Server, completion, copy_project, make_tiny, reply_to, serve

RATE = 0.3
"""Share of the requests that meet the fault on their first try."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    project = copy_project(tmp_path_factory.mktemp("undisturbed") / "project")
    with serve() as server:
        make_tiny(project, base_url=server.url)
        project.repro("judge@good-vs-thin")
    return rows(project)


def rows(project: Project) -> dict[str, bytes]:
    return {path: content for path, content in project.outputs().items() if path.startswith("data/build")}


def first_try(server: Server, spoil: Any) -> Counter[str]:
    """Let a third of the requests fail on their first try; return the counter of how often."""
    met: Counter[str] = Counter()

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        if int(digest, 16) % 1000 < RATE * 1000 and not met[digest]:
            met[digest] += 1
            return spoil(body)  # type: ignore[no-any-return]
        return None

    server.fault = fault
    return met


def too_slow(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    time.sleep(2.5)
    return 200, {}, completion(reply_to(body))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda body: (429, {}, b"{}"), id="429", marks=pytest.mark.slow),
        pytest.param(lambda body: (429, {"retry-after": "1"}, b"{}"), id="429-retry-after", marks=pytest.mark.slow),
        pytest.param(lambda body: (500, {}, b"{}"), id="500", marks=pytest.mark.slow),
        pytest.param(lambda body: (503, {}, b"<html>"), id="503", marks=pytest.mark.slow),
        pytest.param(lambda body: (0, {}, b""), id="reset"),
        pytest.param(lambda body: (200, {"content-length": "900"}, b""), id="closes-after-headers", marks=pytest.mark.slow),
        pytest.param(too_slow, id="read-time-out", marks=pytest.mark.slow),
    ],
)
def test_a_fault_changes_no_byte(tmp_path: Path, server: Server, undisturbed: dict[str, bytes], spoil: Any) -> None:
    project = copy_project(tmp_path / "project")
    make_tiny(project, base_url=server.url, timeout_s=2)
    met = first_try(server, spoil)
    project.repro("judge@good-vs-thin")
    assert met, "the fault was never met"
    assert rows(project) == undisturbed


@pytest.mark.parametrize(
    ("reason", "spoil"),
    [
        ("cut", lambda: completion('{"text":"half', "length")),
        pytest.param("empty", lambda: completion(""), marks=pytest.mark.slow),
        pytest.param("refused", lambda: completion(None, refusal="no"), marks=pytest.mark.slow),
        pytest.param("not_json", lambda: completion("Sure!"), marks=pytest.mark.slow),
        ("wrong_schema", lambda: completion('{"txt":"x"}')),
    ],
)
def test_an_unusable_reply_costs_one_more_attempt_and_no_more(
    counted: Project, server: Server, reason: str, spoil: Any
) -> None:
    met = first_try(server, lambda body: (200, {}, spoil()))
    counted.repro("translate@seed_tasks")
    assert met
    assert len(server.take()) == 8 + len(met)
    assert all(row["failure"] is None for row in counted.rows("data/build/translated/seed_tasks.jsonl"))
    attempts = [row["request"]["attempt"] for row in counted.rows("data/build/responses/translate/seed_tasks.jsonl")]
    assert attempts.count(2) == len(met)
    counted.run("dvc", "repro", "--force", "translate@seed_tasks")
    assert server.take() == []


@pytest.mark.slow
def test_a_server_that_does_not_take_the_connection(project: Project) -> None:
    """A listener whose queue is full: connecting takes forever."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(8):
            each = socket.socket()
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
            waiting.append(each)
        port = listener.getsockname()[1]
        project.edit_params(lambda p: p["servers"]["stand-in"].update(base_url=f"http://127.0.0.1:{port}/v1"))
        assert f"nothing answers at 127.0.0.1:{port} (timed out)" in project.repro("translate@questions", fails=True)
        for each in waiting:
            each.close()


def test_a_server_that_asks_to_wait_too_long_stops_the_stage(counted: Project, server: Server) -> None:
    server.fault = lambda body, number: (429, {"retry-after": "3600"}, b"{}") if number > 2 else None
    counted.edit_params(lambda p: p["servers"]["stand-in"].update(max_concurrency=1))
    assert "the server asks to wait 3600 s" in counted.repro("translate@seed_tasks", fails=True)
    server.fault = lambda body, number: None
    sent = len(server.take())
    counted.repro("translate@seed_tasks")
    assert len(server.take()) == 8 - (sent - 1)
