"""The cells of a worksheet: one row of a corpus, as a translator gets it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from seedbed.project.corpora import field_names
from seedbed.project.row_types import Fields
from seedbed.review.queue.worklist import Item, revision_of
from seedbed.review.sheets.workbook import MOST_CHARACTERS, Column, fits_in_cell
from seedbed.review.texts import LANGUAGES, say, say_reason
from seedbed.util.canonical import content_hash
from seedbed.util.line_ends import to_lf

APPROVE = "approve"
"""What a translator writes to accept a text as it is."""
CONFIRM = "confirm"
"""What a second person writes to confirm what another one edited or approved."""
REJECT = "reject"
"""What a person writes, with a reason beside it, to take a row out of the build."""
DECISIONS = {say(language, f"sheet_{word}"): word for word in (APPROVE, CONFIRM, REJECT) for language in LANGUAGES}
"""What may be written under decision, in each language, and what it means."""
LATER = ("reason",)
"""Columns to write in that a file of an earlier version lacks; it is read as it is."""
HASHES = ("source_hash", "machine_hash", "edit_hash", "sheet_hash")
"""The hidden columns: what the row was made on, and what was exported."""


def fields_in(items: Iterable[Item], kind: str) -> tuple[str, ...]:
    """Return the fields that rows of `kind` have, in order: every field that some question has, where some have follow-ups."""
    return field_names({name: "" for item in items for name in item.row["source"]}, kind)


def columns(names: Sequence[str], language: str = "en") -> list[Column]:
    """Return the columns of a corpus with these fields, in order, with headings in a language of the page."""

    def column(name: str, width: int, editable: bool = False, choices: tuple[str, ...] = ()) -> Column:
        return Column(name, _heading(language, name), width, editable, choices=choices)

    fields = [
        column(f"{name}: {what}", 45, editable=what == "edit") for name in names for what in ("source", "machine", "edit")
    ]
    choices = tuple(say(language, f"sheet_{word}") for word in (APPROVE, CONFIRM, REJECT))
    return [
        *(column("id", 20), column("status", 12), column("reasons", 40), *fields),
        column("decision", 11, editable=True, choices=choices),
        *(column("reason", 30, editable=True), column("note", 30, editable=True), column("notice", 40)),
        *(column("edited by", 12), column("confirmed by", 12)),
        *(Column(name, name, 12, hidden=True) for name in HASHES),
    ]


def _heading(language: str, name: str) -> str:
    field, _, what = name.rpartition(": ")
    if not field:
        return say(language, f"sheet_{name.replace(' ', '_')}")
    return say(language, f"sheet_of_{what}", field=_field(language, field))


def _field(language: str, name: str) -> str:
    return name if language == "en" else say(language, f"field_{name}")


def column_names(headings: Iterable[str], names: Sequence[str]) -> list[str]:
    """Return the names of the columns with these headings, of whichever language; unknown headings stay unchanged."""
    known = {each.heading: each.name for language in LANGUAGES for each in columns(names, language)}
    return [known.get(heading.strip(), heading.strip()) for heading in headings]


def cells_of(item: Item, names: Sequence[str], language: str = "en") -> dict[str, str]:
    """Return the texts of a row by column, as they are exported; empty in the columns of fields that only others have."""
    texts = current_fields(item)
    status = say(language, f"status_{item.status}")
    cells = {"id": item.id, "status": status, "notice": _notice(item, language), "decision": "", "note": note_of(item)}
    edit = item.edit
    cells |= {
        "edited by": edit.get("editor", "") if edit and edit["decision"] != "rejected" else "",
        "confirmed by": edit["confirmed"]["by"] if edit and item.is_confirmed else "",
        "reason": reason_of(item),
    }
    cells["reasons"] = "\n".join(
        say(
            language,
            "sheet_finding",
            reason=say(language, f"reason_{reason.code}"),
            field=_field(language, reason.field),
            words=say_reason(language, reason),
        )
        for reason in item.reasons
    )
    for name in names:
        cells[f"{name}: source"] = item.row["source"].get(name, "")
        cells[f"{name}: machine"] = item.machine.get(name, "")
        cells[f"{name}: edit"] = texts.get(name, "")
    cells = {name: text if fits_in_cell(text) else say(language, "sheet_see_notice") for name, text in cells.items()}
    return cells | hashes(item) | {"sheet_hash": sheet_hash(cells, names)}


def current_fields(item: Item) -> dict[str, str]:
    """The fields to go on from: a person's own text where there is one, even a stale one; else the machine's."""
    own = item.edit is not None and (item.edit["decision"] == "edited" or item.status == "approved")
    fields = item.edit["fields"] if item.edit and own else item.machine
    return {name: to_lf(text) for name, text in fields.items()}


def note_of(item: Item) -> str:
    """The note of the row's edit; empty where there is none."""
    return to_lf(item.edit.get("note", "") if item.edit else "")


def reason_of(item: Item) -> str:
    """Why the row is rejected; empty where it is not."""
    return to_lf(item.rejection)


def _notice(item: Item, language: str) -> str:
    if not is_editable(item):
        return say(language, "sheet_beyond_a_cell", most=f"{MOST_CHARACTERS:,}")
    edit = item.edit
    changed: Literal["machine", "source"] = "source"
    if edit and edit["source_hash"] == content_hash(item.row["source"]):
        changed = "machine"
    texts: Fields = edit.get(changed, {}) if edit else {}
    before = "\n".join(text for text in texts.values() if text)
    key = {"stale": f"sheet_stale_{changed}", "outdated": "sheet_outdated", "rejected": "sheet_rejected"}.get(item.status)
    if key is None:
        return ""
    words = say(language, key) + (say(language, "sheet_before", text=before) if before else "")
    return words if fits_in_cell(words) else words[:200] + " …"


def is_editable(item: Item) -> bool:
    """Whether a row can be edited in a spreadsheet: all of its texts fit a cell."""
    return all(
        map(
            fits_in_cell,
            [
                *item.row["source"].values(),
                *item.machine.values(),
                *current_fields(item).values(),
                note_of(item),
                reason_of(item),
            ],
        )
    )


def hashes(item: Item) -> dict[str, str]:
    """Hashes of the texts that an edit depends on; if one has changed since the export, the worksheet row is stale."""
    row = item.row
    return {
        "source_hash": content_hash(row["source"]),
        "machine_hash": content_hash(row["translation"]),
        "edit_hash": revision_of(item.edit),
    }


def sheet_hash(cells: Mapping[str, str], names: Sequence[str]) -> str:
    """Hash of the editable cells of a row; if it is unchanged since the export, nobody edited the row."""
    written = [*(cells[f"{name}: edit"] for name in names), cells["decision"].strip(), cells["note"]]
    return content_hash(written + ([reason] if (reason := cells.get("reason", "")) else []))
