"""A command that is forked does what it does in a process of its own."""

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.forks import Forks
from tests.harness import FORKS, Project
from tests.sending.test_kill import wait_until

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


def test_a_command_that_is_given_up_is_ended_and_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import os, time; print(os.getpid(), file=open('pid', 'w'), flush=True); time.sleep(60)")
    (tmp_path / "next.py").write_text("print('next'); raise SystemExit(4)")

    def give_up(number: int, frame: object) -> None:
        if (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text():
            signal.setitimer(signal.ITIMER_REAL, 0)  # else the end of the command would be given up too
            raise TimeoutError

    forks, env = Forks(), Project(tmp_path).environment()
    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        with pytest.raises(TimeoutError):
            forks.run(["python", str(tmp_path / "slow.py")], tmp_path, env)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    done = forks.run(["python", str(tmp_path / "next.py")], tmp_path, env)
    assert done
    assert (done.returncode, done.stdout) == (4, "next\n")
    wait_until(lambda: not _runs(int((tmp_path / "pid").read_text())))


def _runs(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has waited for yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
