"""Looking at candidates ahead: a second process says the same, and ends with the first."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from seedbed.filtering import background as ahead
from seedbed.filtering.background import Ahead, Look
from seedbed.util.errors import UserError
from tests.harness import ROOT

TEXTS = [f"第{number}回の会議は {number % 7} 時です" for number in range(700)]
ROWS = [{"instruction": text, "input": ""} for text in TEXTS]
CHARACTER = {"name": "character"}
WAITING = """
from seedbed.filtering import background as ahead
ahead._IN_THIS_PROCESS = 0
if __name__ == "__main__":
    with ahead.Ahead({"name": "character"}) as made:
        for _ in made.all(iter(lambda: {"instruction": "text"}, None)):
            print("working", flush=True)
"""


def workers() -> list[psutil.Process]:
    """The second processes of this one, without the one that multiprocessing keeps its books in."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def tokens_in(ahead: Ahead, look: Look) -> list[list[str]]:
    """The tokens of a row that is not rejected: its instruction's, and all where it has an input."""
    texts = dict.fromkeys([look.instruction, look.text])
    return [ahead.encode.tokens(text) for text in texts if text]


@pytest.mark.parametrize("here", [0, 300, 5000])
def test_tokens_are_the_same_in_either_process(monkeypatch: pytest.MonkeyPatch, here: int) -> None:
    monkeypatch.setattr(ahead, "_IN_THIS_PROCESS", here)
    with Ahead(CHARACTER) as made:
        expected = [made.one(text) for text in TEXTS]
        for _ in range(2):
            pieces = list(made.all(iter(ROWS)))
            assert [row for piece, _ in pieces for row in piece] == ROWS
            looks = [look for _, piece in pieces for look in piece]
            assert [tokens_in(made, look) for look in looks] == [[tokens] for tokens in expected]
        assert made.tokenising_s > 0
        assert bool(workers()) == (here < 2 * len(TEXTS))
        assert list(made.all([])) == []
    assert not workers()


def test_rows_that_nobody_waits_for_leave_the_tokens_of_others_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_IN_THIS_PROCESS", 0)
    with Ahead(CHARACTER) as made:
        left, other = made.all(iter(ROWS)), made.all(iter(ROWS[::-1]))
        next(left)
        next(other)
        del left
        looks = [look for _, piece in other for look in piece]
        rows = [row["instruction"] for row in ROWS[::-1]][-len(looks) :]
        assert [tokens_in(made, look) for look in looks] == [[made.one(text)] for text in rows]


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_the_second_process_leaves_with_the_first(tmp_path: Path, sign: signal.Signals) -> None:
    (tmp_path / "work.py").write_text(WAITING, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "work.py"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout
        assert first.stderr
        assert first.stdout.readline() == "working\n"
        others = psutil.Process(first.pid).children()
        assert others
        for id in [first.pid, *(other.pid for other in others if sign == signal.SIGINT)]:  # Ctrl-C goes to all of them
            os.kill(id, sign)
        first.stdout.close()
        said = first.stderr.read()
        first.wait(timeout=20)
    assert psutil.wait_procs(others, timeout=20)[1] == []
    assert said.count("Traceback") == (1 if sign == signal.SIGINT else 0)  # the second one says nothing


def test_a_second_process_that_is_killed_is_reported_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_IN_THIS_PROCESS", 0)
    with Ahead(CHARACTER) as made:
        pieces = made.all(iter(lambda: {"instruction": "text"}, None))
        next(pieces)
        for worker in workers():
            worker.kill()
        with pytest.raises(UserError, match="ended from outside"):
            list(pieces)
