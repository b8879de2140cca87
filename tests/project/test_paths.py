"""Where things lie: one store for all worktrees of a repository, and a transcript for each stage."""

import shutil
import subprocess
from pathlib import Path

import pytest

from seedbed.project import paths
from seedbed.util.errors import UserError


def git(folder: Path, *args: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *args], cwd=folder, capture_output=True, check=True)


@pytest.fixture(params=["", "part/project"], ids=["at the top", "in a subfolder"])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a git repository, at its top or below; the machine's own DVC configuration is left out."""
    for name in ("DVC_SYSTEM_CONFIG_DIR", "DVC_GLOBAL_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    folder: Path = tmp_path / "main" / request.param
    (folder / ".dvc").mkdir(parents=True)
    (folder / ".dvc" / "config").touch()
    git(tmp_path / "main", "init", "-q")
    git(tmp_path / "main", "add", "-A")
    git(tmp_path / "main", "commit", "-qm", "start")
    return folder


def test_a_second_worktree_shares_the_store_of_the_first(project: Path, tmp_path: Path) -> None:
    git(tmp_path / "main", "worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    second = tmp_path / "second" / project.relative_to(tmp_path / "main")
    assert (second / ".dvc" / "config").is_file()
    store = project / ".dvc" / "seedbed" / "store.sqlite"
    assert paths.store(project) == store
    assert paths.store(second) == store
    assert paths.locks(second) == store.parent / "locks"
    assert paths.cache_folder(second) == second / ".dvc" / "cache"  # which DVC itself has


def test_a_worktree_of_a_repository_without_the_project_has_its_own(project: Path, tmp_path: Path) -> None:
    git(tmp_path / "main", "worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    (project / ".dvc" / "config").unlink()
    (project / ".dvc").rmdir()
    second = tmp_path / "second" / project.relative_to(tmp_path / "main")
    assert paths.store(second) == second / ".dvc" / "seedbed" / "store.sqlite"


def test_a_worktree_that_names_the_first_by_a_relative_path(project: Path, tmp_path: Path) -> None:
    git(tmp_path / "main", "worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    (tmp_path / "second" / ".git").write_text("gitdir: ../main/.git/worktrees/second\n")
    second = tmp_path / "second" / project.relative_to(tmp_path / "main")
    assert paths.store(second) == paths.store(project)


def test_a_submodule_is_no_worktree(project: Path, tmp_path: Path) -> None:
    """A project that another one holds as a submodule has a store of its own."""
    allowed = ("-c", "protocol.file.allow=always")
    git(tmp_path, "init", "-q", "outer")
    shutil.copytree(project / ".dvc", tmp_path / "outer" / project.relative_to(tmp_path / "main") / ".dvc")
    git(tmp_path / "outer", *allowed, "submodule", "add", "-q", str(tmp_path / "main"), "inner")
    inner = tmp_path / "outer" / "inner" / project.relative_to(tmp_path / "main")
    assert paths.store(inner) == inner / ".dvc" / "seedbed" / "store.sqlite"


def test_a_folder_without_git_has_its_own(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    assert paths.store(tmp_path).is_relative_to(tmp_path)


def test_the_store_lies_beside_the_cache_that_dvc_is_set_to(project: Path, tmp_path: Path) -> None:
    (project / ".dvc" / "config").write_text(f"[cache]\n    dir = {tmp_path / 'shared' / 'cache'}\n")
    assert paths.cache_folder(project) == tmp_path / "shared" / "cache"
    assert paths.store(project) == tmp_path / "shared" / "seedbed" / "store.sqlite"


def test_a_store_that_is_named_is_taken(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDBED_STORE", "elsewhere.sqlite")
    assert paths.store(project) == Path("elsewhere.sqlite")


@pytest.mark.parametrize("stage", ["translate@seed_tasks", "generate@native", "judge@good-vs-thin"])
def test_a_transcript_is_that_of_its_stage(stage: str) -> None:
    assert paths.stage_of_transcript(paths.transcript(stage)) == stage
    assert paths.transcript(stage).parent.parent == paths.RESPONSES


def test_an_output_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"`seedbed repro` builds it, or `dvc pull` downloads it"):
        paths.built(tmp_path / "x.jsonl")
