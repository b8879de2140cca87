"""The `dvc` process that runs a stage. A killed `dvc` leaves its child running: the child must notice."""

import os

import psutil

from seedbed.sending.processes import boot, start_of
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

    def check(self) -> None:
        """Raise `UserError` where the process that started this one is gone: nothing more may be sent or written."""
        if self._orphan or not all(map(_alive, self._watched)):
            raise UserError("the dvc that started this stage is gone; every response that arrived is kept, run again to go on")


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
