"""Builds that share a store and want the same at the same time: each request is sent once, whoever is killed."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from seedbed.exchange.requests import Request
from seedbed.store.claims import Claims, batches, close_batch, living_owners
from seedbed.store.store import Store
from tests.harness import ROOT, Answer, Server, completion, reply_to
from tests.sending.test_kill import wait_until


class Builds:
    """Processes that ask the same of one server, each in a project of its own, over one store."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.store = folder / "store.sqlite"

    def start(self, name: str, count: int, stage: str = "translate@questions", **settings: Any) -> "subprocess.Popen[str]":
        """Start a build of the project `name`."""
        project = self.folder / name
        project.mkdir()
        (project / "schemas").symlink_to(ROOT / "schemas")
        settings = {"base_url": self.server.url, "max_concurrency": 16} | settings
        return subprocess.Popen(
            [sys.executable, "-m", "tests.sending.other_build", stage, str(count), json.dumps(settings)],
            cwd=project,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "SEEDBED_STORE": str(self.store)},
            stderr=subprocess.PIPE,
            text=True,
        )

    def transcript(self, name: str) -> bytes:
        return (self.folder / name / "transcript.jsonl").read_bytes()


@pytest.fixture
def builds(tmp_path: Path, server: Server) -> Builds:
    return Builds(tmp_path, server)


def slowly(seconds: float) -> Any:
    """Return the answer of a server that takes its time."""

    def answer(body: dict[str, Any], number: int) -> Answer | None:
        time.sleep(seconds)
        return 200, {}, completion(reply_to(body))

    return answer


def ended(build: "subprocess.Popen[str]") -> str:
    """Wait until a build has ended well, and return what it said."""
    _, said = build.communicate(timeout=120)
    assert build.returncode == 0, said
    return said


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.slow)])
def test_two_builds_that_want_the_same_send_it_once(builds: Builds, server: Server, count: int) -> None:
    """On a new store, two projects; neither waits for the other's end, and both have the same bytes."""
    server.fault = slowly(0.05)
    running = [builds.start(name, count) for name in ("one", "two")]
    said = [ended(build) for build in running]
    assert len(server.take()) == count
    assert builds.transcript("one") == builds.transcript("two")
    assert not [words for words in said if "waiting for another process that runs this stage" in words]
    with Store(builds.store) as store:
        assert store.rows("select count(*) from claims") == [(0,)]
        assert store.rows("select sum(requests) from sent") == [(count,)]
        assert living_owners(store) == 0


@pytest.mark.slow
@pytest.mark.parametrize("count", [40, 400])
def test_what_a_killed_build_was_sending_is_taken_over(builds: Builds, server: Server, count: int) -> None:
    """No more is sent twice than was under way when it was killed."""
    killed, done = threading.Event(), count // 4

    def answer(body: dict[str, Any], number: int) -> Answer | None:
        if number > done:
            killed.wait(timeout=100)
        return None

    server.fault = answer
    first = builds.start("one", count, max_concurrency=8)
    wait_until(lambda: len(server.log) == done + 8)
    second = builds.start("two", count, max_concurrency=8)
    wait_until(lambda: len(server.log) == done + 16)  # which sends others meanwhile
    first.kill()
    first.communicate()
    killed.set()
    ended(second)
    assert len(server.take()) == count + 8
    with Store(builds.store) as store:
        assert store.rows("select count(*) from responses") == [(count,)]
        assert store.rows("select count(*) from claims") == [(0,)]


@pytest.mark.slow
def test_one_that_is_told_to_wait_holds_up_nobody(builds: Builds, server: Server) -> None:
    """A server that answers one build's first tries with 429: what it waits with may be sent by the other."""
    server.fault = lambda body, number: (429, {"retry-after": "1"}, b"{}") if number <= 4 else slowly(0.02)(body, number)
    running = [builds.start(name, 20, max_concurrency=4) for name in ("one", "two")]
    for build in running:
        ended(build)
    assert len(server.take()) == 20 + 4


def keys(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def test_a_claim_is_its_owners_alone_until_the_owner_is_gone(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        mine, other = Claims(store), Claims(store)
        assert mine.take(keys(3)) == set(keys(3))
        assert mine.take(keys(1)) == set(keys(1))
        assert other.take(keys(4)) == set(keys(4)[3:])
        assert other.take(keys(1)) == set()
        assert other.held_by_others(keys(4)) == dict.fromkeys(keys(3))
        mine.release(keys(1)[0])
        assert other.take(keys(1)) == set(keys(1))
        assert living_owners(store) == 2
        mine.close()
        assert other.take(keys(3)) == set(keys(3))
        other.close()
        assert living_owners(store) == 0


def test_a_request_that_has_its_response_is_nobodys_to_claim(tmp_path: Path) -> None:
    request = Request("q0", {"attempt": 1})
    with Store(tmp_path / "store.sqlite") as store:
        store.put("s", request, {"text": "x", "refusal": None, "finish_reason": "stop", "model": "m", "usage": None})
        claims = Claims(store)
        assert claims.take([request.key]) == claims.take([request.key, request.key]) == set()
        assert claims.held_by_others([request.key]) == {}
        claims.close()


def test_the_requests_of_a_batch_are_claimed_by_it_until_it_was_read(tmp_path: Path) -> None:
    """Whoever waits for it; and what it brought no response to is anybody's then."""
    with Store(tmp_path / "store.sqlite") as store:
        first, second = Claims(store), Claims(store)
        first.take(keys(3))
        first.open_batch("batch_1", "paid", "s", keys(2))
        assert not second.pick_up("batch_1")
        first.close()
        assert second.take(keys(3)) == {keys(3)[2]}
        assert second.held_by_others(keys(2)) == dict.fromkeys(keys(2), "batch_1")
        ((batch),) = batches(store)
        assert (batch.requests, batch.open, batch.state) == (2, 2, "open")
        assert second.pick_up("batch_1")
        second.let_go("batch_1", keys(1))
        assert second.take(keys(2)) == set(keys(1))
        close_batch(store, "batch_1")
        assert second.take(keys(2)) == set(keys(2))
        second.close()
