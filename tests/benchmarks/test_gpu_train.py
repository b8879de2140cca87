"""`benchmarks/gpu_train.sh`, with a `python` of the test's own: no machine that runs the tests has an accelerator."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.harness import ROOT

PYTHON = r"""#!/bin/sh
case "$2" in
    "import torch") exit "$TORCH" ;;
    *is_available*) exit "$ACCELERATOR" ;;
    *current_accelerator*) echo "accelerator: cuda" ;;
    benchmarks.real_train)
        echo "$*" >>"$ASKED"
        while [ "$1" != --out ]; do shift; done
        echo '{"steps": 3}' >"$2"
        exec sleep "$SECONDS_OF_TRAINING" ;;
    *) echo "$*" >>"$ASKED" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the script beside a `python` that notes what it is asked to run."""
    for path, text in (
        ("benchmarks/gpu_train.sh", None),
        (".venv/bin/python", PYTHON),
        ("data/build/export/native/messages.jsonl", ""),
    ):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            shutil.copy(ROOT / path, target)
        else:
            target.write_text(text, encoding="utf-8")
            target.chmod(0o755)
    return tmp_path


def run(folder: Path, *arguments: str, torch: int = 0, accelerator: int = 0, seconds: int = 0) -> tuple[int, str, str]:
    """Return the status, what was printed, and what `python` was asked to run; 0 says that a thing is there."""
    asked = folder / "asked"
    env = {"TORCH": str(torch), "ACCELERATOR": str(accelerator), "ASKED": str(asked), "SECONDS_OF_TRAINING": str(seconds)}
    command = ["bash", str(folder / "benchmarks" / "gpu_train.sh"), *arguments]
    done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, asked.read_text(encoding="utf-8") if asked.is_file() else ""


def test_its_syntax() -> None:
    subprocess.run(["bash", "-n", str(ROOT / "benchmarks" / "gpu_train.sh")], check=True)


def test_without_torch_or_an_accelerator_nothing_is_trained(folder: Path) -> None:
    assert run(folder, torch=1) == (0, "no torch here, so nothing was trained: make .venv/train installs it\n", "")
    assert run(folder, accelerator=1) == (0, "torch sees no accelerator here, so nothing was trained\n", "")


def test_a_random_base_is_trained_where_no_model_was_fetched(folder: Path) -> None:
    status, printed, asked = run(folder, "30")
    assert status == 0
    assert '{"steps": 3}' in printed
    made, trained = asked.splitlines()
    assert made.startswith("-m tests.training.tiny_base /")
    assert trained.startswith(f"-m benchmarks.real_train --base {made.split()[-1]} --steps 30 --out ")


def test_the_fetched_model_is_taken_and_the_time_is_bounded(folder: Path) -> None:
    weights = folder / ".venv-real" / "smollm2-135m" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.touch()
    status, printed, asked = run(folder, "200", "0.01", seconds=60)
    assert status == 124
    assert "not done within 0.01 minutes: what was measured so far follows" in printed
    assert '{"steps": 3}' in printed
    assert asked.startswith("-m benchmarks.real_train --base .venv-real/smollm2-135m --steps 200 --out ")
