"""The cells of a worksheet: one row of a corpus, as a translator gets it."""

from collections.abc import Iterable, Mapping, Sequence

from seedbed.project.corpora import field_names
from seedbed.review.queue.worklist import Item, revision_of
from seedbed.review.sheets.workbook import MOST_CHARACTERS, Column, fits_in_cell
from seedbed.review.texts import say_reason
from seedbed.util.canonical import content_hash
from seedbed.util.line_ends import to_lf

APPROVE = "approve"
"""What a translator writes to take a text as it is."""
CONFIRM = "confirm"
"""What a second person writes to sign what another one edited or approved."""
REJECT = "reject"
"""What a person writes, with a reason beside it, to take a row out of the build."""
LATER = ("edited by", "confirmed by", "reason")
"""Columns that a file of an earlier version lacks; it is read as it is."""
HASHES = ("source_hash", "machine_hash", "edit_hash", "sheet_hash")
"""The hidden columns: what the row was made on, and what was exported."""


def fields_in(items: Iterable[Item], kind: str) -> tuple[str, ...]:
    """Return the fields that rows of `kind` have, in order: every field that some question has, where some have follow-ups."""
    return field_names({name: "" for item in items for name in item.row["source"]}, kind)


def columns(names: Sequence[str]) -> list[Column]:
    """Return the columns of a corpus with these fields, in order."""
    fields = [
        Column(f"{name}: {what}", 45, editable=what == "edit") for name in names for what in ("source", "machine", "edit")
    ]
    return [
        *(Column("id", 20), Column("status", 12), Column("reasons", 40), *fields),
        Column("decision", 11, editable=True, choices=(APPROVE, CONFIRM, REJECT)),
        *(Column("reason", 30, editable=True), Column("note", 30, editable=True), Column("notice", 40)),
        *(Column("edited by", 12), Column("confirmed by", 12)),
        *(Column(name, 12, hidden=True) for name in HASHES),
    ]


def cells_of(item: Item, names: Sequence[str]) -> dict[str, str]:
    """Return the texts of a row by column, as they are exported; empty in the columns of fields that only others have."""
    texts = current_fields(item)
    cells = {"id": item.id, "status": item.status, "notice": _notice(item), "decision": "", "note": note_of(item)}
    edit = item.edit or {}
    cells |= {
        "edited by": edit.get("editor", "") if edit.get("decision") != "rejected" else "",
        "confirmed by": edit["confirmed"]["by"] if item.is_confirmed else "",
        "reason": reason_of(item),
    }
    cells["reasons"] = "\n".join(f"{reason.code}, {reason.field}: {say_reason('en', reason)}" for reason in item.reasons)
    for name in names:
        cells[f"{name}: source"] = item.row["source"].get(name, "")
        cells[f"{name}: machine"] = item.row["translation"].get(name, "")
        cells[f"{name}: edit"] = texts.get(name, "")
    cells = {name: text if fits_in_cell(text) else "(see the notice)" for name, text in cells.items()}
    return cells | hashes(item) | {"sheet_hash": sheet_hash(cells, names)}


def current_fields(item: Item) -> dict[str, str]:
    """The fields to go on from: a person's own text where there is one, even a stale one; else the machine's."""
    own = item.edit is not None and (item.edit["decision"] == "edited" or item.status == "approved")
    fields = item.edit["fields"] if item.edit and own else item.row["translation"]
    return {name: to_lf(text) for name, text in fields.items()}


def note_of(item: Item) -> str:
    """The note of the row's edit; empty where there is none."""
    return to_lf((item.edit or {}).get("note", ""))


def reason_of(item: Item) -> str:
    """Why the row is rejected; empty where it is not."""
    return to_lf((item.edit or {}).get("rejected", {}).get("reason", ""))


def _notice(item: Item) -> str:
    if not is_editable(item):
        return (
            f"A text of this row is longer than the {MOST_CHARACTERS:,} characters of a cell, or has a character that no "
            "cell can hold. Edit it with `seedbed review`."
        )
    edit = item.edit or {}
    changed = "machine" if edit.get("source_hash") == hashes(item)["source_hash"] else "source"
    before = "\n".join(text for text in edit.get(changed, {}).values() if text)
    words = {
        "stale": f"The {changed} text has changed since a person decided.",
        "outdated": "The machine text has changed since this was edited; the edit still applies.",
        "rejected": "The row is not in the build; another text, or approve under decision, takes it back.",
    }.get(item.status, "")
    words += f" Before, it was: {before}" if words and before else ""
    return words if fits_in_cell(words) else words[:200] + " …"


def is_editable(item: Item) -> bool:
    """Whether a row can be edited in a spreadsheet: all of its texts fit a cell."""
    return all(
        map(
            fits_in_cell,
            [
                *item.row["source"].values(),
                *item.row["translation"].values(),
                *current_fields(item).values(),
                note_of(item),
                reason_of(item),
            ],
        )
    )


def hashes(item: Item) -> dict[str, str]:
    """What an edit of the row rests on; where one of these is another than at the export, the worksheet's row is stale."""
    row = item.row
    return {
        "source_hash": content_hash(row["source"]),
        "machine_hash": content_hash(row["translation"]),
        "edit_hash": revision_of(item.edit),
    }


def sheet_hash(cells: Mapping[str, str], names: Sequence[str]) -> str:
    """Hash of what a person may write in a row: where it is the one that was exported, nobody touched the row."""
    written = [*(cells[f"{name}: edit"] for name in names), cells["decision"].strip(), cells["note"]]
    return content_hash(written + ([reason] if (reason := cells.get("reason", "")) else []))
