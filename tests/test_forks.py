"""A command that is forked does what it does in a process of its own."""

import subprocess
from pathlib import Path

import pytest

from tests.harness import FORKS, Project

PROGRAMS = {
    "ends": "print('one'); import sys; print('two', file=sys.stderr)",
    "exits": "raise SystemExit(3)",
    "says why": "raise SystemExit('because')",
    "fails": "1 / 0",
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "where it is": "import os, sys; print(os.getcwd(), dict(os.environ), sys.argv, sys.path[0], __name__, sys.stdin.read())",
    "what it leaves": "import atexit, threading as t; atexit.register(print, 'end'); t.Timer(0.1, print, ['thread']).start()",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_fork_does_what_a_process_does(tmp_path: Path, text: str) -> None:
    (tmp_path / "program.py").write_text(text)
    command, env = ["python", str(tmp_path / "program.py"), "x"], Project(tmp_path).environment() | {"OWN": "1"}
    alone = subprocess.run(
        command, cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    forked = FORKS.run(command, tmp_path, env)
    assert forked
    assert (forked.returncode, forked.stdout) == (alone.returncode, alone.stdout)
    assert forked.stderr.splitlines()[-1:] == alone.stderr.splitlines()[-1:]


def test_a_stage_is_the_one_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages" / "__init__.py").touch()
    (tmp_path / "stages" / "mine.py").write_text("import sys; print(__name__, sys.argv[1:], file=sys.stderr)")
    assert Project(tmp_path).run("python", "-m", "stages.mine", "x") == "__main__ ['x']\n"


@pytest.mark.parametrize(
    ("command", "env"),
    [
        (["git", "--version"], {}),
        (["python", "-X", "importtime", "x.py"], {}),
        (["seedbed", "--help"], {"PYTHONUTF8": "0"}),
        (["seedbed", "--help"], {"LC_ALL": "C"}),
        (["seedbed", "--help"], {"PATH": "/usr/bin"}),
    ],
)
def test_what_a_fork_cannot_try_is_left_to_a_process(tmp_path: Path, command: list[str], env: dict[str, str]) -> None:
    assert FORKS.run(command, tmp_path, Project(tmp_path).environment() | env) is None
