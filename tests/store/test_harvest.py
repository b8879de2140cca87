"""What was paid for under any layout is found: by the locks of every branch and tag, read from the DVC cache."""

import shutil
from contextlib import chdir
from pathlib import Path

import pytest

from seedbed.exchange.requests import Request
from seedbed.store.claims import Claims
from seedbed.store.harvest import harvest_all, unreferenced
from seedbed.store.projects import projects, register
from seedbed.store.store import Store
from seedbed.store.tools import verify
from seedbed.store.transcripts import warm_store
from seedbed.util.errors import UserError
from tests.diff.history import (
    NEW_PARAMS,
    NEW_PIPELINE,
    OLD_PARAMS,
    OLD_PIPELINE,
    Repository,
    exchange,
    new_outputs,
    old_outputs,
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An older revision with three responses, under a tag; and the present one, which rests on one more."""
    made = Repository(tmp_path / "project")
    made.commit("old", OLD_PIPELINE, OLD_PARAMS, old_outputs())
    outputs = new_outputs()
    outputs["generate@native"]["data/build/responses/generate/native.jsonl"] = [exchange("generate", "s00001")]
    made.commit("new", NEW_PIPELINE, NEW_PARAMS, outputs)
    monkeypatch.chdir(made.root)
    return made


def test_transcripts_of_both_layouts_are_read(repository: Repository, tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        assert harvest_all(store) == "4 new responses from 3 transcripts"
        stages = [stage for (stage,) in store.rows("select stage from responses order by stage")]
        # The one generation of the old layout is `native` today, whose token counts the plan then knows.
        assert len(stages) == 4
        assert sorted(set(stages)) == ["answer@good", "generate@native"]
        assert harvest_all(store) == "0 new responses from 0 transcripts"
        assert unreferenced(store) == set()


def test_transcripts_that_are_not_here_are_named(repository: Repository, tmp_path: Path) -> None:
    for blob in (repository.root / ".dvc" / "cache" / "files" / "md5").glob("*/*"):
        blob.unlink()
    with Store(tmp_path / "store.sqlite") as store:
        assert harvest_all(store) == (
            "0 new responses from 0 transcripts; 3 are neither in the DVC cache nor in its remote (answer@good, generate, "
            "generate@native)"
        )


def test_a_transcript_that_was_cut_is_passed_over_and_read_when_it_is_whole_again(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cut at the end of a line it is rows like any other: only its MD5 tells."""
    blobs = {path: path.read_bytes() for path in (repository.root / ".dvc" / "cache" / "files" / "md5").glob("*/*")}
    cut = [path for path, content in blobs.items() if content.count(b"\n") > 1 and b'"request"' in content]
    assert cut
    for path in cut:
        path.chmod(0o644)
        path.write_bytes(blobs[path][: blobs[path].index(b"\n") + 1])
    with Store(tmp_path / "store.sqlite") as store:
        first = harvest_all(store)
        assert f"; {len(cut)} are neither in the DVC cache nor in its remote" in first
        assert "damaged and ignored: its MD5 does not match its name" in capsys.readouterr().err
        assert warm_store(store) == 0
        before = store.rows("select count(*) from responses")[0][0]
        for path in cut:
            path.write_bytes(blobs[path])
        assert harvest_all(store) == f"{4 - before} new responses from {len(cut)} transcripts"


def test_a_damaged_row_comes_back_from_the_transcript_that_holds_it(repository: Repository, tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        assert warm_store(store)
        ((key,),) = store.rows("select key from responses limit 1")
        whole = store.get([key])
        store.change("update responses set response = '{}' where key = ?", (key,))
        assert "1 damaged response dropped" in (said := verify(store, repair=True))
        assert "1 of them restored from transcripts" in said
        assert store.get([key]) == whole


def test_what_another_project_over_the_store_rests_on_is_kept(repository: Repository, tmp_path: Path) -> None:
    """Committed or not, in git or not; a project that is not there any more is named."""
    other, third = Repository(tmp_path / "other"), Repository(tmp_path / "third")
    for number, each in enumerate((other, third)):
        outputs = new_outputs()
        outputs["answer@good"]["data/build/responses/answer/good.jsonl"] = [exchange("answer", f"q-{number}-of-its-own")]
        each.commit("new", NEW_PIPELINE, NEW_PARAMS, outputs)
    shutil.rmtree(third.root / ".git")
    with Store(tmp_path / "store.sqlite") as store:
        for each in (repository, other):
            with chdir(each.root):
                harvest_all(store)
        with chdir(third.root):
            register(store)
            warm_store(store)
        assert store.rows("select count(*) from responses") == [(6,)]
        lost = Request("", {"attempt": 1})
        store.put("s", lost, exchange("s", "lost")["response"])
        assert unreferenced(store) == {lost.key}
        assert projects(store) == ([repository.root, other.root, third.root], [])
        sending = Claims(store)
        with pytest.raises(UserError, match="a build is using this store now"):
            unreferenced(store)
        sending.close()
        shutil.move(other.root, tmp_path / "elsewhere")
        assert projects(store) == ([repository.root, third.root], [other.root])
        assert len(unreferenced(store)) == 2


def test_a_throw_away_clone_is_no_project(repository: Repository, tmp_path: Path) -> None:
    clone = repository.root / ".dvc" / "tmp" / "exps" / "clone"
    clone.mkdir(parents=True)
    with Store(tmp_path / "store.sqlite") as store:
        with chdir(clone):
            register(store)
        assert store.rows("select * from projects") == []
