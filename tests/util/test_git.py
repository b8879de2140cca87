"""Which version a file is of."""

import subprocess
from pathlib import Path

import pytest

from seedbed.util.git import version_of


def test_the_version_of_a_file_is_its_last_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    path = Path("judge.yaml")
    assert version_of(path) is None  # no git here

    def git(*args: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        return subprocess.run(["git", *identity, *args], check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "Nothing")
    path.write_text("user: x\n")
    assert version_of(path) == "not committed yet"
    git("add", ".")
    git("commit", "-q", "-m", "A better judge")
    commit = git("rev-parse", "--short", "HEAD")
    assert version_of(path) == f"{commit}, {git('log', '-1', '--format=%as')}, A better judge"
    path.write_text("user: y\n")
    assert str(version_of(path)).endswith("A better judge, and changed in the working tree")
