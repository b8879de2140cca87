"""Identify a process by its id and start time, since ids are reused.

On Linux that is counted in clock ticks since the machine started, which no setting of the clock changes.
"""

import ctypes
import signal
import sys
from pathlib import Path

import psutil

_STARTED = 19
"""The place of `starttime` in `/proc/<pid>/stat`, behind the name; see `man 5 proc_pid_stat`."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def start_of(pid: int) -> float:
    """Return when a process started: ticks since the machine started, or seconds where the system counts none.

    Raises:
        psutil.NoSuchProcess: there is none of this number.
    """
    try:
        return float(
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[_STARTED]
        )
    except (OSError, ValueError, IndexError):
        return psutil.Process(pid).create_time()


def boot() -> str:
    """Return what tells one start of the machine from another, within which ticks are counted; empty where nothing does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()[:8]
    except OSError:
        return ""


def is_alive(pid: int, start: float) -> bool:
    """Whether the identified process is still running."""
    try:
        return abs(start_of(pid) - start) < 1 and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Between fork and exec: have the kernel send this process a signal when the one that started it ends (Linux alone)."""
    _prctl(_PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Become the parent of what this process's descendants leave behind (Linux alone)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
