"""Which process is meant by a number that the system gives to another one later: the number, and when it started.

On Linux that is counted in clock ticks since the machine started, which no setting of the clock changes.
"""

from pathlib import Path

import psutil

_STARTED = 19
"""The place of `starttime` in `/proc/<pid>/stat`, behind the name; see `man 5 proc_pid_stat`."""


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
    """Whether a process is the one that was meant, and runs."""
    try:
        return abs(start_of(pid) - start) < 1 and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
