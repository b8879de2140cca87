"""What was paid for under any layout is found: by the locks of every branch and tag, read from the DVC cache."""

from pathlib import Path

import pytest

from seedbed.store.harvest import harvest_all, unreferenced
from seedbed.store.store import Store
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
            "0 new responses from 0 transcripts; 3 are in neither the DVC cache nor its remote "
            "(answer@good, generate, generate@native)"
        )
