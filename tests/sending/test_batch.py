"""The Batch API: half the price, paid once, whatever breaks; against the stand-in on a socket."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from seedbed.exchange.requests import Request, body_text
from seedbed.sending import batch
from tests.harness import ROOT, Project


@contextmanager
def stand_in(*args: str) -> Iterator[str]:
    """Run `seedbed serve` and yield its base URL."""
    command = [sys.executable, "-c", "from seedbed.cli import main; main()", "serve", "--port", "0", *args]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            while "http://" not in line:
                line = process.stdout.readline()
            yield f"http://127.0.0.1:{line.split('127.0.0.1:')[1].split()[0].strip('/')}/v1"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)


def use(project: Project, url: str, **more: Any) -> None:
    project.edit_params(lambda p: p["servers"]["stand-in"].update({"base_url": url, "mode": "batch", "poll_s": 0.2, **more}))


def texts(project: Project) -> dict[str, bytes]:
    return {path: content for path, content in project.outputs().items() if path.startswith("data/build")}


@pytest.mark.slow
def test_a_batch_gives_the_same_bytes_as_one_by_one(project: Project) -> None:
    project.repro("judge@good-vs-thin")
    expected = texts(project)
    for folder in ("cache", "seedbed"):
        (project.root / ".dvc" / folder).rename(project.root / ".dvc" / f"old-{folder}")
    with stand_in() as url:
        use(project, url)
        output = project.run("dvc", "repro", "--force", "judge@good-vs-thin")
    assert "batch batch_1: " in output
    assert texts(project) == expected


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["500=0.4", "expired=1"])
def test_what_a_batch_leaves_is_sent_again(project: Project, fault: str) -> None:
    """Some requests fail, or the batch expires half done: what succeeded is kept."""
    with stand_in("--fault", fault) as url:
        use(project, url)
        output = project.repro("translate@seed_tasks")
    assert "batch batch_2: " in output
    assert all(row["translation"] for row in project.rows("data/build/translated/seed_tasks.jsonl"))


@pytest.mark.slow
def test_a_killed_build_picks_its_batch_up(project: Project) -> None:
    """The batch is known again, and nothing is paid for twice."""
    with stand_in("--latency-ms", "4000") as url:
        use(project, url)
        path = {"PATH": f"{sys.prefix}/bin:/usr/bin:/bin", "HOME": str(project.root.parent)}
        command = ["dvc", "repro", "translate@seed_tasks"]
        with subprocess.Popen(command, cwd=project.root, env=path, stderr=subprocess.PIPE, text=True) as dvc:
            assert dvc.stderr
            while "in_progress" not in dvc.stderr.readline():
                assert dvc.poll() is None
            for process in [*psutil.Process(dvc.pid).children(recursive=True), psutil.Process(dvc.pid)]:
                process.kill()
        project.run("seedbed", "check")  # as `make repro` does: a killed dvc may leave half a lock file
        output = project.repro("translate@seed_tasks")
    assert "continuing with batch batch_1 of an earlier build" in output
    assert "batch_2" not in output
    assert len(project.rows("data/build/translated/seed_tasks.jsonl")) == 8


@pytest.mark.slow
def test_generation_sends_ahead_and_the_shortest_prefix_decides(project: Project) -> None:
    project.repro("generate")
    expected = project.rows("data/build/candidates/native.jsonl")
    (project.root / ".dvc" / "seedbed").rename(project.root / ".dvc" / "old")
    (project.root / ".dvc" / "cache").rename(project.root / ".dvc" / "old-cache")
    with stand_in() as url:
        use(project, url)
        project.run("dvc", "repro", "--force", "generate")
    assert project.rows("data/build/candidates/native.jsonl") == expected


def test_batches_keep_within_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = {
        str(n): Request(str(n), {"model": "m", "messages": [], "params": {"user": "x" * 50}, "reply": None, "attempt": n})
        for n in range(1, 26)
    }

    def body(request: Request) -> str:
        return body_text(request.body())

    monkeypatch.setattr(batch, "MAX_REQUESTS", 10)
    assert [len(keys) for _, keys in batch._split(requests, body)] == [10, 10, 5]
    one = len(next(batch._split(requests, body))[0]) // 10
    monkeypatch.setattr(batch, "MAX_BYTES", 4 * (one + 1))
    parts = list(batch._split(requests, body))
    assert all(len(lines) <= batch.MAX_BYTES for lines, _ in parts)
    assert [key for _, keys in parts for key in keys] == list(requests)
