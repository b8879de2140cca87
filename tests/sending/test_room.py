"""A disk that is full: nothing that was paid for is lost, and the sentence about it is true."""

import errno
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seedbed.exchange.requests import Request, request_of
from seedbed.exchange.responses import from_chat_completion
from seedbed.sending.room import Room, spill, take_spilled
from seedbed.store.store import Store
from seedbed.util.canonical import canonical, content_hash, parse_json
from seedbed.util.rows import write_rows
from tests.harness import NO_BYTECODE, Project, Server, completion, reply_to

LIMITED = (
    "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)
"""Runs a command whose files may not grow beyond some bytes, as on a disk that is full."""
MIB = 2**20


def run_stage(project: Project, store: Path, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    command = project.stage_command("seed_tasks")
    if limit is not None:
        command = [sys.executable, "-c", LIMITED, str(limit), *command]
    env = project.environment() | NO_BYTECODE | {"SEEDBED_STORE": str(store)}
    return subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False)


def prepare(project: Project, server: Server, size: int, rows: int, **settings: Any) -> None:
    """Let the server write replies of a size, which are of no use but are paid for; the rows may all fail."""

    def answer(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.02)
        return 200, {}, completion(reply_to(body) + "x" * size)

    server.fault = answer
    seeds = project.rows("data/seed_tasks.en.jsonl")[:1]
    project.write_rows(
        "data/seed_tasks.en.jsonl", [{**seeds[0], "id": f"task-{n}", "instruction": f"Name {n} lakes."} for n in range(rows)]
    )

    def change(params: Any) -> None:
        params["servers"]["stand-in"].update(settings)
        params["translate"].update(max_attempts=1, max_failed=1)

    project.edit_params(change)


@pytest.mark.slow
def test_what_the_store_cannot_take_is_taken_by_the_next_run(counted: Project, server: Server, tmp_path: Path) -> None:
    """The store's files reach their limit in the middle; every answer is paid for once."""
    store = tmp_path / "disk" / "store.sqlite"
    prepare(counted, server, 100_000, 30, max_concurrency=4)
    done = run_stage(counted, store, limit=3 * MIB // 2)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    spilt = list(store.parent.glob("store.sqlite.spill-*.jsonl"))
    assert len(spilt) == 1
    assert f"kept in {spilt[0]}, which the next run adds to the store" in done.stderr.replace("\n", " ")
    first = len(server.take())
    assert 4 < first < 30
    again = run_stage(counted, store)
    assert "of an earlier run added to the store" in again.stderr
    assert again.returncode == 0, again.stderr
    assert first + len(server.take()) == 30
    assert not list(store.parent.glob("*.spill-*"))


def test_nothing_is_sent_where_there_is_no_room_for_an_answer(counted: Project, server: Server, tmp_path: Path) -> None:
    store = tmp_path / "disk" / "store.sqlite"
    prepare(counted, server, 10, 8)
    done = run_stage(counted, store, limit=MIB // 4)
    assert f"the disk of {store} is full; nothing more was sent: free some space and run again" in done.stderr
    assert server.take() == []


@pytest.mark.slow
def test_where_room_is_short_one_request_goes_at_a_time(counted: Project, server: Server, tmp_path: Path) -> None:
    store = tmp_path / "disk" / "store.sqlite"
    prepare(counted, server, 10, 8, max_concurrency=8)
    done = run_stage(counted, store, limit=MIB)
    assert "little disk space left" in done.stderr
    assert done.returncode == 0, done.stderr
    assert len(server.take()) == 8


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 20 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", folder], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here: that takes root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("filled_by", ["another", "the store"])
def test_a_disk_that_fills_up(counted: Project, server: Server, small_disk: Path, filled_by: str) -> None:
    """Run over and over, with room made in the end, a build pays once for each of its answers."""
    rows, store = 60, small_disk / "disk" / "store.sqlite"
    prepare(counted, server, 600_000 if filled_by == "the store" else 1000, rows, max_concurrency=16)
    if filled_by == "another":
        plain = server.fault

        def answer(body: dict[str, Any], number: int) -> Any:
            if number == 20:
                fill(small_disk / "filler")
            return plain(body, number)

        server.fault = answer
    for _ in range(3):
        done = run_stage(counted, store)
        assert done.returncode == 1
        assert "is full" in done.stderr
        assert "Traceback" not in done.stderr
        if filled_by == "another":
            fill(small_disk / "filler")  # what the run gave back at its end, too
    (small_disk / "filler").unlink(missing_ok=True)
    subprocess.run(["mount", "-o", "remount,size=80m", small_disk], check=True)
    assert run_stage(counted, store).returncode == 0
    assert len(server.take()) == rows


def fill(path: Path) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT)
    size = 2**20
    while size:
        try:
            os.write(number, bytes(size))
        except OSError:
            size //= 2
    os.close(number)


@pytest.fixture
def exchange() -> tuple[Request, dict[str, Any]]:
    content: dict[str, Any] = {"endpoint": "e", "model": "m", "messages": [{"role": "user", "content": "?"}]}
    content |= {"params": {}, "reply": None, "sample": 1, "slot": None, "attempt": 1}
    return request_of(content_hash(content), content), from_chat_completion(parse_json(completion("\x1b[2Jよい").decode()))


def test_standard_error_is_the_last_resort(
    exchange: tuple[Request, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, of which `seedbed store import` makes the answer again, and nothing in it drives the terminal."""
    monkeypatch.setattr(tempfile, "tempdir", "/proc/none")
    request, response = exchange
    assert "run `seedbed store import FILE`" in spill(Path("/proc/none/store.sqlite"), "judge@a", request, response)
    line = capsys.readouterr().err
    assert "\x1b" not in line
    assert json.loads(line) == {"id": "judge@a", "key": request.key, "request": request.content, "response": response}


def test_spilt_answers_of_a_process_at_work_are_left(exchange: tuple[Request, dict[str, Any]], tmp_path: Path) -> None:
    request, response = exchange
    spill(tmp_path / "store.sqlite", "judge@a", request, response)
    (mine,) = tmp_path.glob("*.spill-*")
    others = mine.with_name(f"store.sqlite.spill-{os.getppid()}.jsonl")
    mine.rename(others)
    with Store(tmp_path / "store.sqlite") as store:
        assert take_spilled(store) == 0
        others.rename(mine)
        with mine.open("a") as file:
            file.write('{"id": "judge@a", "ke')  # cut where the process was killed
        assert take_spilled(store) == 1
        assert take_spilled(store) == 0
        assert canonical(store.get([request.key])[request.key]) == canonical(response)
    assert [path.suffix for path in tmp_path.glob("*.spill-*")] == [".cut"]


def test_held_room_leaves_no_file(tmp_path: Path) -> None:
    room = Room(tmp_path / "store.sqlite")
    assert room.hold(8) == 8
    assert list(tmp_path.iterdir()) == []
    room.give_up()


def test_an_output_without_room_is_a_sentence(tmp_path: Path) -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "from pathlib import Path\n"
        "from seedbed.util.errors import run\n"
        "from seedbed.util.rows import write_rows\n"
        "run(lambda: write_rows(Path('out.jsonl'), ({'id': str(n) * 100} for n in range(1000)), None))\n"
    )
    env = os.environ | NO_BYTECODE
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: out.jsonl: cannot be written ({os.strerror(errno.EFBIG)}); free some space and run")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_link_where_a_file_is_begun_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / ".out.jsonl.part").symlink_to(victim)
    write_rows(tmp_path / "out.jsonl", [{"id": "a"}], None)
    assert victim.read_text() == "mine"
    assert (tmp_path / "out.jsonl").read_text() == '{"id":"a"}\n'
    assert not (tmp_path / "out.jsonl").is_symlink()
