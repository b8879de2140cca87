"""What a stopped `dvc` leaves half-written is mended; what a person must decide is left alone."""

from pathlib import Path

import pytest

from seedbed.pipeline.repair import mend_half_files
from seedbed.util.errors import UserError
from tests.harness import Project, git

LOCK = Path("dvc.lock")
HALF = Path(".dvc/tmp/dvc.lock.half")
PARAMS_OF_LOCK = """\
schema: '2.0'
stages:
  post_edit@questions:
    cmd: python -m stages.post_edit
    deps:
    - path: data/edits
      md5: 0123456789abcdef0123456789abcdef
      size: 1
    params:
      params.yaml:
        language: ja
"""


@pytest.mark.parametrize("content", ["", '{"write": {"da'])
def test_half_of_dvcs_list_of_running_stages_is_removed(here: Project, content: str) -> None:
    Path(".dvc/tmp").mkdir(exist_ok=True)
    path = Path(".dvc/tmp/rwlock")
    path.write_text(content)
    mend_half_files()
    assert not path.exists()


@pytest.mark.parametrize("cut", ["md", "schem", "deps:\n"])
def test_half_a_lock_that_is_not_committed_is_taken_away(here: Project, cut: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Cut within a key, it is no YAML; cut behind `deps:`, it is, and DVC refuses it all the same."""
    half = PARAMS_OF_LOCK[: PARAMS_OF_LOCK.index(cut) + len(cut)]
    LOCK.write_text(half)
    mend_half_files()
    assert not LOCK.exists()
    assert HALF.read_text() == half
    assert "dvc.lock: half a file, left by a `dvc` that was stopped; taken away" in capsys.readouterr().err
    mend_half_files()
    assert capsys.readouterr().err == ""


def test_a_lock_cut_where_it_can_be_read_is_left_to_dvc(here: Project) -> None:
    LOCK.write_text(PARAMS_OF_LOCK[: PARAMS_OF_LOCK.index("    params:")])
    mend_half_files()
    assert LOCK.exists()


def test_half_a_lock_gives_way_to_the_committed_one(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    whole = PARAMS_OF_LOCK.encode()
    LOCK.write_bytes(whole)
    git(here.root, "init", "-q")
    git(here.root, "add", "dvc.lock")
    git(here.root, "commit", "-q", "-m", "Built")
    LOCK.write_bytes(whole[:-17])
    mend_half_files()
    assert "put back as committed" in capsys.readouterr().err
    assert LOCK.read_bytes() == whole
    assert HALF.read_bytes() == whole[:-17]

    LOCK.write_bytes(whole.rstrip(b"\n"))  # as some editors save it: whole, and left alone
    mend_half_files()
    assert LOCK.read_bytes() == whole.rstrip(b"\n")

    LOCK.write_bytes(b"stages: [")
    git(here.root, "commit", "-q", "-a", "-m", "Broken")
    with pytest.raises(UserError, match="neither this file nor the committed one can be read"):
        mend_half_files()
    assert LOCK.read_bytes() == b"stages: ["


@pytest.mark.parametrize("before", ["schema: '2.0'\n", ""])
def test_a_merge_conflict_is_left_to_the_person(here: Project, before: str) -> None:
    LOCK.write_text(f"{before}<<<<<<< ours\nstages: {{}}\n=======\n>>>>>>> theirs\n")
    with pytest.raises(UserError, match=r"dvc\.lock: a merge left a conflict in it"):
        mend_half_files()
    assert "<<<<<<< ours" in LOCK.read_text()


def test_a_build_goes_on_from_a_mended_lock(here: Project) -> None:
    """Nothing runs or is sent again: what was built is in DVC's run cache."""
    here.repro("translate@questions")
    whole = LOCK.read_bytes()
    LOCK.write_bytes(whole[: whole.index(b"md") + 2])
    mend_half_files()
    output = here.repro("translate@questions", SEEDBED_OFFLINE="1")
    assert "is cached - skipping run" in output
    assert LOCK.read_bytes() == whole
