"""CI's check: the same inputs and other bytes need an edition."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness import ROOT


def entry(**changes: Any) -> dict[str, Any]:
    """Return a stage's entry of `dvc.lock`."""
    made: dict[str, Any] = {
        "cmd": "python -m stages.judge",
        "deps": [{"path": "stages/judge.py", "md5": "d1", "size": 3}],
        "params": {"params.yaml": {"editions.judge": 1, "judge": {"model": "m"}}},
        "outs": [{"path": "a.jsonl", "md5": "o1", "size": 3}, {"path": "b.jsonl", "md5": "o2", "size": 3}],
    }
    return made | changes


RAISED = {"params.yaml": {"editions.judge": 2, "judge": {"model": "m"}}}
OTHER_OUTS = [{"path": "a.jsonl", "md5": "o1", "size": 3}, {"path": "b.jsonl", "md5": "new", "size": 9}]
OTHER_DEPS = [{"path": "stages/judge.py", "md5": "d2", "size": 3}]


def checked(tmp_path: Path, old: Any, new: Any) -> tuple[int, str]:
    """Run the check of two locks, each a text or stages, and return its exit code and what it printed."""
    for name, stages in (("old.lock", old), ("new.lock", new)):
        text = stages if isinstance(stages, str) else yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False)
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "seedbed.pipeline.edition_check", str(tmp_path / "old.lock"), str(tmp_path / "new.lock")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_the_same_inputs_and_other_bytes_need_an_edition(tmp_path: Path) -> None:
    old = {"judge@good-vs-thin": entry(), "answer@good": entry()}
    code, output = checked(tmp_path, old, old | {"judge@good-vs-thin": entry(outs=OTHER_OUTS)})
    assert code == 1
    assert output == (
        "error: judge@good-vs-thin: the same inputs give a different b.jsonl; raise judge in seedbed/project/editions.py and "
        "describe the change in CHANGELOG.md\n"
    )


def test_each_stage_is_named(tmp_path: Path) -> None:
    stages = ("judge@good-vs-thin", "benchmark")
    output = checked(tmp_path, {name: entry() for name in stages}, {name: entry(outs=OTHER_OUTS) for name in stages})[1]
    assert [line.split(": ")[0] for line in output.removeprefix("error: ").splitlines()] == list(stages)


@pytest.mark.parametrize(
    "now",
    [
        {"outs": OTHER_OUTS, "params": RAISED},
        {"outs": OTHER_OUTS, "deps": OTHER_DEPS},
        {"outs": OTHER_OUTS, "cmd": "python -m stages.judge --more"},
        {},
    ],
    ids=["edition raised", "another dependency", "another command", "nothing"],
)
def test_what_needs_none(tmp_path: Path, now: dict[str, Any]) -> None:
    code, output = checked(tmp_path, {"judge": entry()}, {"judge": entry(**now), "new@one": entry()})
    assert (code, output) == (0, "editions: 2 stages compared; the same inputs give the same bytes\n")


def test_a_first_lock_has_nothing_to_be_held_against(tmp_path: Path) -> None:
    assert checked(tmp_path, "", {"judge": entry()})[0] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stages: [", "old.lock"),
        ("stages:\n  judge: 5\n", "old.lock: not a dvc.lock"),
        ("- a\n", "old.lock: not a dvc.lock"),
        ("stages:\n- a\n", "old.lock: not a dvc.lock"),
        ("stages:\n  judge:\n    outs:\n    - path: a\n", "old.lock: not a dvc.lock"),
    ],
)
def test_a_lock_that_cannot_be_read(tmp_path: Path, text: str, words: str) -> None:
    code, output = checked(tmp_path, text, {"judge": entry()})
    assert code == 1
    assert output.startswith("error: ")
    assert words in output


def test_a_lock_that_is_not_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seedbed.pipeline.edition_check", "none.lock", "none.lock"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: none.lock: ")
    assert len(done.stderr.splitlines()) == 1
