"""Batches that were sent and not read: picked up, or, where the server lost them, named and forgotten by a person's word."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.store.claims import Claims, close_batch
from seedbed.store.store import Store
from seedbed.store.tools import list_batches, open_batch
from seedbed.util.errors import UserError
from tests.harness import Server
from tests.sending.batch_server import CUT, BatchServer, serve_batches
from tests.sending.conftest import Ask
from tests.sending.test_claims import Builds, ended
from tests.sending.test_kill import wait_until


@pytest.fixture
def batch_server() -> Iterator[BatchServer]:
    with serve_batches() as made:
        yield made


@pytest.fixture
def left_open(ask: Ask, batch_server: BatchServer) -> Ask:
    """A stage whose build ended while it waited for a batch of three requests."""
    asked = partial(ask, base_url=batch_server.url, poll_s=0.05)
    batch_server.broken = True
    with pytest.raises(UserError, match=r"2 attempts at looking at batch batch_1 .* which continues with this batch"):
        asked(mode="batch")
    batch_server.broken = False
    return asked


FAULTS: dict[str, tuple[int, bytes | None]] = {
    "500": (500, b"{}"),
    "429": (429, b'{"error": {"message": "slow down"}}'),
    "HTML": (200, b"<html>busy</html>"),
    "reset": (0, b""),
    "cut": CUT,
}
PLACES = {
    "list": ("GET", "/v1/batches"),
    "upload": ("POST", "/v1/files"),
    "create": ("POST", "/v1/batches"),
    "look": ("GET", "/v1/batches/batch_1"),
    "read": ("GET", "/v1/files/batch_1-output/content"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", PLACES)
def test_a_fault_on_the_way_is_tried_again_and_one_batch_is_paid_for(
    ask: Ask, batch_server: BatchServer, place: str, fault: str
) -> None:
    """Also where the server did what it was asked, and its answer was lost."""
    met: list[str] = []

    def once(method: str, path: str) -> tuple[int, bytes | None] | None:
        if met or (method, path) != PLACES[place]:
            return None
        met.append(path)
        return FAULTS[fault]

    batch_server.fault = once
    results = ask(base_url=batch_server.url, poll_s=0.05, mode="batch", max_retries=1)
    assert all(result.value for result in results)
    assert met
    assert [len(keys) for keys in batch_server.sent] == [3]


def test_a_server_that_hangs_while_a_batch_is_waited_for_is_asked_again(ask: Ask, batch_server: BatchServer) -> None:
    met: list[str] = []

    def hang(method: str, path: str) -> None:
        if not met and (method, path) == PLACES["look"]:
            met.append(path)
            time.sleep(1.5)

    batch_server.fault = hang
    assert all(result.value for result in ask(base_url=batch_server.url, poll_s=0.05, mode="batch", timeout_s=0.5))
    assert met
    assert len(batch_server.sent) == 1


def test_what_half_a_file_has_is_kept_and_the_rest_is_not_sent_again(
    ask: Ask, batch_server: BatchServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of what a batch brought, under 200: its other answers may have been paid for."""
    asked = partial(ask, base_url=batch_server.url, poll_s=0.05, mode="batch")
    batch_server.fault = lambda method, path: (
        (200, batch_server.files["batch_1-output"][:-40]) if (method, path) == PLACES["read"] else None
    )
    with pytest.raises(UserError, match=r"2 answers to 3 requests, and 1 invalid line; run again later, which continues"):
        asked()
    batch_server.fault = lambda method, path: None
    assert all(result.value for result in asked())
    assert "continuing with batch batch_1" in capsys.readouterr().err
    assert len(batch_server.sent) == 1


def forget(id: str = "batch_1") -> None:
    """Do what `seedbed store batches forget` does."""
    with Store(paths.store()) as store:
        close_batch(store, open_batch(store, id).id, forgotten=True)


def test_a_batch_that_was_left_open_is_picked_up(left_open: Ask, batch_server: BatchServer) -> None:
    assert all(result.value for result in left_open(mode="batch"))
    assert len(batch_server.sent) == 1
    with Store(paths.store()) as store:
        assert store.rows("select count(*) from claims") == [(0,)]
        with pytest.raises(UserError, match="is read already; there is nothing to forget"):
            open_batch(store, "batch_1")


LOST = r"batch batch_1 \(3 requests of translate@questions to the endpoint 'mine', sent [\d :-]+ UTC\) is lost: "


@pytest.mark.parametrize("what", ["batch", "file"])
def test_a_lost_batch_is_named_with_what_is_known_and_sent_again_when_it_is_forgotten(
    left_open: Ask, batch_server: BatchServer, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if what == "batch":
        batch_server.batches.clear()
    else:
        batch_server.files.clear()
    why = r"the server does not know it \(HTTP 404\)" if what == "batch" else "the server has no result file batch_1-output"
    for _ in range(2):  # and nothing is sent for it, however often it is tried
        with pytest.raises(UserError, match=f"{LOST}{why}.*; 3 of its requests have no response here"):
            left_open(mode="batch")
    assert len(batch_server.sent) == 1
    with Store(paths.store(), read_only=True) as store:
        list_batches(store)
        assert "batch_1" in capsys.readouterr().out
        with pytest.raises(UserError, match="no batch 'batch_2'"):
            open_batch(store, "batch_2")
    forget()
    assert all(result.value for result in left_open(mode="batch"))
    assert len(batch_server.sent) == 2
    assert sorted(batch_server.sent[0]) == sorted(batch_server.sent[1])


def test_a_lost_batch_that_nothing_is_wanted_of_holds_up_nobody(
    left_open: Ask, batch_server: BatchServer, capsys: pytest.CaptureFixture[str]
) -> None:
    batch_server.batches.clear()
    assert left_open(("d",), mode="batch")[0].value
    assert "is lost: the server does not know it (HTTP 404); none of its responses is needed now" in capsys.readouterr().err


def test_what_a_batch_holds_is_not_sent_singly(left_open: Ask, batch_server: BatchServer) -> None:
    """Somebody took `mode: batch` off while it was under way."""
    with pytest.raises(UserError, match=r"the request for q0 is in batch batch_1.*`seedbed store batches forget batch_1`"):
        left_open()
    assert batch_server.single == 0
    assert left_open(("d",))[0].value
    forget()
    assert all(result.value for result in left_open())
    assert batch_server.single == 1 + 3


def test_a_batch_that_somebody_waits_for_is_not_forgotten(left_open: Ask) -> None:
    with Store(paths.store()) as store:
        waiting = Claims(store)
        assert waiting.pick_up("batch_1")
        with pytest.raises(UserError, match="a build is waiting for it now"):
            open_batch(store, "batch_1")
        waiting.close()
        assert open_batch(store, "batch_1").open == 3


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True])
def test_two_builds_that_want_the_same_share_a_batch(
    tmp_path: Path, server: Server, batch_server: BatchServer, killed: bool
) -> None:
    """Of stages of other names; where the one that waits for it is killed, the other picks it up."""
    builds, settings = Builds(tmp_path, server), dict[str, Any](base_url=batch_server.url, mode="batch", poll_s=0.2)
    batch_server.held = True
    first = builds.start("one", 20, **settings)
    wait_until(lambda: len(batch_server.batches) == 1)
    second = builds.start("two", 20, stage="translate@seed_tasks", **settings)
    assert second.stderr
    while "waiting for its responses" not in second.stderr.readline():
        assert second.poll() is None
    if killed:
        first.kill()
        first.communicate()
    batch_server.held = False
    ended(second)
    if not killed:
        ended(first)
        assert builds.transcript("one") == builds.transcript("two")
    assert [len(keys) for keys in batch_server.sent] == [20]
