"""Servers started by the build: `servers.<id>.command` in `params.yaml`.

The stages of one build share a server: thirty matches are one load of a judge. See `seedbed.sending.keeper` for how it ends.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import psutil
from filelock import FileLock

from seedbed.project import paths
from seedbed.project.params_types import Server
from seedbed.sending.build_process import Parent
from seedbed.sending.processes import is_alive, start_of
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.safe_text import quoted

START_TIMEOUT_S = 600.0
IDLE_S = 60.0
_PORTS = 3
"""Ports that are tried: another process may take one between our look and the server's."""
_LOG_LINES = 8
_ENDED = "the server stopped before it answered"


@dataclass(frozen=True)
class Started:
    """A server that runs.

    Attributes:
        base_url: where it listens.
        keeper: (process id, start time) of the process that keeps it.
        server: its process id, which is its process group's too.
        log: its output.
    """

    base_url: str
    keeper: tuple[int, float]
    server: int
    log: Path

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return psutil.pid_exists(self.server) and is_alive(*self.keeper)


@contextmanager
def running(id: str, server: Server, model: str, parent: Parent) -> Iterator[Started]:
    """Have the server of `servers.<id>` run, started here or by an earlier stage of this build.

    Args:
        id: in `params.yaml`.
        server: its settings there, `command` among them.
        model: the model's name on the wire; the server must list it.
        parent: the build.

    Raises:
        UserError: the command cannot be run, ends early, or does not serve the model in time; with the end of its log.
    """
    folder = paths.servers()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise UserError(f"{folder}: this folder belongs to another user; set TMPDIR to a folder of your own")
    name = content_hash([id, server["command"], server.get("weights"), model, parent.build])[:16]
    with FileLock(folder / f"{name}.lock"):
        started, lease = _present(folder / f"{name}.json") or _start(folder, name, id, server, model, parent)
    stop = threading.Event()
    watcher = threading.Thread(target=_watch_keeper, args=(started, stop), daemon=True)
    watcher.start()
    try:
        yield started
    finally:
        stop.set()
        watcher.join()
        lease.close()


def log_tail(id: str, log: Path) -> str:
    """Return the last lines of a server's output, for messages."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_LOG_LINES:]
    except OSError:
        lines = []
    shown = "".join(f"\n  {quoted(line)[:200]}" for line in lines)
    return f"servers.{id}.command printed last:{shown}" if shown else f"servers.{id}.command printed nothing"


def _start(folder: Path, name: str, id: str, server: Server, model: str, parent: Parent) -> tuple[Started, socket.socket]:
    """Start a server; return it and our lease, which is taken before the wait: loading may take longer than the idle limit."""
    log = folder / f"{name}.log"
    log.write_bytes(b"")
    for _ in range(_PORTS):
        port = _free_port()
        path = folder / f"{name}-{port}.sock"  # each keeper has its own, since one that ends takes its socket away
        keeper, pid = _start_keeper(path, id, server, model, parent, port, log)
        started = Started(f"http://127.0.0.1:{port}/v1", keeper, pid, log)
        try:
            lease = _lease(path)
            problem = _wait(started, model, server.get("start_timeout_s", START_TIMEOUT_S), parent) if lease else _ENDED
        except BaseException:
            _end(started)
            raise
        if lease and problem is None:
            record = {"base_url": started.base_url, "keeper": keeper, "server": pid, "log": str(log), "socket": str(path)}
            (folder / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
            return started, lease
        _end(started)
        if "address already in use" not in log.read_text(encoding="utf-8", errors="replace").lower():
            raise UserError(f"servers.{id}: {problem}; {log_tail(id, log)}")
    raise UserError(f"servers.{id}: no free port found in {_PORTS} attempts; {log_tail(id, log)}")


def _start_keeper(
    path: Path, id: str, server: Server, model: str, parent: Parent, port: int, log: Path
) -> tuple[tuple[int, float], int]:
    values = {"port": str(port), "model": model, "weights": server.get("weights", "")}
    values |= {"base": server.get("base", ""), "revision": server.get("revision", "")}
    try:
        words = [word.format(**values) for word in shlex.split(server["command"])]
    except (ValueError, KeyError, IndexError) as error:
        raise UserError(
            f"servers.{id}.command: {error}; expected a command line with the placeholders {{port}}, {{model}} and "
            f"{{weights}} in it"
        ) from None
    order = {
        "command": words,
        "log": str(log),
        "socket": str(path),
        "build": parent.process,
        "idle_s": server.get("idle_s", IDLE_S),
    }
    keeper = subprocess.Popen(
        [sys.executable, "-m", "seedbed.sending.keeper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert keeper.stdin
    assert keeper.stdout
    keeper.stdin.write(json.dumps(order) + "\n")
    keeper.stdin.close()
    answer = json.loads(keeper.stdout.readline() or '{"error": "the keeper ended at once"}')
    if "error" in answer:
        raise UserError(f"servers.{id}.command cannot be run: {answer['error']}; install it, or give its full path")
    return (keeper.pid, start_of(keeper.pid)), answer["server"]


def _wait(started: Started, model: str, timeout_s: float, parent: Parent) -> str | None:
    """Wait until the server lists its model; return what is wrong where it does not."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        parent.check()
        if not started.alive:
            return _ENDED
        models = listed_models(started.base_url)
        if models is not None:
            if not models or model in models:
                return None
            listed = quoted(", ".join(models[:5]))
            return f"the server lists {listed}, but not the model {model!r}; serve it under this name, or use a listed name"
        time.sleep(0.2)
    return f"the server did not answer within {timeout_s:g} s (start_timeout_s)"


def listed_models(base_url: str) -> list[str] | None:
    """Return the models that a server lists; None where it does not answer (yet), an empty list where it lists none."""
    try:
        with build_opener(ProxyHandler({})).open(f"{base_url}/models", timeout=5) as reply:
            body: Any = json.loads(reply.read(1_000_000))
        return [str(entry["id"]) for entry in body.get("data", [])]
    except (URLError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _present(record: Path) -> tuple[Started, socket.socket] | None:
    """Return the server that an earlier stage of this build left running, and our lease; None where there is none."""
    try:
        record_fields = json.loads(record.read_text(encoding="utf-8"))
        started = Started(
            record_fields["base_url"], tuple(record_fields["keeper"]), record_fields["server"], Path(record_fields["log"])
        )
        path = Path(record_fields["socket"])
    except (OSError, ValueError, KeyError):
        return None
    lease = _lease(path) if started.alive else None
    if lease is None or listed_models(started.base_url) is None:
        return None
    return started, lease


def _lease(path: Path) -> socket.socket | None:
    """Connect to a keeper; None where it has ended."""
    lease = socket.socket(socket.AF_UNIX)
    try:
        lease.connect(str(path))
    except OSError:
        lease.close()
        return None
    return lease


def _watch_keeper(started: Started, stop: threading.Event) -> None:
    """Wait until the stage is done or the keeper is gone; in the latter case end what the keeper can no longer end."""
    while is_alive(*started.keeper):
        if stop.wait(0.5):
            break
    if not is_alive(*started.keeper):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(started.server, signal.SIGKILL)


def _end(started: Started) -> None:
    with suppress(psutil.Error):
        keeper = psutil.Process(started.keeper[0])
        keeper.terminate()
        keeper.wait(10)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(started.server, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
