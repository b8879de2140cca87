"""`template.lock`: the git hash of each file of the template that the project was last brought to."""

import json
from pathlib import Path

from seedbed.util.errors import UserError

LOCK = "template.lock"
READ_BY_STAGES = ("stages/", "schemas/", "queries/")
"""Folders of the template without whose files a build fails."""
_FIRST = Path(__file__).parent / "first_template.json"
"""The template of projects that are older than `template.lock`."""


def recorded_files() -> dict[str, str]:
    """Return the git hash of each file of the template that the project was last brought to.

    Raises:
        UserError: the file is not what `seedbed init` wrote.
    """
    path = Path(LOCK) if Path(LOCK).is_file() else _FIRST
    try:
        files: dict[str, str] = dict(json.loads(path.read_text(encoding="utf-8"))["files"])
    except (ValueError, KeyError, TypeError):
        raise UserError(
            f"{path}: not what `seedbed init` wrote; `git checkout {path}` restores it, in a merge with --ours, and "
            "`seedbed upgrade` then brings it up to date"
        ) from None
    return files


def missing_files() -> list[str]:
    """Return the template's files that the project lacks and a build reads; none of a project without `template.lock`."""
    known = recorded_files() if Path(LOCK).is_file() else {}
    return [path for path in known if path.startswith(READ_BY_STAGES) and not Path(path).is_file()]
