"""Git is asked, and where it cannot answer there is a None or one sentence."""

from pathlib import Path

import pytest

from seedbed.util.errors import UserError
from seedbed.util.git import file_at, git, git_or_error, git_text, version_of
from tests.harness import git as run_git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose project is a folder below its top; the working directory is that folder."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    project = tmp_path / "top" / "project"
    project.mkdir(parents=True)
    run_git(tmp_path / "top", "init", "-q", "-b", "main")
    (project / "a.txt").write_bytes(b"one\xff\r\n")
    run_git(project, "add", "-A")
    run_git(project, "commit", "-qm", "first")
    monkeypatch.chdir(project)
    return project


def test_a_file_of_a_commit_is_read_byte_for_byte(repository: Path) -> None:
    (repository / ".gitattributes").write_text("*.txt diff=shout\n", encoding="utf-8")
    run_git(repository, "config", "diff.shout.textconv", "tr a-z A-Z <")
    (repository / "a.txt").write_bytes(b"two")
    assert file_at("HEAD", "a.txt") == b"one\xff\r\n"
    assert file_at("main", Path("a.txt")) == b"one\xff\r\n"


def test_what_is_not_there_is_none(repository: Path) -> None:
    assert file_at("HEAD", "b.txt") is None
    assert file_at("nowhere", "a.txt") is None
    assert git("log", "nowhere") is None


def test_text_that_is_not_utf8_is_replaced(repository: Path) -> None:
    assert git_text("show", "HEAD:./a.txt") == "one\ufffd\r\n"


def test_a_failure_is_said_in_the_first_line_of_gits_own_words(repository: Path) -> None:
    assert git_or_error("rev-parse", "--abbrev-ref", "HEAD") == b"main\n"
    with pytest.raises(UserError, match=r"^git log: ambiguous argument 'nowhere': .*; run this in a git checkout$"):
        git_or_error("log", "nowhere")


def test_a_command_that_takes_too_long_is_given_up(repository: Path) -> None:
    assert git("cat-file", "--batch", timeout_s=0) is None


def test_a_machine_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert git("status") is None
    with pytest.raises(UserError, match=r"git cannot be run .*; install git"):
        git_or_error("status")


def test_the_version_of_a_file_is_its_last_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    path = Path("judge.yaml")
    assert version_of(path) is None  # no git here
    run_git(tmp_path, "init", "-q")
    run_git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Nothing")
    path.write_text("user: x\n")
    assert version_of(path) == "not committed yet"
    run_git(tmp_path, "add", ".")
    run_git(tmp_path, "commit", "-q", "-m", "A better judge")
    last = run_git(tmp_path, "log", "-1", "--format=%h, %as, %s").strip()
    assert version_of(path) == last
    path.write_text("user: y\n")
    assert version_of(path) == f"{last}, and changed in the working tree"
