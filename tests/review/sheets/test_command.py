"""`seedbed review import`: the question before anything is saved."""

from pathlib import Path

import typer
from typer.testing import CliRunner

from seedbed.review.sheets.command import import_edits
from seedbed.review.sheets.round_trip import export_edits
from seedbed.util.errors import UserError
from tests.review.sheets.translator import SHEET, Translator, change, change_again, edits


def ask(*answer: str, yes: bool = False) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(lambda: print(import_edits(SHEET, "yuki", yes)))
    done = CliRunner().invoke(app, [], input="".join(answer))
    if isinstance(done.exception, UserError):
        return 1, f"{done.output}error: {done.exception}"
    return done.exit_code, done.output


def test_nothing_is_saved_before_the_person_confirms(here: Path) -> None:
    export_edits(SHEET)
    ours = Translator()
    ours.type("q0", "text: edit", "人の文です。")
    ours.type("q1", "decision", "maybe")
    ours.book.save(SHEET)
    code, output = ask("n\n")
    assert (code, output.splitlines()) == (
        0,
        [
            "not applied: questions, row 4: decision 'maybe': expected approve, confirm, reject, or nothing",
            "to save: questions, row 3: q0 edited",
            "1 to save as edited, 5 left alone, 1 not applied",
            "Save 1 edit to data/edits? [y/N]: n",
            "nothing was saved",
        ],
    )
    assert edits() == {}
    ask()
    assert edits() == {}, "no answer is no"
    _, output = ask("y\n")
    assert output.endswith("1 edit saved; `seedbed repro` builds with them\n")
    assert edits()["q0"]["editor"] == "yuki"
    _, output = ask()
    assert "6 left alone, 1 not applied" in output, "the same file twice asks for nothing new"


def test_yes_saves_without_asking(here: Path) -> None:
    change("q0", "decision", "approve")
    _, output = ask(yes=True)
    assert "?" not in output
    assert edits()["q0"]["decision"] == "approved"


def test_a_file_with_nothing_to_save_asks_nothing(here: Path) -> None:
    export_edits(SHEET)
    assert ask() == (0, "7 left alone, 0 not applied\nnothing to save\n")
    change_again("q0", "decision", "maybe")
    code, output = ask()
    assert code == 1
    assert output.endswith("error: edits.xlsx: nothing to save; the problems are listed above")
