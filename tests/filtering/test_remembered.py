"""Tokens that are kept for the next time."""

import sqlite3
from pathlib import Path

import pytest

from seedbed.filtering import background, remembered
from seedbed.filtering.background import Ahead
from seedbed.filtering.remembered import Remembered
from tests.filtering.sample import SETTINGS


class Counting:
    """Splits at blanks, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: str) -> list[str]:
        self.asked.append(text)
        return text.split(" ") if text else []


TEXTS = ["a b", "", "猫 が", " ", "line\nbreak x", "half \ud800", "a\0b c"]


def test_a_text_is_tokenised_once(tmp_path: Path) -> None:
    file = tmp_path / "tokens.sqlite"
    for turn in range(2):
        counting = Counting()
        remembers = Remembered(counting, "blanks", file)
        assert [remembers(text) for text in TEXTS] == [Counting()(text) for text in TEXTS]
        remembers.save()
        assert counting.asked == (TEXTS if turn == 0 else ["line\nbreak x", "half \ud800"])
    other = Counting()
    Remembered(other, "of another version", file)("a b")
    assert other.asked == ["a b"]


def test_two_processes_write_one_file(tmp_path: Path) -> None:
    file, counting = tmp_path / "tokens.sqlite", Counting()
    one, other = Remembered(counting, "blanks", file), Remembered(counting, "blanks", file)
    assert one("a b") == other("a b") == ["a", "b"]
    one.save()
    other.save()
    assert other("a b") == ["a", "b"]
    assert counting.asked == ["a b"] * 2


def test_a_file_that_another_process_writes_for_long_is_left_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_BUSY_S", 0.01)
    file, counting = tmp_path / "tokens.sqlite", Counting()
    remembers = Remembered(counting, "blanks", file)
    remembers("a b")
    with sqlite3.connect(file) as busy:
        busy.execute("BEGIN IMMEDIATE")
        remembers.save()
        busy.rollback()
    busy.close()
    remembers.save()
    remembers("a b")
    assert counting.asked == ["a b"]


@pytest.mark.parametrize("damage", ["text", "middle", "table", "folder"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "tokens.sqlite"
    if damage == "folder":
        file.mkdir()
    else:
        before = Remembered(Counting(), "blanks", file)
        for number in range(3000):
            before(f"a {number}")
        before.save()
        with sqlite3.connect(file) as whole:
            whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if damage == "table":
                whole.execute("DROP TABLE tokens")
                whole.execute("CREATE TABLE tokens (other TEXT)")
        whole.close()
        before._file.close()  # type: ignore[union-attr]
    if damage == "text":
        file.write_text("no database, however long it is " * 1000, encoding="utf-8")
    if damage == "middle":
        content = bytearray(file.read_bytes())
        content[4096:] = b"x" * (len(content) - 4096)
        file.write_bytes(content)
    for _ in range(2):
        counting = Counting()
        remembers = Remembered(counting, "blanks", file)
        assert [remembers(f"a {number}") for number in range(20)] == [["a", str(number)] for number in range(20)]
        remembers.save()
    if damage in ("text", "middle"):
        assert [remembers("a 1"), counting.asked] == [["a", "1"], counting.asked]
        last = Counting()
        Remembered(last, "blanks", file)("a 1")
        assert last.asked == []


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tokens.sqlite"
    remembers = Remembered(Counting(), "blanks", file)
    for number in range(1000):
        remembers(str(number))
    remembers.save()
    monkeypatch.setattr(remembered, "_MOST_BYTES", 1)
    counting = Counting()
    again = Remembered(counting, "blanks", file)
    for number in range(1000):
        again(str(number))
    assert 400 < len(counting.asked) < 600


@pytest.mark.parametrize("here", [0, 1000])
def test_tokenising_ahead_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: int) -> None:
    monkeypatch.setattr(background, "_IN_THIS_PROCESS", here)
    file, texts = tmp_path / "tokens.sqlite", [f"猫が{number}匹います。" for number in range(30)]
    found = []
    for _ in range(2):
        with Ahead(SETTINGS["tokeniser"], file) as ahead:
            rows = [{"instruction": text} for text in texts]
            found.append([ahead.encode.tokens(look.text) for _, piece in ahead.all(rows) for look in piece if look.text])
    assert found[0] == found[1]
    assert found[0][3] == ["猫", "が", "3", "匹", "い", "ます"]
    with sqlite3.connect(file) as kept:
        assert kept.execute("SELECT count(*) FROM tokens").fetchone() == (30,)
    kept.close()
