"""The `dvc` process that runs a stage. If `dvc` is killed, its child process keeps running and must notice."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from seedbed.sending.processes import boot, start_of
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError

_SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh"}


class Parent:
    """Remembers the process that started this one, past a shell in between.

    Args:
        itself: this process is no stage but a build of its own: a server that it starts ends with it.

    Attributes:
        build: names that process; all stages that one `dvc` runs are one build, whatever the clock is set to meanwhile.
        process: its id, and when it started.
    """

    def __init__(self, *, itself: bool = False) -> None:
        self._watched: list[psutil.Process] = []
        for process in [] if itself else psutil.Process().parents()[:2]:
            self._watched.append(process)
            if process.name() not in _SHELLS:
                break
        first = self._watched[-1] if self._watched else psutil.Process()
        self.process = (first.pid, start_of(first.pid))
        self.build = f"{first.pid}-{self.process[1]:.2f}-{boot()}"
        adopted = (
            "DVC_STAGE" in os.environ
            and os.getppid() == 1
            and not any(name in word for word in _words(1) for name in ("dvc", "seedbed"))
        )
        self._orphan = adopted

    def gone(self) -> bool:
        """Whether the process that started this one is gone: nothing more may be sent or written."""
        return self._orphan or not all(map(_alive, self._watched))

    def check(self) -> None:
        """Raise `UserError` where that process is gone."""
        if self.gone():
            raise UserError(
                "the dvc process that started this stage has ended; every response that arrived is kept, run again to continue"
            )


@contextmanager
def alone(stage: str, folder: Path, parent: Parent) -> Iterator[None]:
    """Wait until no other process runs this stage of this project, and keep others waiting; an orphan of a killed build leaves.

    Args:
        stage: e.g. `judge@good-vs-thin`.
        folder: of the machine's locks; made where it is missing.
        parent: who started this process.

    Raises:
        UserError: the other process runs for a day, or the process that started this one is gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    project = content_hash(str(Path.cwd()))[:12]  # others may have the store too: `seedbed.store.claims` is for them
    lock = FileLock(folder / f"{stage}-{project}.lock")
    for tries in range(24 * 60 * 60):
        with suppress(Timeout):
            lock.acquire(timeout=1)
            break
        parent.check()
        if tries == 0:
            print(f"{stage}: waiting for another process that runs this stage", file=sys.stderr)
    else:
        raise UserError(f"{stage}: another process has been running this stage for a day; stop it and run again")
    try:
        yield
    finally:
        lock.release()


def _words(pid: int) -> list[str]:
    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
