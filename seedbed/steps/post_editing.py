"""The translated row after the person's edit, with its status."""

from collections.abc import Iterator

from seedbed.project.corpora import FIELDS, status_of
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

_APPLIED = {"edited", "outdated", "approved"}
_NOT_REVIEWED = {"unreviewed", "stale"}


def edited(translated: list[Row], edits: dict[str, Row], kind: str, unreviewed: str) -> Iterator[Row]:
    """Yield the rows that stay, in order.

    Args:
        translated: rows of `translate`; one without a translation is dropped.
        edits: the edits, by row id.
        kind: `task` or `question`.
        unreviewed: `use`, `drop` or `fail`: what becomes of a row without an edit that holds.
    """
    found = [(row, status_of(row, edits.get(row["id"]))) for row in translated if row["translation"] is not None]
    waiting = [(row["id"], status) for row, status in found if status in _NOT_REVIEWED]
    if waiting and unreviewed == "fail":
        id, status = waiting[0]
        more = f", {len(waiting) - 1} more are not reviewed" if len(waiting) > 1 else ""
        raise UserError(
            f"row {id!r} is {status}{more}, and post_edit.unreviewed is 'fail': review with `seedbed review`, "
            "or set it to use or drop"
        )
    for row, status in found:
        edit = edits.get(row["id"])
        if status in _NOT_REVIEWED and unreviewed == "drop":
            continue
        fields = edit["fields"] if edit and status in _APPLIED else row["translation"]
        rest = {name: value for name, value in row.items() if name not in ("source", "translation", "failure")}
        yield rest | {name: fields[name] for name in FIELDS[kind]} | {"status": status}
