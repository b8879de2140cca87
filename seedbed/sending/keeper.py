"""The keeper: a small process that starts a server and stops it when the build ends.

`python -m seedbed.sending.keeper` reads what to start from standard input (a JSON object, see `Order`) and answers on
standard output with one JSON line once the server's process runs. It ends the server, and itself, when

- the build (the `dvc` process) is gone, however it ended;
- no stage has been connected to its socket for the idle limit: a stage's connection is its lease, which ends with the stage;
- the server has ended by itself;
- somebody ends the keeper: the server's process asks the kernel to be killed with it.

The server runs in a process group of its own, and orphans of it become the keeper's (a subreaper), so that workers which
a server leaves behind are ended too.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict

import psutil

from seedbed.sending.processes import adopt_orphans, die_with_parent, is_alive

_LOOK_S = 0.25
_GRACE_S = 3.0
"""Between asking a server to end and ending it."""
_FIRST_LEASE_S = 10.0
"""How long the stage that asked for the server may take to come for its lease."""


class Order(TypedDict):
    """The command to start, and the build that it belongs to.

    Attributes:
        command: the words of the command line, the port filled in.
        log: the file that the server's output goes to.
        socket: the socket on which stages take their leases.
        build: (process id, when it started) of the process with which the server must end.
        idle_s: seconds without a lease after which it ends.
    """

    command: list[str]
    log: str
    socket: str
    build: tuple[int, float]
    idle_s: float


def main() -> int:
    """Start the server, keep it, end it; return 0."""
    order: Order = json.loads(sys.stdin.readline())
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C is the stage's; the keeper ends with the build
    signal.signal(signal.SIGTERM, _stop)
    adopt_orphans()
    leases = socket.socket(socket.AF_UNIX)
    Path(order["socket"]).unlink(missing_ok=True)
    leases.bind(order["socket"])
    leases.listen(64)
    with Path(order["log"]).open("ab") as log:
        try:
            server = subprocess.Popen(
                order["command"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509, the keeper has no threads
            )
        except OSError as error:
            print(json.dumps({"error": f"{order['command'][0]}: {error.strerror}"}), flush=True)
            return 0
    print(json.dumps({"server": server.pid}), flush=True)
    try:
        _keep(leases, server, order)
    finally:
        _end(server)
        Path(order["socket"]).unlink(missing_ok=True)
    return 0


def _keep(leases: socket.socket, server: "subprocess.Popen[bytes]", order: Order) -> None:
    """Return when the server is no longer wanted, or no longer there."""
    watched = selectors.DefaultSelector()
    watched.register(leases, selectors.EVENT_READ)
    connections: set[socket.socket] = set()
    idle_since, idle_s = time.monotonic(), max(order["idle_s"], _FIRST_LEASE_S)
    while server.poll() is None and is_alive(*order["build"]):
        for key, _ in watched.select(_LOOK_S):
            if key.fileobj is leases:
                connection, _ = leases.accept()
                watched.register(connection, selectors.EVENT_READ)
                connections.add(connection)
                idle_s = order["idle_s"]
            elif isinstance(key.fileobj, socket.socket) and not _says_anything(key.fileobj):
                watched.unregister(key.fileobj)
                connections.discard(key.fileobj)
                key.fileobj.close()
                idle_since = time.monotonic()
        if not connections and time.monotonic() - idle_since > idle_s:
            return


def _says_anything(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(64))
    except OSError:
        return False


def _end(server: "subprocess.Popen[bytes]") -> None:
    """End the server, its process group, and what became ours when it ended."""
    ours = psutil.Process()
    for number, patience in ((signal.SIGTERM, _GRACE_S), (signal.SIGKILL, _GRACE_S)):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(server.pid, number)
        children = ours.children(recursive=True)
        for child in children:
            with suppress(psutil.Error):
                child.send_signal(number)
        _, alive = psutil.wait_procs(children, timeout=patience)
        if not alive:
            return


def _stop(number: int, frame: Any) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
