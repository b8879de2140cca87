"""What is wrong with a declared study is said before anything is sent."""

import multiprocessing
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from seedbed.project.params import load_params
from seedbed.sending.build_process import Parent
from seedbed.training.other_trainer import train_by_command
from seedbed.training.settings import settings_of
from seedbed.util.errors import UserError
from tests.harness import Project
from tests.training.study import declare_study

MISTAKES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an unknown base": (lambda p: p["trained"]["b-native"].update(base="c"), "trained.b-native.base: unknown base 'c'"),
    "an unknown set": (
        lambda p: p["trained"]["b-native"].update(set="nativ"),
        "trained.b-native.set: unknown training set 'nativ' (did you mean 'native'?)",
    ),
    "an id that a model has": (
        lambda p: p["trained"].update(good={"base": "b", "set": "native"}),
        "trained.good: models also contains 'good'",
    ),
    "a training declared twice": (
        lambda p: p["trained"].update(again={"base": "b", "set": "native", "seed": 0}),
        "trained.again: has the same base, set and seed as 'b-native'",
    ),
    "a base with the report's word": (
        lambda p: p["bases"].update(all={"model": "some/base"}),
        "bases.all: 'all' is reserved for the mean over the bases",
    ),
    "nothing that answers": (lambda p: p["answer"].pop("trained"), "answer.trained is missing"),
    "no command": (
        lambda p: p["servers"].update(own={"base_url": "http://localhost:1/v1"}),
        "servers.own has no command that contains {model}",
    ),
    "a rank of 0": (lambda p: p["train"].update(rank=0), "train.rank"),
    "a mixture of what is not there": (
        lambda p: p["sets"].update(
            mixed={"seeds": "data/empty.jsonl", "rows": "data/build/instructions", "weights": {"nativ": 1}}
        ),
        "data/build/instructions/nativ.jsonl: no such file, and no stage writes it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(project: Project, tmp_path: Path, name: str) -> None:
    change, words = MISTAKES[name]
    declare_study(project, tmp_path / "log")
    project.edit_params(change)
    assert words in project.run("seedbed", "check", fails=True)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-trainer {out}", "train.command cannot be run"),
        ("python -c 'raise SystemExit(3)' {out}", "train.command exited with 3"),
        ("true {out}", "left no .safetensors file"),
        ("true {ouch}", "train.command: 'ouch'; allowed placeholders are {data}, {base}"),
    ],
)
def test_a_trainer_that_fails(tmp_path: Path, command: str, words: str) -> None:
    with pytest.raises(UserError, match=words.replace("{", r"\{").replace("}", r"\}")):
        train_by_command("train@x", tmp_path / "rows", {"model": "b"}, settings_of({"command": command}), 0, tmp_path)


TRAINER = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, (lambda *_: (worker.kill(), sys.exit())) if sys.argv[2] == "ends" else signal.SIG_IGN)
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(f"{worker.pid}")
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["dvc", "the stage"])
def test_a_trainer_ends_with_what_started_it(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    """Whether `dvc` is gone, which the stage notices, or the stage itself is killed, which the kernel does."""
    monkeypatch.setattr("seedbed.training.other_trainer._GRACE_S", 0.2)
    script, note = tmp_path / "trainer.py", tmp_path / "worker"
    script.write_text(TRAINER)
    command = f"{sys.executable} {script} {note} {'ends' if killed == 'the stage' else 'stays'} {{out}}"

    def stage() -> None:
        parent = Parent()
        monkeypatch.setattr(parent, "gone", lambda: killed == "dvc" and note.is_file() and note.read_text())
        train_by_command("train@x", tmp_path / "rows", {"model": "b"}, settings_of({"command": command}), 0, tmp_path, parent)

    process = multiprocessing.get_context("fork").Process(target=stage)
    process.start()
    while not (note.is_file() and note.read_text()):
        time.sleep(0.01)
    worker = psutil.Process(int(note.read_text()))
    trainer = worker.parent()
    assert trainer is not None
    if killed == "the stage":
        process.kill()
    process.join(20)
    assert process.exitcode is not None
    _, alive = psutil.wait_procs([trainer, worker], timeout=10)
    for each in alive:
        each.kill()
    assert not alive


def test_a_study_passes_the_check(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare_study(project, tmp_path / "log")
    assert "all valid" in project.run("seedbed", "check")
    monkeypatch.chdir(project.root)
    assert load_params()["trained"]["b-native"] == {"base": "b", "set": "native"}
