"""Edits: what a decision says, and a file of which only the touched line changes."""

import threading
from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.project.edits import MOST_CHARACTERS, Change, Conflict, make_edit, read_edits, save_edit, save_edits
from seedbed.project.row_types import Edit
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError

Row = dict[str, Any]


def question(id: str, source: str, machine: str | None) -> Any:
    """Return a row of `translate`."""
    translation = None if machine is None else {"text": machine}
    return {
        **{"id": id, "category": "generic", "source": {"text": source}, "translation": translation, "failure": None},
        "made_by": {"endpoint": "stand-in", "model": "stand-in"},
    }


PATH = paths.edits("questions", "ja")
ROW = question("fermi-01", "How many?", "いくつ\nですか？")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDBED_STORE", str(tmp_path / "store.sqlite"))


def edit_of(id: str, text: str) -> Edit:
    return make_edit(question(id, "s", "m"), "question", {"text": text}, "yuki", 5)


def test_an_edit_says_what_it_was_made_on() -> None:
    edit = make_edit(ROW, "question", {"text": "何個ですか？"}, "yuki", 12.34)
    assert edit["decision"] == "edited"
    assert (edit["source"], edit["machine"]) == (ROW["source"], ROW["translation"])
    assert (edit["editor"], edit["seconds"]) == ("yuki", 12.3)


def test_the_machine_text_with_a_browsers_line_ends_is_approved_as_it_was() -> None:
    edit = make_edit(ROW, "question", {"text": "いくつ\r\nですか？"}, None, None)
    assert edit["decision"] == "approved"
    assert edit["fields"] == ROW["translation"]
    assert "editor" not in edit
    assert "seconds" not in edit


def test_seconds_of_one_editor_add_up_and_a_note_stays() -> None:
    first = make_edit(ROW, "question", {"text": "一"}, "yuki", 10, "why")
    assert make_edit(ROW, "question", {"text": "二"}, "yuki", 5, before=first)["seconds"] == 15
    assert make_edit(ROW, "question", {"text": "二"}, "aki", 5, before=first)["seconds"] == 5
    assert make_edit(ROW, "question", {"text": "二"}, "yuki", 5, before=first)["note"] == "why"
    assert "note" not in make_edit(ROW, "question", {"text": "二"}, "yuki", 5, "", before=first)


@pytest.mark.parametrize(
    ("fields", "editor", "words"),
    [
        ({"text": " \n"}, None, "fields.text is blank"),
        ({"text": "あ" * 100_000}, None, f"100,000 characters, but at most {MOST_CHARACTERS:,} are allowed"),
        ({"texts": "a"}, None, "expected text, found texts"),
        ({"text": "\ud800"}, None, "half a character"),
        ({"text": "a"}, "../x", "does not have the form"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(fields: dict[str, str], editor: str | None, words: str) -> None:
    with pytest.raises(UserError, match="fermi-01") as error:
        make_edit(ROW, "question", fields, editor, None)
    assert words in str(error.value)


def test_a_row_without_a_translation_cannot_be_edited() -> None:
    with pytest.raises(UserError, match="no machine translation"):
        make_edit(question("a-01", "s", None), "question", {"text": "t"}, None, None)


def test_saving_touches_one_line() -> None:
    # Hand-written lines, not canonical, with a blank one and no line end at the end: theirs to keep.
    PATH.parent.mkdir(parents=True)
    hand = [
        '{"id": "a-01", "decision": "edited", "fields": {"text": "甲"}, "source_hash": "%s", "machine_hash": "%s"}',
        "",
        '{"decision":"edited","fields":{"text":"丁"},"id":"d-01","machine_hash":"%s","source_hash":"%s"}',
    ]
    PATH.write_text("\n".join(hand).replace("%s", "0" * 64), encoding="utf-8")
    before = PATH.read_text(encoding="utf-8").split("\n")
    order = ["a-01", "b-01", "c-01", "d-01", "e-01"]
    c, b = edit_of("c-01", "丙"), edit_of("b-01", "乙")
    save_edit(PATH, "question", c, "c-01", None, order)
    save_edit(PATH, "question", b, "b-01", None, order)
    assert PATH.read_text(encoding="utf-8").split("\n") == [before[0], canonical(b), canonical(c), "", before[2], ""]
    save_edit(PATH, "question", None, "c-01", c, order)
    save_edit(PATH, "question", edit_of("b-01", "新"), "b-01", b, order)
    assert PATH.read_text(encoding="utf-8").split("\n") == [before[0], canonical(edit_of("b-01", "新")), "", before[2], ""]
    assert [path.name for path in PATH.parent.iterdir()] == [PATH.name]  # neither lock nor part is left beside it


def test_a_row_that_changed_meanwhile_is_a_conflict_and_nothing_is_written() -> None:
    mine, theirs = edit_of("a-01", "私"), edit_of("a-01", "彼")
    save_edit(PATH, "question", theirs, "a-01", None)
    before = PATH.read_bytes()
    with pytest.raises(Conflict) as conflict:
        save_edit(PATH, "question", mine, "a-01", None)
    assert conflict.value.present == theirs
    with pytest.raises(Conflict):
        save_edit(PATH, "question", None, "a-01", mine)
    assert PATH.read_bytes() == before


def test_many_rows_are_saved_at_once_but_for_those_that_changed_meanwhile() -> None:
    ids = [f"a-{number:04}" for number in range(200)]
    theirs = edit_of(ids[7], "彼")
    save_edit(PATH, "question", theirs, ids[7], None, ids)
    conflicts = save_edits(PATH, "question", [Change(id, edit_of(id, "私"), None) for id in reversed(ids)], ids)
    assert [(conflict.id, conflict.present) for conflict in conflicts] == [(ids[7], theirs)]
    saved = read_edits(PATH, "question")
    assert list(saved) == ids
    assert [id for id, edit in saved.items() if edit["fields"]["text"] != "私"] == [ids[7]]


def test_a_file_that_is_not_valid_is_left_alone() -> None:
    PATH.parent.mkdir(parents=True)
    PATH.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"questions\.ja\.jsonl:1: merge conflict"):
        save_edit(PATH, "question", edit_of("a-01", "文"), "a-01", None)
    assert PATH.read_text(encoding="utf-8") == "<<<<<<< HEAD\n"


def test_a_blank_field_in_the_file_is_named() -> None:
    PATH.parent.mkdir(parents=True)
    PATH.write_text(canonical(edit_of("a-01", "文") | {"fields": {"text": " "}}) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"edit 'a-01': fields\.text is blank"):
        read_edits(PATH, "question")


def test_saves_at_the_same_time_are_all_kept() -> None:
    ids = [f"a-{number:02}" for number in range(20)]
    failed: list[Exception] = []

    def save(id: str) -> None:
        try:
            save_edit(PATH, "question", edit_of(id, id), id, None, ids)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=save, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert list(read_edits(PATH, "question")) == ids
