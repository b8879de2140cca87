"""What a stopped `dvc` leaves half-written is mended; what a person must decide is left alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from dvc.repo import Repo, lock_repo
from dvc.stage.loader import StageLoader
from dvc.utils import dict_sha256

from seedbed.pipeline.repair import _check_lock, mend_half_files
from seedbed.project.run_cache import dvc_lock, half_entries, mend_run_cache
from seedbed.store.transcripts import locked_transcripts
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml
from tests.harness import Project, build_once, git, make_tiny

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


def test_the_list_of_a_dvc_that_is_no_more_is_removed_and_that_of_one_at_work_is_kept(here: Project) -> None:
    """One that was killed and nobody waited for; another program that has its id; this very process, which lives."""
    Path(".dvc/tmp").mkdir(exist_ok=True)
    path = Path(".dvc/tmp/rwlock")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        for pid, hours_ago, kept in ((other.pid, 0, True), (other.pid, 1, False), (os.getpid(), 0, True)):
            list_of(path, pid, hours_ago)
            mend_half_files()
            assert path.exists() == kept, (pid, hours_ago)
        other.kill()
        while psutil.Process(other.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        list_of(path, other.pid, 0)
        mend_half_files()
        assert not path.exists()


def list_of(path: Path, pid: int, hours_ago: int) -> None:
    """Write DVC's list of running stages as a process would that writes `data`."""
    path.write_text(json.dumps({"write": {"data": {"pid": pid, "cmd": "dvc repro"}}, "read": {}}))
    written = path.stat().st_mtime - hours_ago * 3600
    os.utime(path, (written, written))


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["md", "schem", "deps:\n"])
def test_half_a_lock_that_is_not_committed_is_taken_away(here: Project, cut: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Cut within a key, it is no YAML; cut behind `deps:`, it is, and DVC refuses it all the same."""
    half = PARAMS_OF_LOCK[: PARAMS_OF_LOCK.index(cut) + len(cut)]
    LOCK.write_text(half)
    mend_half_files()
    assert not LOCK.exists()
    assert HALF.read_text() == half
    assert "dvc.lock: a partial file, left by an interrupted `dvc`; it was removed" in capsys.readouterr().err
    mend_half_files()
    assert capsys.readouterr().err == ""


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A tiny project of which one stage was built; to be copied."""

    def build(project: Project) -> None:
        make_tiny(project)
        project.repro("translate@questions")

    return build_once(tmp_path_factory.getbasetemp(), "translated", build)


@pytest.fixture
def copy(translated: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """That project, in the current folder."""
    made = translated.copy(tmp_path / "project")
    monkeypatch.chdir(made.root)
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    "cut", ["- path: data/build/responses/translate/questions.jsonl\n", "      hash: md5\n", "      md5: 0123"]
)
def test_a_lock_cut_after_the_path_of_an_output_is_taken_away(here: Project, cut: str) -> None:
    """DVC reads it; what looks for the hash of a transcript cannot."""
    path, digest = "data/build/responses/translate/questions.jsonl", "0123456789abcdef" * 2
    text = f"{PARAMS_OF_LOCK}    outs:\n    - path: {path}\n      hash: md5\n      md5: {digest}\n"
    LOCK.write_text(text[: text.rindex(cut) + len(cut)])
    assert locked_transcripts(LOCK) == []
    mend_half_files()
    assert not LOCK.exists()
    LOCK.write_text(text)
    mend_half_files()
    assert LOCK.read_text() == text
    assert locked_transcripts(LOCK) == [("post_edit@questions", digest)]


@pytest.mark.slow
def test_every_beginning_of_a_lock_is_refused_or_can_be_read(copy: Project) -> None:
    """What is left alone is what DVC and everything here reads: it merely lacks something, and DVC runs that stage."""
    name, whole, seen = "translate@questions", LOCK.read_text(), set()
    with Repo() as repo, lock_repo(repo):
        (stage,) = (stage for stage in repo.index.stages if stage.addressing == name)
        for size in range(len(whole)):
            try:
                _check_lock(LOCK, whole[:size])
            except (ValueError, UserError):
                continue
            locked_transcripts(LOCK, whole[:size])
            entry = (load_yaml(LOCK, whole[:size]).get("stages") or {}).get(name)
            if entry and canonical(entry) not in seen:
                seen.add(canonical(entry))
                StageLoader.fill_from_lock(stage, entry)
                stage.status(check_updates=True)
                stage.outs_cached()
    assert len(seen) > 10


def cut_after_first_output(entry: str) -> str:
    first = entry.index("- path", entry.index("outs:"))
    return entry[: entry.index("- path", first + 1)]


WHOLE = dict_sha256({"cmd": "x"})
HALF_ENTRIES: dict[str, Callable[[str], str | None]] = {
    "an empty folder": lambda entry: None,
    "an empty file": lambda entry: "",
    "cut in the command": lambda entry: entry[:8],
    "cut before the outputs": lambda entry: entry[: entry.index("outs:")],
    "cut at the outputs": lambda entry: entry[: entry.index("outs:") + 6],
    "cut after an output": cut_after_first_output,
    "cut in an output": lambda entry: cut_after_first_output(entry)[:-30],
    "whole": lambda entry: entry,
}


@pytest.mark.parametrize("state", HALF_ENTRIES)
def test_a_half_entry_of_the_run_cache_is_taken_away(here: Project, state: str, capsys: pytest.CaptureFixture[str]) -> None:
    leave_half_entry(here, PARAMS_OF_LOCK + "    outs:\n    - path: a\n    - path: b\n", state)
    mend_half_files()
    assert not [path for path in Path(".dvc/cache/runs").rglob("*") if path.name not in ("aa", "bb", "c" * 64, WHOLE)]
    assert Path(".dvc/cache/runs/bb", "c" * 64, WHOLE).read_text() == "cmd: x\n"
    assert "left by an interrupted `dvc` removed" in capsys.readouterr().err


def leave_half_entry(project: Project, entry: str, state: str, folder: str = f"aa/{'a' * 64}") -> None:
    """Leave what a `dvc` leaves that was stopped while it wrote an entry; beside it a whole one, of another stage."""
    runs = project.root / ".dvc" / "cache" / "runs"
    (runs / folder).mkdir(parents=True, exist_ok=True)
    other = runs / "bb" / ("c" * 64)
    other.mkdir(parents=True, exist_ok=True)
    (other / WHOLE).write_text("cmd: x\n")
    text = HALF_ENTRIES[state](entry)
    if text is not None:
        (runs / folder / ".4eKx_tmpname.tmp").write_text(text)


@pytest.mark.slow
@pytest.mark.parametrize("state", ["an empty folder", "cut in an output"])
def test_a_build_goes_on_from_a_half_entry(copy: Project, state: str) -> None:
    (entry,) = (copy.root / ".dvc" / "cache" / "runs").glob("*/*/*")
    text, lock = entry.read_text(), LOCK.read_bytes()
    entry.unlink()
    LOCK.unlink()
    leave_half_entry(copy, text, state, str(entry.parent.relative_to(copy.root / ".dvc" / "cache" / "runs")))
    assert "removed; the" in copy.run("seedbed", "check")
    copy.repro("translate@questions", SEEDBED_OFFLINE="1")
    assert LOCK.read_bytes() == lock


def test_an_entry_that_is_cut_under_its_whole_name_is_taken_away(copy: Project) -> None:
    """As a machine leaves it that lost its power; also at the end of a line, where it is an entry like any other."""
    (entry,) = (copy.root / ".dvc" / "cache" / "runs").glob("*/*/*")
    text = entry.read_bytes()
    mend_half_files()
    assert entry.read_bytes() == text
    sizes = (0, 8, text.index(b"outs:"), text.rindex(b"- path"), text.rindex(b"- path") - 1, text.rindex(b"md5: ") + 12)
    for content in (*(text[:size] for size in sizes), text[:40] + bytes(len(text) - 40)):
        entry.parent.mkdir(exist_ok=True)
        for name in (entry.name, "f" * 64):
            (entry.parent / name).write_bytes(content)
        mend_half_files()
        assert not entry.parent.exists()


def test_a_stage_that_runs_mends_the_run_cache_for_those_after_it(copy: Project) -> None:
    leave_half_entry(copy, "", "an empty folder")
    assert "left by an interrupted `dvc`" in copy.run(*copy.stage_command("questions"))
    assert not (copy.root / ".dvc" / "cache" / "runs" / "aa" / ("a" * 64)).exists()


@pytest.mark.slow
def test_half_entries_of_a_dvc_at_work_are_its_own(here: Project) -> None:
    leave_half_entry(here, "", "an empty file")
    with dvc_lock():
        mend_run_cache()
    assert half_entries()


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
    assert "the committed version was restored" in capsys.readouterr().err
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


@pytest.mark.slow
@pytest.mark.parametrize("before", ["schema: '2.0'\n", ""])
def test_a_merge_conflict_is_left_to_the_person(here: Project, before: str) -> None:
    LOCK.write_text(f"{before}<<<<<<< ours\nstages: {{}}\n=======\n>>>>>>> theirs\n")
    with pytest.raises(UserError, match=r"dvc\.lock: merge conflict"):
        mend_half_files()
    assert "<<<<<<< ours" in LOCK.read_text()


@pytest.mark.slow
def test_a_build_goes_on_from_a_mended_lock(copy: Project) -> None:
    """Nothing runs or is sent again: what was built is in DVC's run cache."""
    whole = LOCK.read_bytes()
    LOCK.write_bytes(whole[: whole.index(b"md") + 2])
    mend_half_files()
    output = copy.repro("translate@questions", SEEDBED_OFFLINE="1")
    assert "is cached - skipping run" in output
    assert LOCK.read_bytes() == whole
