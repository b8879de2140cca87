"""The spreadsheet round trip: out, through a translator's hands (openpyxl plays them), and back."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from typer.testing import CliRunner

from seedbed.cli import app
from seedbed.review.sheets.cells import HASHES
from seedbed.review.sheets.round_trip import Import, apply, export_edits, read_sheet
from seedbed.review.sheets.workbook import fits_in_cell
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from tests.review.sheets.translator import (
    SHEET,
    TEXTS,
    Translator,
    altered,
    build,
    change,
    change_again,
    edits,
    question,
    task,
    words,
)

# The way out.


def test_the_export_says_what_it_holds(here: Path) -> None:
    assert export_edits(SHEET) == "edits.xlsx: 2 seed tasks, 5 questions"
    assert Translator().book.sheetnames == ["seed_tasks", "questions", "help"]


def test_a_row_shows_source_machine_text_and_reasons(here: Path) -> None:
    export_edits(SHEET)
    ours = Translator()
    names = ["id", "status", "reasons", "text: source", "text: machine", "text: edit", "decision", "reason", "note", "notice"]
    assert [cell.value for cell in ours.page[1]][:10] == names
    shown = [ours.cell("q2", name).value for name in names]
    assert shown[:2] == ["q2", "unreviewed"]
    assert shown[2] == "translationese, text: '彼は'"
    assert shown[3:6] == ["Source C.", TEXTS[2], TEXTS[2]]
    assert shown[6:] == [None, None, None, None]


def test_the_rows_that_need_work_come_first_and_those_that_are_done_last(here: Path) -> None:
    export_edits(SHEET)
    first = Translator()
    assert first.row("q2") == 2
    first.type("q2", "decision", "approve")
    apply(first.read())
    SHEET.unlink()
    export_edits(SHEET)
    assert Translator().row("q2") == 6


def test_only_text_decision_reason_and_note_can_be_written_in(here: Path) -> None:
    export_edits(SHEET)
    ours = Translator()
    assert ours.page.protection.sheet
    names = [cell.value for cell in ours.page[1]]
    editable = {name for place, name in enumerate(names, 1) if not ours.page.cell(2, place).protection.locked}
    assert editable == {"text: edit", "decision", "reason", "note"}
    hidden = {name for place, name in enumerate(names, 1) if ours.page.column_dimensions[get_column_letter(place)].hidden}
    assert hidden == {"source_hash", "machine_hash", "edit_hash", "sheet_hash"}
    assert ours.page.freeze_panes == "B2"
    cell = ours.cell("q0", "text: edit")
    assert cell.alignment.wrap_text
    assert cell.number_format == "@", "what is typed stays text"


def test_no_cell_is_a_formula_and_there_is_neither_macro_nor_link(here: Path) -> None:
    build([question(place, f"{char}1+1") for place, char in enumerate("=+-@")], [])
    export_edits(SHEET)
    ours = Translator()
    for place, char in enumerate("=+-@"):
        cell = ours.cell(f"q{place}", "text: edit")
        assert (cell.value, cell.data_type, cell.quotePrefix) == (f"{char}1+1", "s", True)
    with zipfile.ZipFile(SHEET) as packed:
        assert not [name for name in packed.namelist() if "vba" in name.lower() or "external" in name.lower()]
        assert b"<f>" not in b"".join(map(packed.read, packed.namelist()))


def test_an_export_never_overwrites_a_file(here: Path) -> None:
    SHEET.write_text("three days of work")
    with pytest.raises(UserError, match=r"edits.xlsx: this file exists already .*move it, or choose another name"):
        export_edits(SHEET)
    assert SHEET.read_text() == "three days of work"


@pytest.mark.parametrize(("name", "message"), [("edits.csv", "ends in .xlsx"), ("nowhere/edits.xlsx", "cannot be written")])
def test_an_export_to_a_wrong_place_leaves_nothing_behind(name: str, message: str, here: Path) -> None:
    before = set(here.rglob("*"))
    with pytest.raises(UserError, match=message):
        export_edits(Path(name))
    assert set(here.rglob("*")) == before


def test_an_export_before_the_build_says_what_to_do(here: Path) -> None:
    Path("data/build/translated/questions.jsonl").unlink()
    with pytest.raises(
        UserError, match=r"questions.jsonl: no such file; there is nothing to review yet; run `seedbed repro` first"
    ):
        export_edits(SHEET)


# There and back.


def test_what_nobody_touched_changes_nothing(here: Path) -> None:
    export_edits(SHEET)
    assert read_sheet(SHEET) == Import([], [], 7)
    assert Translator().read() == Import([], [], 7), "nor does a program that writes the file anew"


@pytest.mark.parametrize(
    "text", ["=1+1", "+81 3", "-1", "@x", "二行\n三行", " 端の空白 ", "007", "#N/A", "_x0041_です", "🎌𠮷"]
)
def test_a_text_comes_back_as_it_was_written(text: str, here: Path) -> None:
    (proposal,) = change("q0", "text: edit", text).proposals
    assert proposal.edit["decision"] == "edited"
    assert proposal.edit["fields"] == {"text": text}
    build([question(0, text)], [task("t0")])
    SHEET.unlink()
    export_edits(SHEET)
    assert read_sheet(SHEET) == Import([], [], 2), "and goes out unchanged"


def test_an_edit_is_saved_with_what_it_was_made_on(here: Path) -> None:
    export_edits(SHEET)
    ours = Translator()
    ours.type("q1", "text: edit", "合計です。")
    ours.type("q1", "note", "式は訳さない。")
    ours.type("q3", "decision", " Approve ")
    found = ours.read("yuki")
    assert [str(each) for each in found.proposals] == ["questions, row 4: q1 edited", "questions, row 5: q3 approved"]
    assert (found.problems, found.untouched) == ([], 5)
    assert edits() == {}, "nothing is saved before the person says so"
    assert apply(found) == []
    saved = edits()
    assert list(saved) == ["q1", "q3"]
    assert saved["q1"]["fields"] == {"text": "合計です。"}
    assert (saved["q1"]["editor"], saved["q1"]["note"]) == ("yuki", "式は訳さない。")
    assert saved["q1"]["source"] == {"text": "Source B."}
    assert saved["q3"]["decision"] == "approved"
    assert saved["q3"]["fields"] == {"text": TEXTS[3]}


def test_each_field_of_a_task_has_its_cells(here: Path) -> None:
    (proposal,) = change("t1", "output: edit", "正しい出力です。", "seed_tasks").proposals
    assert proposal.edit["fields"] == {"instruction": "指示です。", "input": "入力です。", "output": "正しい出力です。"}


def test_the_machines_own_words_are_an_approval(here: Path) -> None:
    apply(change("q0", "text: edit", "別の文です。"))
    SHEET.unlink()
    (proposal,) = change("q0", "text: edit", TEXTS[0]).proposals
    assert proposal.edit["decision"] == "approved"


def test_a_note_alone_leaves_the_edit_as_it_is(here: Path) -> None:
    export_edits(SHEET)
    ours = Translator()
    ours.type("q0", "text: edit", "別の文です。")
    apply(ours.read("yuki"))
    SHEET.unlink()
    (proposal,) = change("q0", "note", "理由").proposals
    assert proposal.edit == edits()["q0"] | {"note": "理由"}
    assert words(change_again("q1", "note", "理由")) == [
        "questions, row 3: a note but no decision; write approve under decision to accept the text as it is"
    ]


def test_a_stale_row_shows_the_old_source_and_keeps_the_persons_words(here: Path) -> None:
    apply(change("q0", "text: edit", "人の文です。"))
    rows = [question(place, text) for place, text in enumerate(TEXTS)]
    rows[0]["source"] = {"text": "Another source."}
    build(rows, [task("t0")])
    SHEET.unlink()
    export_edits(SHEET)
    ours = Translator()
    assert ours.cell("q0", "status").value == "stale"
    assert ours.cell("q0", "text: edit").value == "人の文です。"
    assert ours.cell("q0", "notice").value == ("The source has changed since the decision. Before, it was: Source A.")
    ours.type("q0", "decision", "approve")
    (proposal,) = ours.read().proposals
    assert proposal.edit["decision"] == "edited"
    assert proposal.edit["source"] == {"text": "Another source."}


# What is wrong is said row by row, and not applied.


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("id", "q9", r"row 3: unknown id 'q9'; it was changed, or its row is gone from questions"),
        ("id", "Q0 ", r"row 3: unknown id 'Q0'; it was changed"),
        ("id", "q00", r"row 3: unknown id 'q00' \(was it 'q0'\?\)"),
        ("id", None, "row 3: the id is empty; restore it"),
        ("text: edit", None, "row 3: text: edit is empty; write a text, or restore the one that was there"),
        ("text: edit", "　 ", "row 3: text: edit is empty"),
        ("text: edit", 42, r"row 3: text: edit holds a number \(42\); format the cell as text and write the text itself"),
        ("text: edit", True, "row 3: text: edit holds a yes or no"),
        ("text: edit", "あ" * 20_001, "row 3: row 'q0': fields.text: 20,001 characters, but at most 20,000 are allowed"),
        ("decision", "ok", "row 3: decision 'ok': expected approve, confirm, reject, or nothing"),
        ("note", 3, r"row 3: note holds a number \(3\)"),
    ],
)
def test_a_row_that_is_wrong_is_named(name: str, value: Any, message: str, here: Path) -> None:
    found = change("q0", name, value)
    assert not found.proposals
    assert len(words(found)) == (2 if name == "id" else 1)
    assert re.match(f"questions, {message}", words(found)[0]), words(found)


@pytest.mark.parametrize("id", ["q0", "q1"])
def test_a_formula_is_reported_and_not_applied(id: str, here: Path) -> None:
    def alter(ours: Translator) -> None:
        ours.cell(id, "text: edit").value = "=SUM(A:B)です。"
        assert ours.cell(id, "text: edit").data_type == "f"

    found = altered(alter)
    row = {"q0": 3, "q1": 4}[id]
    assert words(found) == [
        f"questions, row {row}: text: edit holds a formula, which is not evaluated; "
        "format the cell as text and write the text itself"
    ]
    assert not found.proposals


def test_a_formula_in_a_cell_that_was_empty_is_reported_too(here: Path) -> None:
    found = altered(lambda ours: setattr(ours.cell("q0", "note"), "value", "=1+1"))
    assert "row 3: note holds a formula" in words(found)[0]


def test_a_number_that_a_program_made_of_an_untouched_text_is_no_edit(here: Path) -> None:
    build([question(0, "2100")], [])
    found = change("q0", "text: edit", 2100)
    assert found == Import([], [], 1)


def test_an_id_that_stands_twice_is_applied_nowhere(here: Path) -> None:
    def alter(ours: Translator) -> None:
        ours.type("q0", "text: edit", "一つ目です。")
        ours.type("q1", "id", "q0")

    found = altered(alter)
    assert not found.proposals
    assert words(found) == [
        "questions, row 3: duplicate id 'q0' (also in row 4); keep one of them",
        "questions, row 4: duplicate id 'q0' (also in row 3); keep one of them",
        "questions: q1 has no row in the spreadsheet (deleted, or added since the export); it is not changed",
    ]


def test_ids_that_changed_places_are_seen(here: Path) -> None:
    def alter(ours: Translator) -> None:
        one, other = ours.cell("q0", "id"), ours.cell("q1", "id")
        one.value, other.value = "q1", "q0"
        ours.type("q1", "text: edit", "入れ替わりました。")

    found = altered(alter)
    assert not found.proposals
    assert "the source and the machine text of q1 changed since the export, or this row's id" in words(found)[0]


def test_deleted_rows_are_reported_and_the_others_applied(here: Path) -> None:
    def alter(ours: Translator) -> None:
        ours.type("q1", "text: edit", "合計です。")
        ours.page.delete_rows(ours.row("q0"))

    found = altered(alter)
    assert [each.edit["id"] for each in found.proposals] == ["q1"]
    assert words(found) == [
        "questions: q0 has no row in the spreadsheet (deleted, or added since the export); it is not changed"
    ]


def new_source(rows: list[Row]) -> None:
    rows[0]["source"] = {"text": "Another source."}


def new_machine_text(rows: list[Row]) -> None:
    rows[0]["translation"] = {"text": "別の機械訳です。"}


def failed(rows: list[Row]) -> None:
    rows[0] |= {"translation": None, "failure": {"reason": "refusal", "detail": "", "text": None}}


@pytest.mark.parametrize(
    ("happens", "message"),
    [
        (new_source, "the source of q0 changed since the export"),
        (new_machine_text, "the machine text of q0 changed since the export"),
        (failed, "the translation of q0 has failed since the export"),
    ],
)
def test_an_edit_of_a_row_that_changed_since_is_reported(
    happens: Callable[[list[Row]], None], message: str, here: Path
) -> None:
    export_edits(SHEET)
    rows = [question(place, text) for place, text in enumerate(TEXTS)]
    happens(rows)
    build(rows, [task("t0"), task("t1", input="入力です。")])
    untouched = read_sheet(SHEET)
    assert not untouched.proposals
    assert bool(untouched.problems) == (happens is failed), "what nobody touched is nobody's worry"
    ours = Translator()
    ours.type("q0", "text: edit", "人の文です。")
    found = ours.read()
    assert not found.proposals
    assert words(found)[0].startswith(f"questions, row 3: {message}")


def test_an_edit_of_a_row_that_someone_else_edited_since_is_reported(here: Path) -> None:
    export_edits(SHEET)
    ours = Translator()
    ours.type("q0", "text: edit", "こちらの文です。")
    found = ours.read()
    SHEET.rename("mine.xlsx")
    apply(change("q0", "text: edit", "あちらの文です。"))
    assert words(read_sheet(Path("mine.xlsx"))) == [
        "questions, row 3: the edit of q0 changed since the export, or this row's id or hidden columns did; "
        "export again and edit the new file"
    ]
    (problem,) = apply(found)
    assert "row 'q0' was saved by somebody else" in str(problem), "nor is it overwritten between question and answer"
    assert edits()["q0"]["fields"] == {"text": "あちらの文です。"}


@pytest.mark.parametrize("column", ["source_hash", "machine_hash", "edit_hash"])
def test_a_hidden_column_that_was_changed_is_not_trusted(column: str, here: Path) -> None:
    def alter(ours: Translator) -> None:
        ours.type("q0", "text: edit", "人の文です。")
        ours.type("q0", column, "0" * 64)

    found = altered(alter)
    assert not found.proposals
    assert "hidden columns" in words(found)[0]


def test_columns_may_move_but_not_go(here: Path) -> None:
    def swap(ours: Translator) -> None:
        ours.type("q0", "note", "理由")
        ours.type("q0", "decision", "approve")
        one, other = ours.column("note"), ours.column("text: edit")
        for row in range(1, ours.page.max_row + 1):
            left, right = ours.page.cell(row, one), ours.page.cell(row, other)
            left.value, right.value = right.value, left.value
            for cell in (left, right):
                cell.data_type = "s"

    (proposal,) = altered(swap).proposals
    assert (proposal.edit["note"], proposal.edit["decision"]) == ("理由", "approved")
    SHEET.unlink()

    def lose(ours: Translator) -> None:
        ours.page.delete_cols(ours.column("machine_hash"))
        ours.type("q0", "text: edit", "人の文です。")

    found = altered(lose)
    assert not found.proposals
    assert words(found) == [
        "questions, row 1: the column 'machine_hash' is missing; restore the column names in the first row; no row of this "
        "worksheet was read"
    ]
    SHEET.unlink()

    def rename(ours: Translator) -> None:
        ours.page.cell(1, ours.column("reasons"), "note")

    assert "the column 'note' appears twice" in words(altered(rename))[0]
    SHEET.unlink()

    def delete(ours: Translator) -> None:
        for name in ("status", "reasons", "text: machine", "notice"):
            ours.page.delete_cols(ours.column(name))
        ours.type("q0", "text: edit", "人の文です。")

    assert [str(each) for each in altered(delete).proposals] == ["questions, row 3: q0 edited"], "what is only read may go"
    SHEET.unlink()

    def repeat(ours: Translator) -> None:
        ours.page.cell(1, 20, "note")

    assert "the column 'note' appears twice" in words(altered(repeat))[0]


def test_worksheets_that_are_missing_or_unknown_are_named(here: Path) -> None:
    def alter(ours: Translator) -> None:
        ours.book.remove(ours.book["seed_tasks"])
        ours.book.create_sheet("Sheet1")
        ours.page.cell(1, 20, "my column")

    assert words(altered(alter)) == [
        "Sheet1: unknown worksheet, ignored",
        "seed_tasks: the worksheet is missing; its rows are not changed",
        "questions, row 1: unknown column 'my column', ignored",
    ]


@pytest.mark.parametrize(
    "text", ["あ" * 32_768, "🎌" * 16_384, "a\x0bb", "x_x000D_x"], ids=["long", "wide", "control", "escape"]
)
def test_a_text_that_no_cell_holds_is_not_editable_there(text: str, here: Path) -> None:
    build([question(0, text), question(1, "文です。")], [])
    assert export_edits(SHEET) == ("edits.xlsx: 0 seed tasks, 2 questions; 1 cannot be edited there, their notice says why")
    ours = Translator()
    assert ours.cell("q0", "text: edit").protection.locked
    assert not ours.cell("q1", "text: edit").protection.locked
    assert ours.cell("q0", "text: edit").value == "(see the notice)"
    assert "Edit the row with `seedbed review`" in ours.cell("q0", "notice").value
    assert read_sheet(SHEET) == Import([], [], 2)
    ours.type("q0", "text: edit", "短い文です。")
    (problem,) = ours.read().problems
    assert "q0 cannot be edited in a spreadsheet" in str(problem)


def test_the_longest_text_of_a_cell_is_editable(here: Path) -> None:
    assert fits_in_cell("あ" * 32_767)
    build([question(0, "あ" * 32_767)], [])
    (proposal,) = change("q0", "text: edit", "短い文です。").proposals
    assert proposal.edit["machine"] == {"text": "あ" * 32_767}


# A worksheet in Japanese.


def test_a_japanese_worksheet_has_japanese_words_and_reads_back_the_same(here: Path) -> None:
    export_edits(SHEET, "ja")
    ours = Translator()
    headings = [str(cell.value) for cell in ours.page[1]]
    assert headings[:7] == ["id", "状態", "確認点", "設問（原文）", "設問（機械訳）", "設問（訳文）", "判断"]
    assert [name for name in headings if re.search("[a-z]", name)] == ["id", *HASHES]
    assert ours.cell("q2", "状態").value == "未確認"
    assert ours.cell("q2", "確認点").value == "翻訳調（設問）：「彼は」"
    ours.type("q2", "設問（訳文）", "来ました。")
    ours.type("q3", "判断", "承認")
    ours.type("q4", "判断", "不採用")
    ours.type("q4", "不採用の理由", "意味が通らない")
    apply(ours.read("aki"))
    saved = edits()
    assert saved["q2"]["fields"] == {"text": "来ました。"}
    assert saved["q3"]["decision"] == "approved"
    assert (saved["q4"]["rejected"]["by"], saved["q4"]["rejected"]["reason"]) == ("aki", "意味が通らない")


def test_the_command_writes_in_the_reports_language_or_a_given_one(here: Path) -> None:
    params = Path("params.yaml").read_text(encoding="utf-8")
    heads = [exported_head(Path("0.xlsx"))]
    Path("params.yaml").write_text(params.replace("language: en # of the", "language: ja # of the"), encoding="utf-8")
    heads += [exported_head(Path("1.xlsx")), exported_head(Path("2.xlsx"), "--language", "en")]
    assert heads == ["status", "状態", "status"]
    refused = CliRunner().invoke(app, ["review", "export", str(here / "3.xlsx"), "--language", "ko"])
    assert str(refused.exception) == "--language 'ko': the page is available in en and ja"


def exported_head(path: Path, *options: str) -> str:
    done = CliRunner().invoke(app, ["review", "export", str(path.absolute()), *options])
    assert done.exit_code == 0, done.output
    return str(openpyxl.load_workbook(path)["questions"].cell(1, 2).value)
