"""Which transcripts a stage that misses a response asks for: all sides of a merge that it was not built since."""

import subprocess
from hashlib import md5
from pathlib import Path

import pytest

from seedbed.project import paths
from seedbed.store.locked import bring_others, bring_transcripts
from tests.harness import git

BASE, BEN, CAROL, OTHER = ("0" * 32, "b" * 32, "c" * 32, "d" * 32)
ANN = md5(b"ann", usedforsecurity=False).hexdigest()
_LOCK = """\
schema: '2.0'
stages:
  translate@questions:
    cmd: x
    outs:
    - path: data/build/responses/translate/questions.jsonl
      hash: md5
      md5: {}
      size: 1
"""


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ann, Ben and Carol each built on a branch of their own; the DVC cache is empty, and there is no remote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_EDITOR", "true")
    at(monkeypatch, 800)  # merges and rebases
    git(tmp_path, "init", "-q", "-b", "main")
    commit(BASE, 100)
    for number, (name, digest) in enumerate((("ben", BEN), ("ann", ANN), ("carol", CAROL)), start=2):
        git(tmp_path, "checkout", "-q", "-b", name, "main")
        commit(digest, 100 * number)
    git(tmp_path, "checkout", "-q", "ben")
    return tmp_path


def commit(digest: str, seconds: int) -> None:
    """Commit a lock, at a time of its own."""
    Path("dvc.lock").write_text(_LOCK.format(digest))
    git(Path(), "add", "dvc.lock")
    with pytest.MonkeyPatch.context() as patch:
        at(patch, seconds)
        git(Path(), "commit", "-qm", digest[:1])


def at(patch: pytest.MonkeyPatch, seconds: int) -> None:
    """Have git believe that it is now so many seconds after a beginning."""
    for role in ("AUTHOR", "COMMITTER"):
        patch.setenv(f"GIT_{role}_DATE", f"@{1_700_000_000 + seconds} +0000")


def merge(branch: str, digest: str) -> None:
    """Merge a branch, with the lock of one side; the merge is left uncommitted."""
    git(Path(), "merge", "-q", "--no-commit", "-s", "ours", branch)
    Path("dvc.lock").write_text(_LOCK.format(digest))
    git(Path(), "add", "dvc.lock")


def wanted() -> set[str]:
    """Return what is lacking, which here is all that is wanted."""
    there, lacking = bring_transcripts("translate@questions", lambda digest: False)
    assert there == []
    return {each.digest for each in lacking}


def test_a_branch_wants_its_own_alone(history: Path) -> None:
    assert wanted() == {BEN}


@pytest.mark.parametrize("lock", [ANN, BEN])
def test_a_merge_wants_both_sides(history: Path, lock: str) -> None:
    merge("ann", lock)
    assert wanted() == {ANN, BEN}
    git(history, "commit", "-qm", "merged")
    assert wanted() == {ANN, BEN}
    commit(OTHER, 900)  # built since
    assert wanted() == {OTHER}


def test_two_merges_before_a_build_want_all_three(history: Path) -> None:
    merge("ann", ANN)
    git(history, "commit", "-qm", "merged")
    merge("carol", CAROL)
    assert wanted() == {ANN, BEN, CAROL}
    git(history, "commit", "-qm", "merged again")
    assert wanted() == {ANN, BEN, CAROL}


def test_a_lock_that_was_deleted_is_looked_up_in_the_last_commit(history: Path) -> None:
    merge("ann", BEN)
    Path("dvc.lock").unlink()
    assert wanted() == {ANN, BEN}


def brought(read: set[str]) -> list[str]:
    """Return what is brought of further transcripts, nothing of which is required; Ann's is in the DVC cache."""
    blob = paths.blob(ANN)
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(b"ann")
    assert {each.digest for each in bring_transcripts("translate@questions", read.__contains__)[1]} <= {BEN} - read
    return bring_others("translate@questions", read.__contains__)[0]


def test_a_rebase_brings_what_is_there_of_the_commits_below(history: Path) -> None:
    """It is not required: nothing tells a rebased commit from one that was built upon the other."""
    git(history, "rebase", "-q", "-X", "theirs", "ann")  # of a rebase, theirs are the commits that it moves
    git(history, "branch", "-qD", "ann")
    assert bring_others("translate@questions", {BEN}.__contains__)[0] == []
    assert brought({BEN}) == [ANN]
    assert brought({ANN, BEN}) == []


@pytest.mark.parametrize("named", [False, True])
def test_a_squash_wants_both_sides_as_long_as_git_names_them(history: Path, named: bool) -> None:
    """Until it is committed, and later where the message is git's own."""
    with pytest.raises(subprocess.CalledProcessError):
        git(history, "merge", "-q", "--squash", "ann")
    git(history, "checkout", "-q", "--ours", "dvc.lock")
    assert wanted() == {ANN, BEN}
    git(history, "add", "dvc.lock")
    git(history, "commit", "-q", "--allow-empty", *(["--no-edit"] if named else ["-m", "Ann's"]))
    assert wanted() == ({ANN, BEN} if named else {BEN})
    assert brought({BEN}) == [ANN]
    commit(OTHER, 900)  # built since
    assert wanted() == {OTHER}


@pytest.mark.parametrize("where", ["branch", "remote", "left", "fetched"])
def test_what_an_uncommon_way_of_taking_it_leaves_is_found_where_git_still_names_it(
    history: Path, tmp_path_factory: pytest.TempPathFactory, where: str
) -> None:
    """The branch is here, or was seen in a remote; the user was on it, and it is gone; it was fetched and has no name here."""
    if where == "left":
        git(history, "checkout", "-q", "ann")
        git(history, "checkout", "-q", "ben")
    elif where != "branch":
        other = tmp_path_factory.mktemp("other")
        git(history, "clone", "-q", "--bare", ".", str(other))
        git(history, "fetch", "-q", str(other), *(["ann"] if where == "fetched" else ["ann:refs/remotes/origin/ann"]))
    if where != "branch":
        git(history, "branch", "-qD", "ann")
    commit(BEN[::-1].replace("b", "e"), 900)
    assert brought({BEN, "e" * 32}) == [ANN]


def test_what_another_branch_has_and_nobody_pushed_is_said_with_its_name(history: Path) -> None:
    there, lacking = bring_others("translate@questions", {BEN}.__contains__)
    assert there == []
    assert [(each.digest, each.branch) for each in lacking] == [(CAROL, "carol"), (ANN, "ann")]


def test_a_branch_whose_lock_cannot_be_read_is_passed_over(history: Path) -> None:
    git(history, "checkout", "-q", "carol")
    Path("dvc.lock").write_text("<<<<<<< HEAD\n")
    git(history, "commit", "-qam", "half a merge")
    git(history, "checkout", "-q", "ben")
    assert brought({BEN}) == [ANN]
