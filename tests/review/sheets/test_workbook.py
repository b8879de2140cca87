"""Spreadsheet files, and those that are none of ours."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedbed.review.sheets.round_trip import Import, export_edits, read_sheet
from seedbed.review.sheets.workbook import Cell, Column, Sheet, read_workbook, rows_by_name, write_workbook
from seedbed.util.errors import UserError
from tests.review.sheets.hostile import HOSTILE, sheet, text
from tests.review.sheets.translator import (
    SHEET,
    build,
    question,
)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(201_000_000))


def laughs(path: Path) -> None:
    write_workbook(path, [Sheet("questions", [Column("id", "id", 9)], [{"id": "q0"}])], [])
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">' for n in range(9))
    repack(path, "xl/workbook.xml", lambda text: f"<!DOCTYPE x [{entities}]>" + text.replace('"questions"', '"&l8;"'))


def repack(path: Path, name: str, alter: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as packed:
        parts = {part: packed.read(part) for part in packed.namelist()}
    assert name in parts
    with zipfile.ZipFile(path, "w") as packed:
        for part, content in parts.items():
            packed.writestr(part, alter(content.decode()) if part == name else content)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_text("id,text\nq0,文です。\n"), "not an .xlsx file; save it as an Excel workbook"),
        (lambda path: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)), "without a password"),
        (lambda path: path.write_bytes(b""), "not an .xlsx file"),
        (lambda path: path.mkdir(), "no such file"),
        (lambda path: None, "no such file; give a file that `seedbed review export` wrote"),
        (bomb, "201 MB when unpacked, where 200 are allowed"),
        (laughs, "a document type of its own"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "this .xlsx file cannot be read"),
        (lambda path: write_workbook(path, [], ["x"]), "it has no worksheet named seed_tasks or questions"),
    ],
    ids=["text", "old", "empty", "folder", "nothing", "bomb", "laughs", "zip", "other"],
)
def test_what_is_no_workbook_of_ours_gets_one_sentence(make: Callable[[Path], Any], message: str, here: Path) -> None:
    make(SHEET)
    with pytest.raises(UserError) as error:
        read_sheet(SHEET)
    assert message in str(error.value)
    assert str(error.value).startswith("edits.xlsx: ")
    assert "\n" not in str(error.value)


def test_a_workbook_cut_off_in_the_middle_gets_one_sentence(here: Path) -> None:
    export_edits(SHEET)
    whole = SHEET.read_bytes()
    for length in (10, len(whole) // 2, len(whole) - 5):
        SHEET.write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"^edits.xlsx: "):
            read_sheet(SHEET)


def test_furigana_is_no_part_of_a_text(here: Path) -> None:
    """A Japanese Excel keeps the reading that was typed beside each text."""
    export_edits(SHEET)
    reading = '<is><r><t>雨</t></r><r><t>です。</t></r><rPh sb="0" eb="1"><t>アメ</t></rPh><phoneticPr fontId="1"/></is>'
    with zipfile.ZipFile(SHEET) as packed:
        name = next(part for part in packed.namelist() if "雨です。" in packed.read(part).decode())
    repack(SHEET, name, lambda text: text.replace("<is><t>雨です。</t></is>", reading))
    with zipfile.ZipFile(SHEET) as packed:
        assert "アメ" in packed.read(name).decode()
    assert read_sheet(SHEET) == Import([], [], 7)


def test_a_wrong_size_in_the_file_hides_no_row(here: Path) -> None:
    export_edits(SHEET)
    repack(SHEET, "xl/worksheets/sheet2.xml", lambda text: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:M2"', text))
    assert read_sheet(SHEET) == Import([], [], 7)


def test_what_spreadsheets_take_for_an_escape_is_escaped(here: Path) -> None:
    build([question(0, "_x0041_です")], [])
    export_edits(SHEET)
    with zipfile.ZipFile(SHEET) as packed:
        assert "<t>_x005F_x0041_です</t>" in packed.read("xl/worksheets/sheet2.xml").decode()


def test_rows_are_counted_as_the_person_sees_them() -> None:
    rows = [[Cell("id")], [], [Cell("a")], [Cell("")], [Cell("b")]]
    assert [(number, cells["id"].text) for number, cells in rows_by_name(rows, ["id"])] == [(3, "a"), (5, "b")]


def test_only_the_last_sheet_is_help(here: Path) -> None:
    export_edits(SHEET)
    assert list(read_workbook(SHEET)) == ["seed_tasks", "questions", "help"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if any(word in name for word in ("million", "gigabyte")) else name
        for name in HOSTILE
    ],
)
def test_what_asks_for_too_much_is_refused_before_it_is_read(name: str, tmp_path: Path) -> None:
    write, words = HOSTILE[name]
    write(tmp_path / "book.xlsx")
    with pytest.raises(UserError) as error:
        read_workbook(tmp_path / "book.xlsx")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_formats_at_the_end_of_a_sheet_are_no_rows(tmp_path: Path) -> None:
    """Programs write them where a whole row or column was formatted."""
    path = tmp_path / "book.xlsx"
    sheet(
        path, f'<row r="2">{text("A2", "a")}<c r="XFD2" s="1"/></row><row r="1048576" hidden="1"><c r="A1048576" s="1"/></row>'
    )
    assert read_workbook(path)["questions"] == [[Cell()], [Cell("a")]]
