"""Confirm and reject in the spreadsheet: a second person's word, and a reason; and files of before they could be written."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from seedbed.review.sheets.cells import LATER
from seedbed.review.sheets.round_trip import apply, export_edits, read_sheet
from tests.review.sheets.translator import SHEET, Translator, change, edits, words


def saved(id: str, name: str, value: str, editor: str | None = "aki") -> None:
    """Write in one cell, import, and make room for the next export."""
    export_edits(SHEET)
    ours = Translator()
    ours.type(id, name, value)
    found = ours.read(editor)
    assert (words(found), apply(found)) == ([], [])
    SHEET.unlink()


def test_a_second_person_confirms_and_the_next_export_says_who_did_what(here: Path) -> None:
    saved("q0", "text: edit", "雨が降っています。")
    saved("q0", "decision", "confirm", "ben")
    assert edits()["q0"]["confirmed"]["by"] == "ben"
    export_edits(SHEET)
    ours = Translator()
    assert [ours.cell("q0", name).value for name in ("edited by", "confirmed by")] == ["aki", "ben"]
    ours.type("q0", "decision", "confirm")
    assert ours.read("ben").proposals == []  # imported again


@pytest.mark.parametrize(
    ("editor", "message"),
    [
        ("aki", "row 'q0' cannot be confirmed: aki edited it, so another person has to confirm it"),
        (None, "confirm needs the name of a person; import with --editor NAME"),
    ],
)
def test_a_confirmation_that_is_none_is_named(editor: str | None, message: str, here: Path) -> None:
    saved("q0", "text: edit", "雨が降っています。")
    export_edits(SHEET)
    ours = Translator()
    ours.type("q0", "decision", "confirm")
    found = ours.read(editor)
    assert (found.proposals, words(found)[0].endswith(message)) == ([], True)


def test_confirm_beside_another_text_is_not_applied(here: Path) -> None:
    saved("q0", "text: edit", "雨が降っています。")
    export_edits(SHEET)
    ours = Translator()
    ours.type("q0", "decision", "confirm")
    ours.type("q0", "text: edit", "雨。")
    found = ours.read("ben")
    assert (found.proposals, "confirm, but the text or the note was changed too" in words(found)[0]) == ([], True)


def test_a_row_is_rejected_with_a_reason_and_taken_back(here: Path) -> None:
    export_edits(SHEET)
    ours = Translator()
    ours.type("q0", "decision", "reject")
    assert "a rejection needs a reason" in words(ours.read())[0]
    ours.type("q0", "reason", "答えがない")
    found = ours.read("ben")
    assert [str(each) for each in found.proposals] == ["questions, row 3: q0 rejected"]
    assert apply(found) == []
    assert edits()["q0"]["rejected"]["reason"] == "答えがない"
    SHEET.unlink()
    assert change("q0", "note", "").proposals == []
    SHEET.unlink()
    saved("q0", "decision", "approve")
    assert (edits()["q0"]["decision"], "rejected" in edits()["q0"]) == ("approved", False)


def test_a_reason_without_reject_is_named(here: Path) -> None:
    assert "a reason but no decision" in words(change("q0", "reason", "なんとなく"))[0]


def test_a_file_from_before_there_were_these_columns_is_read_as_it_is(here: Path) -> None:
    export_edits(SHEET)
    book = openpyxl.load_workbook(SHEET)
    for name in ("questions", "seed_tasks"):
        page = book[name]
        assert isinstance(page, Worksheet)
        for column in LATER:
            page.delete_cols(next(cell.column for cell in page[1] if cell.value == column))
    book.save(SHEET)
    ours = Translator()
    ours.type("q0", "text: edit", "雨が降っています。")
    found = ours.read("aki")
    assert words(found) == []
    assert [each.edit["fields"] for each in found.proposals] == [{"text": "雨が降っています。"}]
    assert read_sheet(SHEET).untouched == 6
