"""Which version a file is of: the commit that last touched it, and whether it was changed since."""

import subprocess
from pathlib import Path


def version_of(path: Path) -> str | None:
    """Return a file's last commit and whether the working tree differs from it; None where git cannot tell."""
    log = _git("log", "-1", "--format=%h, %as, %s", "--", str(path))
    if log is None:
        return None
    if not log.strip():
        return "not committed yet"
    changed = _git("status", "--porcelain", "--", str(path))
    return log.strip() + (", and changed in the working tree" if changed and changed.strip() else "")


def _git(*args: str) -> str | None:
    try:
        done = subprocess.run(["git", *args], capture_output=True, check=False)
    except OSError:
        return None
    return None if done.returncode else done.stdout.decode(errors="replace")
