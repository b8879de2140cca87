"""Run git: output, content of a commit, version of a file."""

import subprocess
from pathlib import Path

from seedbed.util.errors import UserError


def git(*args: str, timeout_s: float | None = None) -> bytes | None:
    """Return what a git command prints; None where it fails or takes too long, or where this machine has no git."""
    try:
        done = _run(args, timeout_s)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout


def git_text(*args: str, timeout_s: float | None = None) -> str | None:
    """Return what a git command prints as text, bytes that are not UTF-8 replaced; None as in `git`."""
    printed = git(*args, timeout_s=timeout_s)
    return None if printed is None else printed.decode(errors="replace")


def git_or_error(*args: str) -> bytes:
    """Return what a git command prints.

    Raises:
        UserError: it fails, with the first line of what git says, or this machine has no git.
    """
    try:
        done = _run(args)
    except OSError as error:
        raise UserError(f"git cannot be run ({error}); install git, or add it to PATH") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().partition("\n")[0].removeprefix("fatal: ")
        raise UserError(f"git {args[0]}: {words}; run this in a git checkout")
    return done.stdout


def file_at(revision: str, path: Path | str) -> bytes | None:
    """Return a file as a commit holds it; None where it holds none, or there is no such commit.

    Args:
        revision: a commit's hash, or a name such as `HEAD`.
        path: relative to the working directory.
    """
    return git("cat-file", "blob", f"{revision}:./{Path(path).as_posix()}")


def version_of(path: Path) -> str | None:
    """Return a file's last commit and whether the working tree differs from it; None where git cannot tell."""
    log = git_text("log", "-1", "--format=%h, %as, %s", "--", str(path))
    if log is None:
        return None
    if not log.strip():
        return "not committed yet"
    changed = git("status", "--porcelain", "--", str(path))
    return log.strip() + (", and changed in the working tree" if changed and changed.strip() else "")


def _run(args: tuple[str, ...], timeout_s: float | None = None) -> "subprocess.CompletedProcess[bytes]":
    # A look at the repository takes no lock that a commit of the user's may be waiting for.
    return subprocess.run(["git", "--no-optional-locks", *args], capture_output=True, check=False, timeout=timeout_s)
