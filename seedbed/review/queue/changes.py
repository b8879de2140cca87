"""Which rows people have changed since a day or a commit, as git has it.

An edit says neither when it was made nor when it was last changed, so the commits are asked: a row has changed where its line
among the edits, or among what people wrote, is not what it was then. The machine texts are not in git: a new one of them is
seen in the status of its row, not here.
"""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from seedbed.util.canonical import parse_json
from seedbed.util.git import file_at, git_text
from seedbed.util.rows import Row

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PATIENCE_S = 20
NOTHING = "nothing"
"""The commit before the first."""


class NoSuchTime(Exception):
    """A text names neither a day nor a commit of this project; its one argument is a key of `texts.yaml`."""


def commit_at(since: str) -> str:
    """Return the commit that a revision names, or the last one before a day began; `NOTHING` where there was none yet.

    Args:
        since: `YYYY-MM-DD`, by this machine's clock, or what git calls a revision, e.g. `HEAD~3`.

    Raises:
        NoSuchTime: there is no such commit, or no git.
    """
    if git_text("rev-parse", "--is-inside-work-tree", timeout_s=_PATIENCE_S) is None:
        raise NoSuchTime("changed_no_git")
    if _DAY.fullmatch(since):
        try:
            date.fromisoformat(since)
        except ValueError:
            raise NoSuchTime("changed_unknown") from None
        head = git_text("rev-parse", "--verify", "--quiet", "HEAD", timeout_s=_PATIENCE_S)
        if head is None:
            return NOTHING
        commit = git_text("rev-list", "-1", f"--before={since}T00:00:00", "HEAD", timeout_s=_PATIENCE_S)
        return (commit or "").strip() or NOTHING
    found = git_text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}", timeout_s=_PATIENCE_S)
    if found is None:
        raise NoSuchTime("changed_unknown")
    return found.strip()


def changed_since(commit: str, files: Iterable[Path]) -> set[str]:
    """Return the ids of the rows whose line in one of `files` is another one now than in a commit, or was not there."""
    changed = set()
    for path in files:
        old = b"" if commit == NOTHING else file_at(commit, path) or b""
        new = path.read_bytes() if path.is_file() else b""
        changed |= _ids(set(old.splitlines()) ^ set(new.splitlines()))
    return changed


def _ids(lines: Iterable[bytes]) -> set[str]:
    rows = []
    for line in lines:
        try:
            rows.append(parse_json(line.decode()))
        except ValueError:  # what was once committed need not be valid
            continue
    return {_id(row) for row in rows if isinstance(row, dict)}


def _id(row: Row) -> str:
    return str(row.get("id"))
