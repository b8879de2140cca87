"""The earlier versions of one row, from the commits that touched its line."""

from pathlib import Path
from typing import NamedTuple

from seedbed.util.canonical import parse_json
from seedbed.util.git import git_text
from seedbed.util.rows import Row

_MOST = 30
_PATIENCE_S = 20


class Version(NamedTuple):
    """One commit's word on a row.

    Attributes:
        commit: its hash, shortened.
        author: its author's name.
        date: `YYYY-MM-DD`.
        edit: the row as that commit left it; None where it removed it.
    """

    commit: str
    author: str
    date: str
    edit: Row | None


def versions(path: Path, id: str) -> list[Version] | None:
    """Return what the last commits made of the line of `id` in `path`, the newest first; None where there is no git.

    Args:
        path: a file of edits.
        id: the row's, letters, digits, - and _.
    """
    listed = ("log", f"--max-count={_MOST}", "-G", f'"id":"{id}"', "--format=%h%x00%an%x00%as", "--", str(path))
    log = git_text(*listed, timeout_s=_PATIENCE_S)
    if log is None:
        return None
    shown: list[Version] = []
    for line in log.splitlines():
        commit, author, date = line.split("\0")
        text = git_text("show", "--no-textconv", f"{commit}:./{path.as_posix()}", timeout_s=_PATIENCE_S)
        shown.append(Version(commit, author, date, _row(text or "", id)))
    return shown


def _row(text: str, id: str) -> Row | None:
    for line in text.splitlines():
        if f'"id":"{id}"' in line:
            try:
                row = parse_json(line)
            except ValueError:
                continue
            if isinstance(row, dict) and row.get("id") == id and isinstance(row.get("fields"), dict):
                return row
    return None
