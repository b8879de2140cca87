"""Mistakes in one sentence: on any console, and where an optional dependency is missing."""

import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

from tests.harness import ROOT

MAIN = """
from seedbed.util.errors import UserError, run
def main():
    {body}
run(main)
"""


class Run(Protocol):
    def __call__(self, body: str, **env: str) -> subprocess.CompletedProcess[bytes]: ...


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """What runs `main` with a body in a process of its own."""
    script = tmp_path / "script.py"

    def run_main(body: str, **env: str) -> subprocess.CompletedProcess[bytes]:
        script.write_text(MAIN.format(body=body), encoding="utf-8")
        return subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, env=env, check=False)

    return run_main


@pytest.mark.parametrize(
    "env",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["ascii", "no locale"],
)
def test_a_console_without_japanese_gets_escapes(run: Run, env: dict[str, str]) -> None:
    done = run("print('回答'); raise UserError('prompts/judge.yaml: 判定')", **env)
    assert done.returncode == 1
    assert done.stdout == rb"\u56de\u7b54" + b"\n"
    assert done.stderr == rb"error: prompts/judge.yaml: \u5224\u5b9a" + b"\n"


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}, {"PYTHONIOENCODING": "utf-8"}])
def test_a_console_with_japanese_gets_japanese(run: Run, env: dict[str, str]) -> None:
    """Python itself takes UTF-8 for the C locale."""
    done = run("print('回答')", **env)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, "回答\n", b"")


@pytest.mark.parametrize(
    ("module", "extra"),
    [("fastapi.routing", "review"), ("openpyxl", "review"), ("sudachipy", "ja"), ("sudachidict_core", "ja")],
)
def test_a_missing_extra_is_named(run: Run, module: str, extra: str) -> None:
    done = run(f"raise ModuleNotFoundError(name={module!r})")
    assert done.returncode == 1
    assert done.stderr.decode() == f"error: {module} is not installed; install it with `pip install 'seedbed[{extra}]'`\n"


def test_a_path_that_cannot_be_written_is_named(run: Run) -> None:
    done = run("raise PermissionError(13, 'Permission denied', '.dvc/tmp/lock')")
    assert done.returncode == 1
    assert done.stderr == b"error: .dvc/tmp/lock: Permission denied; check the permissions of the file and its folder\n"


def test_another_missing_module_is_a_fault_of_ours(run: Run) -> None:
    done = run("import no_such_module")
    assert done.returncode == 1
    assert b"Traceback" in done.stderr
    assert b"No module named 'no_such_module'" in done.stderr
