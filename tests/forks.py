"""Commands of a project, run in forks of one process that has imported what they need: each saves a second of imports.

A fork has its own folder, environment and output, as any process has. What it cannot try is left to a new process: programs
that are not Python's, and a locale or settings that Python reads as it starts.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import psutil

PROGRAMS = {"seedbed": "seedbed.cli", "dvc": "dvc.cli"}
DVC = (
    "dvc.cachemgr",
    "dvc.cli.parser",
    "dvc.dvcfile",
    "dvc.fs",
    "dvc.repo.reproduce",
    "dvc.repo.status",
    "dvc.scm",
    "dvc_http",
)
LEFT_OUT = ("seedbed.review", "seedbed.training")
"""Parts of seedbed that few commands need."""


class Forks:
    """Runs commands, one at a time. Its process ends with this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = _settings(os.environ)

    def run(self, command: list[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str] | None:
        """Run a command to its end.

        Args:
            command: `dvc …`, `seedbed …` or `python -m module …`.
            folder: where it runs.
            env: its whole environment.

        Returns:
            What came of it; None where it needs a new process, or another command is running.
        """
        if not _can_run(command, env) or _settings(env) != self._settings:
            return None
        if not self._lock.acquire(blocking=False):
            return None
        try:
            with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
                code = self._ask(json.dumps([command, str(folder), env]), [out.fileno(), err.fileno()])
                for file in (out, err):
                    file.seek(0)
                return subprocess.CompletedProcess(command, code, out.read().decode(), err.read().decode())
        finally:
            self._lock.release()

    def _ask(self, request: str, outputs: list[int]) -> int:
        """Have a command run; return its exit code, negative for a signal."""
        if self._socket is None:
            self._socket, self._process = _start()
            atexit.register(self._end)
        try:
            socket.send_fds(self._socket, [f"{request}\n".encode()], outputs)
            return int(self._socket.recv(64))
        except BaseException:  # a test that is given up: the exit code of its command must not reach the next one
            self._end()
            raise

    def _end(self) -> None:
        """End the process, and what runs in it; the next command starts another."""
        atexit.unregister(self._end)
        asked, process = self._socket, self._process
        self._socket = self._process = None  # first: what follows may be given up too
        if asked and process:
            with suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        child.kill()
            process.kill()
            process.wait()
            asked.close()


def _settings(env: Mapping[str, str]) -> dict[str, str]:
    """Return what Python reads of an environment as it starts; `PYTHONPATH` is none of a project's commands."""
    return {name: env[name] for name in env if name.startswith(("PYTHON", "LC_", "LANG")) and name != "PYTHONPATH"}


def _can_run(command: list[str], env: dict[str, str]) -> bool:
    """Whether it is a command of this Python, and none that chooses how Python starts."""
    name, *arguments = command
    found = shutil.which(name, path=env["PATH"])
    if found is None or Path(found).parent != Path(sys.executable).parent:
        return False
    if name in PROGRAMS:
        return True
    module = arguments[1].partition(".")[0] if arguments[:1] == ["-m"] else ""
    return Path(name).name.startswith("python") and (module == "stages" or arguments[0].endswith(".py"))


def _start() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Start the process that forks; return the socket on which it is asked, and the process."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            cwd="/",
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    return ours, process


def _serve(connection: socket.socket) -> None:
    """Fork for each request, until the other end is closed."""
    while True:
        request, outputs, *_ = socket.recv_fds(connection, 1 << 20, 2)
        if not request:
            return
        while not request.endswith(b"\n"):
            request += connection.recv(1 << 20)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # numpy's idle threads stay behind
            child = os.fork()
        if child == 0:
            connection.close()
            command, folder, env = json.loads(request)
            _become(command, folder, env, outputs)
        for output in outputs:
            os.close(output)
        _, status = os.waitpid(child, 0)
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _become(command: list[str], folder: str, env: dict[str, str], outputs: list[int]) -> NoReturn:
    """Run a command as a Python that was started for it would, and exit."""
    for number, output in enumerate(outputs, 1):
        os.dup2(output, number)
        os.close(output)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    name, *arguments = command
    code: object = 0
    try:
        if name in PROGRAMS:
            sys.path[0] = str(Path(sys.executable).parent)
            sys.argv = [name, *arguments]
            code = importlib.import_module(PROGRAMS[name]).main()
        else:
            module = arguments[1] if arguments[0] == "-m" else None
            sys.argv = arguments[1:] if module else arguments
            sys.path[0] = folder if module else str(Path(arguments[0]).parent)
            if module:
                runpy.run_module(module, run_name="__main__", alter_sys=True)
            else:
                runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    if not isinstance(code, int | None):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code or 0)


def _import_all() -> None:
    """Import what commands need, and run nothing of it."""
    sys.path[0] = str(Path(__file__).parent.parent)
    import seedbed
    from tests.dvc_yaml import parse_each_text_once

    parse_each_text_once()
    for module in pkgutil.walk_packages(seedbed.__path__, "seedbed."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
    for name in (*PROGRAMS.values(), *DVC):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _import_all()
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        _serve(asked)
    os._exit(0)  # taking down what was imported would take its time
