"""Workbooks of a few kilobytes that ask for more than a machine has: a column, a row, a text, a formula at a time."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from string import ascii_uppercase

from seedbed.review.sheets.workbook import Column, Sheet, write_workbook

LAST = "XFD"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"


def repack(path: Path, changes: dict[str, Callable[[str], str]]) -> None:
    """Write a small workbook in which some parts are others; a part that is not there is made from nothing."""
    write_workbook(path, [Sheet("questions", [Column("id", "id", 9)], [{"id": "q0"}])], [])
    with zipfile.ZipFile(path) as packed:
        parts = {part: packed.read(part).decode() for part in packed.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part, change in changes.items():
            parts[part] = change(parts.get(part, ""))
        for part, content in parts.items():
            packed.writestr(part, content)


def sheet(path: Path, rows: str, tail: str = TAIL) -> None:
    """Write a workbook whose first worksheet has these rows."""
    repack(path, {"xl/worksheets/sheet1.xml": lambda _: HEAD + rows + tail})


def text(at: str, words: str = "x") -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{words}</t></is></c>'


def many_sheets(path: Path) -> None:
    """A hundred entries of the workbook that are one part, which is as large as one may be."""

    def again(book: str) -> str:
        start = book.index("<sheet ")
        entry = book[start : book.index("/>", start) + 2]
        copies = [
            entry.replace('name="questions"', f'name="s{n}"').replace('sheetId="1"', f'sheetId="{n + 9}"') for n in range(100)
        ]
        return book.replace(entry, entry + "".join(copies))

    rows = f'<row r="1">{text("A1", "id")}</row><row r="5000">{text("GR5000")}</row>'
    repack(path, {"xl/workbook.xml": again, "xl/worksheets/sheet1.xml": lambda _: HEAD + rows + TAIL})


def entities(path: Path, depth: int) -> None:
    """Texts that are made of texts that are made of texts."""
    made = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">' for n in range(depth))
    repack(path, {"xl/workbook.xml": lambda book: f"<!DOCTYPE x [{made}]>" + book.replace('"questions"', f'"&l{depth - 1};"')})


def unpacks_to(path: Path, size: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(size))


def shared_formula(path: Path) -> None:
    formula = "+".join(f"{letter}{letter}1" for letter in ascii_uppercase * 30)
    first = f'<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A20000">{formula}</f></c></row>'
    sheet(path, first + "".join(f'<row r="{n}"><c r="A{n}"><f t="shared" si="0"/></c></row>' for n in range(2, 20_000)))


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a row at 10¹²": (
        lambda path: sheet(path, f'<row r="1000000000000">{text("A1000000000000")}</row>'),
        "a row 1,000,000,000,000",
    ),
    "a row at 1e300": (lambda path: sheet(path, f'<row r="1e300">{text("A9")}</row>'), "a row 1"),
    "3,000 rows at the last column": (
        lambda path: sheet(path, "".join(f'<row r="{n}">{text(f"{LAST}{n}")}</row>' for n in range(1, 3001))),
        "a column 16,384, where 200 are allowed",
    ),
    "a column beyond the last": (lambda path: sheet(path, f'<row r="1">{text("ZZZ1")}</row>'), "a column 18,278"),
    "cells without a name": (lambda path: sheet(path, f"<row>{'<c><v>1</v></c>' * 20_000}</row>"), "a column "),
    "a row and a column": (
        lambda path: sheet(path, f'<row r="1">{text("GR1")}</row><row r="50001">{text("A50001")}</row>'),
        "a row 50,001, where 50,000 are allowed",
    ),
    "one large sheet, listed 100 times": (many_sheets, "102 worksheets of up to 5,000 rows and 200 columns"),
    "6 million empty cells": (lambda path: sheet(path, f'<row r="1">{"<c/>" * 6_000_000}</row>'), "more than 5,000,000 cells"),
    "a million merged cells": (
        lambda path: sheet(
            path, "", "</sheetData><mergeCells>" + '<mergeCell ref="A1:B2"/>' * 1_000_000 + "</mergeCells></worksheet>"
        ),
        "too many styles, rules and merged cells",
    ),
    "a million styles": (
        lambda path: repack(
            path, {"xl/styles.xml": lambda text: text.replace("</cellXfs>", "<xf/>" * 1_000_000 + "</cellXfs>")}
        ),
        "too many styles, rules and merged cells",
    ),
    "a range of a million ranges": (
        lambda path: sheet(
            path,
            "",
            '</sheetData><dataValidations><dataValidation type="list" sqref="'
            + "A1:B2 " * 2_000_000
            + '"/></dataValidations></worksheet>',
        ),
        "too many styles, rules and merged cells",
    ),
    "a formula that 20,000 cells share": (shared_formula, "formulas of up to"),
    "elements 100,000 deep": (lambda path: sheet(path, "<row>" * 100_000 + "</row>" * 100_000), "elements within each other"),
    "a text of texts of texts": (lambda path: entities(path, 9), "a document type of its own"),
    "a text of texts": (lambda path: entities(path, 2), "a document type of its own"),
    "a gigabyte of nothing": (lambda path: unpacks_to(path, 1_000_000_000), "1,000 MB when unpacked, where 200 are allowed"),
}
"""By name: what writes the workbook, and the beginning of what is said of it."""
