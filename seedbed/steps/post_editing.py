"""post_edit: the translated row after the person's edit, with its status; and the same form without any edit.

{"category":"fermi","id":"fermi-01","made_by":{…},"status":"edited","text":"大阪市内に…"}
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from seedbed.project.corpora import columns_of, status_of
from seedbed.project.row_types import Edit, Edited, Fields, Standing, Status, Translated
from seedbed.project.sign_off import is_confirmed
from seedbed.steps.origin import Name, Origin
from seedbed.util.errors import UserError

_APPLIED = {"edited", "outdated", "approved"}


def edited(
    translated: Sequence[Translated], edits: Mapping[str, Edit], kind: str, unreviewed: str, require: str = "edited"
) -> Iterator[Edited]:
    """Yield the rows that stay, in order. One that a person rejected does not, whatever the settings are.

    Args:
        translated: rows of `translate`; one without a translation is dropped.
        edits: the edits, by row id.
        kind: `task` or `question`.
        unreviewed: `use`, `drop` or `fail`: what is done with a row that is not reviewed as `require` has it. `use` takes the
            edit where one holds, else the machine's text.
        require: `edited` (or approved), or `confirmed`, by a second person.

    Raises:
        UserError: a row waits for review, and `unreviewed` is `fail`.
    """
    kept: list[tuple[Translated, Fields, Status, bool]] = []
    for row in translated:
        status = status_of(row, edits.get(row["id"]))
        if row["translation"] is not None and status != "rejected":
            kept.append((row, row["translation"], status, is_accepted(row, edits.get(row["id"]), require)))
    waiting = [(row["id"], status) for row, _, status, accepted in kept if not accepted]
    if waiting and unreviewed == "fail":
        id, status = waiting[0]
        more = f", {len(waiting) - 1} more are not reviewed" if len(waiting) > 1 else ""
        words = f"{status} and not confirmed by a second person" if status in _APPLIED else status
        raise UserError(
            f"row {id!r} is {words}{more}, and post_edit.unreviewed is 'fail': review it with `seedbed review`, or set "
            "post_edit.unreviewed to use or drop"
        )
    for row, translation, status, accepted in kept:
        if not accepted and unreviewed == "drop":
            continue
        edit = edits.get(row["id"])
        fields = edit["fields"] if edit and status in _APPLIED else translation
        if fields.keys() != translation.keys():
            raise UserError(
                f"edit {row['id']!r}: fields: expected {', '.join(translation)}, found {', '.join(fields)}; edit the row again"
            )
        yield _row(row, fields, kind, status)


def is_accepted(row: Translated, edit: Edit | None, require: str) -> bool:
    """Whether a row is reviewed as `post_edit.require` has it; one that nobody has to translate always is."""
    status = status_of(row, edit)
    return status == "original" or (status in _APPLIED and (require == "edited" or is_confirmed(row, edit)))


def as_translated(translated: Iterable[Translated], kind: str) -> Iterator[Edited]:
    """Yield the rows as the machine translated them, in the form of edited ones; one without a translation is dropped."""
    for row in translated:
        if row["translation"] is not None:
            yield _row(row, row["translation"], kind, "original" if row["made_by"] is None else "unreviewed")


def origin(id: str, status: Standing, corpus: str) -> Origin:
    """Return the origin of an edited row of `corpus` with this status; of a stale edit too, which was set aside."""
    before = "source" if status == "original" else "translation"
    kinds = [before] if status in ("original", "unreviewed") else ["edit", before]
    return Origin(tuple(Name(kind, f"{corpus}/{id}") for kind in kinds))


def _row(row: Translated, fields: Fields, kind: str, status: Status) -> Edited:
    dropped = ("language", "source", "translation", "failure", "request")
    rest = {name: value for name, value in row.items() if name not in dropped}
    # The benchmark's page shows a question's source, and reads the edited questions alone.
    source = {"source": row["source"]} if kind == "question" and row["made_by"] is not None else {}
    return cast(Edited, rest | source | columns_of(fields, kind) | {"status": status})
