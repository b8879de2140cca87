"""post_edit: the translated row after the person's edit, with its status; and the same form without any edit.

{"category":"fermi","id":"fermi-01","made_by":{…},"status":"edited","text":"大阪市内に…"}
"""

from collections.abc import Iterable, Iterator

from seedbed.project.corpora import FIELDS, status_of
from seedbed.steps.origin import Name, Origin
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

    Raises:
        UserError: a row waits for review, and `unreviewed` is `fail`.
    """
    reviewed = [(row, status_of(row, edits.get(row["id"]))) for row in translated if row["translation"] is not None]
    waiting = [(row["id"], status) for row, status in reviewed if status in _NOT_REVIEWED]
    if waiting and unreviewed == "fail":
        id, status = waiting[0]
        more = f", {len(waiting) - 1} more are not reviewed" if len(waiting) > 1 else ""
        raise UserError(
            f"row {id!r} is {status}{more}, and post_edit.unreviewed is 'fail': review with `seedbed review`, "
            "or set it to use or drop"
        )
    for row, status in reviewed:
        edit = edits.get(row["id"])
        if status in _NOT_REVIEWED and unreviewed == "drop":
            continue
        fields = edit["fields"] if edit and status in _APPLIED else row["translation"]
        yield _row(row, fields, kind, status)


def as_translated(translated: Iterable[Row], kind: str) -> Iterator[Row]:
    """Yield the rows as the machine translated them, in the form of edited ones; one without a translation is dropped."""
    for row in translated:
        if row["translation"] is not None:
            yield _row(row, row["translation"], kind, "original" if row["made_by"] is None else "unreviewed")


def origin(row: Row, corpus: str) -> Origin:
    """Return what an edited row of `corpus` came of; of a stale edit too, which was set aside."""
    before = "source" if row["status"] == "original" else "translation"
    kinds = [before] if row["status"] in ("original", "unreviewed") else ["edit", before]
    return Origin(tuple(Name(kind, f"{corpus}/{row['id']}") for kind in kinds))


def _row(row: Row, fields: Row, kind: str, status: str) -> Row:
    rest = {name: value for name, value in row.items() if name not in ("source", "translation", "failure")}
    return rest | {name: fields[name] for name in FIELDS[kind]} | {"status": status}
