"""Code of answers runs in confines that it cannot leave."""

import sys
from pathlib import Path

import pytest

from seedbed.reporting.checks import confined
from seedbed.reporting.checks.confined import passes_tests, run_all
from seedbed.util.errors import UserError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines")
VICTIM = "a file of somebody's"


def passed(body: str, before: str = "import os") -> bool:
    """Whether a function with this body returns something true, where it runs confined."""
    return passes_tests(f"```python\n{before}\ndef f():\n    {body}\n```", "assert f()")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_text(VICTIM, encoding="utf-8")
    return path


def test_code_passes_its_tests_or_not() -> None:
    assert passed("return 1 + 1 == 2")
    assert not passed("return False")
    assert not passed("raise KeyError")
    assert not passes_tests("コードはありません。", "assert True")
    assert passed("import datetime, re, math, json, decimal, collections, zoneinfo; return datetime.date.today()")
    assert passed("print('x' * 10**7); return True")  # goes nowhere
    example = "```python\ndef f(): return 1\n```\n```python\nprint(open('none.txt').read())\n```"
    assert passes_tests(example, "assert f() == 1")  # an example of use may fail


@pytest.mark.parametrize(
    "body",
    [
        "import socket; socket.socket(); return True",
        "import socket; socket.create_connection(('127.0.0.1', 80)); return True",
        "import subprocess; subprocess.run(['true']); return True",
        "os.execv('/bin/true', ['true'])",
        "os.fork(); return True",
        "import threading; threading.Thread(target=print).start(); return True",
        "os.kill(os.getppid(), 0); return True",
        "open('new', 'w'); return True",
        "open({victim!r}, 'a'); return True",
        "os.open({victim!r}, os.O_RDWR); return True",
        "os.truncate({victim!r}, 0); return True",
        "os.remove({victim!r}); return True",
        "os.rename({victim!r}, {victim!r} + '2'); return True",
        "os.symlink({victim!r}, 'link'); return True",
        "os.chmod({victim!r}, 0); return True",
        "os.mkdir('new'); return True",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)); return True",
        "import ctypes; return ctypes.CDLL(None).fork() >= 0",
        "return bytearray(1 << 30)",
        "return f()",
        "os._exit(0)",
        "raise SystemExit(0)",
    ],
)
def test_code_cannot_leave_its_confines(victim: Path, body: str) -> None:
    assert not passed(body.replace("{victim!r}", repr(str(victim))))
    assert [path.name for path in victim.parent.iterdir()] == ["victim"]
    assert victim.read_text(encoding="utf-8") == VICTIM


def test_code_sees_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    assert passed("return 'SOME_API_KEY' not in os.environ and 'HOME' not in os.environ")


@pytest.mark.slow
def test_code_without_an_end_is_stopped() -> None:
    assert not passed("while True: pass")


def test_a_process_that_sleeps_is_stopped_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "_MOST_SECONDS", 0.5)
    assert not passed("import time; time.sleep(60); return True")


def test_where_nothing_can_be_confined_nothing_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine without seccomp: the child ends before any code runs, and a sentence says so."""
    child = tmp_path / "child.py"
    source = confined._CHILD.read_text(encoding="utf-8")
    child.write_text(source.replace("arch, calls, opening = ", "raise OSError\n    arch, calls, opening = "), encoding="utf-8")
    monkeypatch.setattr(confined, "_CHILD", child)
    with pytest.raises(UserError, match=r"report\.run_code: this machine cannot confine"):
        run_all([("```python\nx = 1\n```", "assert x")])
    assert run_all([]) == []
