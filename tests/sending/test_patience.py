"""How long a stage waits: for a whole reply, through a stop of its own, and not beyond the process that started it."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from seedbed.sending import patience
from seedbed.util.errors import UserError
from tests.harness import Project, Server, completion, reply_to
from tests.sending.conftest import Ask
from tests.sending.test_kill import PARENT, wait_until


@contextmanager
def dripping() -> Iterator[str]:
    """A server that sends a byte of its reply every tenth of a second, without end."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip(line: socket.socket) -> None:
        with line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")
            while not over.wait(0.1):
                try:
                    line.sendall(b" ")
                except OSError:
                    return

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(line,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    over.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_the_time_is_for_the_whole_reply_not_between_two_bytes(ask: Ask) -> None:
    with dripping() as url:
        began = time.monotonic()
        with pytest.raises(UserError, match=r"no whole reply within 1 s; raise servers\.mine\.timeout_s"):
            ask(("a",), base_url=url, timeout_s=1, max_retries=0)
        assert time.monotonic() - began < 20


def test_the_wait_for_a_place_in_the_minute_is_no_part_of_the_time(ask: Ask, server: Server) -> None:
    """Of sixty requests a minute the seventh has to wait for a second; the time of a reply is half of one."""
    server.fault = lambda body, number: (200, {}, completion(reply_to(body)))
    results = ask(tuple("abcdefgh"), requests_per_minute=60, max_concurrency=8, timeout_s=0.9, max_retries=0)
    assert all(result.failure is None for result in results)
    assert len(server.take()) == 8


def test_a_server_that_is_down_is_given_up_before_every_row_was_tried_often(ask: Ask, server: Server) -> None:
    server.fault = lambda body, number: (500, {}, b"{}")
    with pytest.raises(
        UserError, match=r"consecutive attempts in \d+ s failed, the last one with: HTTP 500.*run again when the"
    ):
        ask(tuple(f"row-{number}" for number in range(200)), max_concurrency=4, max_retries=1)
    assert 8 <= len(server.take()) < 200


def test_a_server_that_is_down_for_a_moment_is_waited_for(ask: Ask, server: Server) -> None:
    """As many attempts fail as all workers may make, in a shorter time than one request is tried for."""
    server.fault = lambda body, number: (500, {}, b"{}") if number <= 12 else None
    results = ask(tuple(f"row-{number}" for number in range(40)), max_concurrency=4, max_retries=2)
    assert all(result.failure is None for result in results)
    assert len(server.take()) == 52


@pytest.mark.slow
def test_answers_that_came_while_the_stage_was_stopped_are_read(counted: Project, server: Server) -> None:
    """A laptop that sleeps, a job that is suspended: nothing that lies in the sockets is asked again."""

    def late(body: dict[str, object], number: int) -> tuple[int, dict[str, str], bytes]:
        time.sleep(2)
        return 200, {}, completion(reply_to(body))

    server.fault = late
    counted.edit_params(lambda params: params["servers"]["stand-in"].update(max_concurrency=8, timeout_s=4))
    stage = subprocess.Popen(
        counted.stage_command("seed_tasks"), cwd=counted.root, env=counted.environment(), stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: len(server.log) == 8)
    stage.send_signal(signal.SIGSTOP)
    time.sleep(7)
    stage.send_signal(signal.SIGCONT)
    _, told = stage.communicate(timeout=60)
    assert stage.returncode == 0, told
    assert len(server.take()) == 8


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 500])
def test_an_orphan_tries_nothing_again(counted: Project, server: Server, status: int) -> None:
    server.fault = lambda body, number: (status, {}, b"{}")
    counted.edit_params(lambda params: params["servers"]["stand-in"].update(max_concurrency=8, max_retries=1000))
    command = [sys.executable, "-c", PARENT, *counted.stage_command("seed_tasks")]
    parent = subprocess.Popen(command, cwd=counted.root, env=counted.environment(), stderr=subprocess.DEVNULL)
    wait_until(lambda: len(server.log) >= 8)
    (stage,) = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    time.sleep(0.3)  # the stage looks ten times a second
    sent = len(server.log)
    psutil.wait_procs([stage], timeout=30)
    assert not stage.is_running()
    assert len(server.log) == sent


@pytest.mark.slow
def test_a_rate_limit_that_names_no_wait_is_waited_out_for_two_minutes(
    ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried on a clock that runs 25 times as fast; the tries of other faults would have been used up before."""
    assert patience._LIMITED_S > 125
    for name in ("_LIMITED_S", "_FIRST_WAIT_S", "_MOST_WAIT_S"):
        monkeypatch.setattr(patience, name, getattr(patience, name) / 25)
    began = time.monotonic()
    server.fault = lambda body, number: (429, {}, b"{}") if time.monotonic() - began < 125 / 25 else None
    blocks = {"translate": {"max_failed": 0}}
    (result,) = ask(("a",), blocks=blocks, max_retries=None)
    assert result.failure is None
    assert len(server.take()) < 20
