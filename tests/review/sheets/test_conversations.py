"""Questions with follow-ups in a spreadsheet: columns of their own, which rows without any leave empty."""

from pathlib import Path

import pytest

from seedbed.review.sheets.round_trip import apply, export_edits
from seedbed.util.rows import Row
from tests.review.sheets.translator import SHEET, Translator, build, edits, question, task, words

ASKED = {"text": "Name a river.", "follow_up_1": "And its source?"}
SAID = {"text": "川の名前を述べてください。", "follow_up_1": "そしてその源は？"}


def conversation() -> Row:
    return question(0, "") | {"id": "talk", "source": ASKED, "translation": SAID}


@pytest.fixture
def ours(here: Path) -> Translator:
    """A workbook of a question with a follow-up and one without, opened."""
    build([question(1, "雨です。"), conversation()], [task("t0")])
    export_edits(SHEET)
    return Translator()


def test_a_follow_up_has_its_own_columns(ours: Translator) -> None:
    names = [f"{field}: {what}" for field in ("text", "follow_up_1") for what in ("source", "machine", "edit")]
    assert [cell.value for cell in ours.page[1]][3:9] == names
    assert [ours.cell("talk", name).value for name in names] == [
        *(ASKED["text"], SAID["text"], SAID["text"]),
        *(ASKED["follow_up_1"], SAID["follow_up_1"], SAID["follow_up_1"]),
    ]
    assert [ours.cell("q1", name).value for name in names[3:]] == [None] * 3


def test_an_edited_follow_up_comes_back_with_its_question(ours: Translator) -> None:
    ours.type("talk", "follow_up_1: edit", "では、水源はどこですか。")
    ours.type("q1", "text: edit", "雨です。傘を持ちましょう。")
    assert apply(ours.read()) == []
    assert edits()["talk"]["fields"] == SAID | {"follow_up_1": "では、水源はどこですか。"}
    assert edits()["talk"]["source"] == ASKED
    assert edits()["q1"]["fields"] == {"text": "雨です。傘を持ちましょう。"}


def test_a_turn_that_a_question_does_not_have_cannot_be_written(ours: Translator) -> None:
    ours.type("q1", "follow_up_1: edit", "もう一つ。")
    (problem,) = words(ours.read())
    assert "follow_up_1: edit: q1 has no such turn; clear the cell, or add the turn to the source" in problem


def test_an_empty_follow_up_is_refused(ours: Translator) -> None:
    ours.type("talk", "follow_up_1: edit", "")
    (problem,) = words(ours.read())
    assert "follow_up_1: edit is empty; write a text" in problem
