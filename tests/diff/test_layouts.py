"""A revision of the older layout is read under the names of the present one."""

from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.diff.command import compared, rendered
from seedbed.diff.layouts import present_params, present_path, training_sets
from seedbed.util.canonical import canonical
from tests.diff import history
from tests.diff.history import (
    NEW_PARAMS,
    NEW_PIPELINE,
    OLD_PARAMS,
    OLD_PIPELINE,
    Repository,
    answer,
    candidate,
    example,
    exchange,
    rejected,
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "project")


@pytest.fixture
def old_outputs() -> dict[str, history.Outputs]:
    return history.old_outputs()


@pytest.fixture
def new_outputs() -> dict[str, history.Outputs]:
    return history.new_outputs()


def test_the_same_rows_in_both_layouts_are_no_difference(repository: Repository, old_outputs: Any, new_outputs: Any) -> None:
    repository.commit("old", OLD_PIPELINE, OLD_PARAMS, old_outputs)
    repository.commit("new", NEW_PIPELINE, NEW_PARAMS, new_outputs)
    found = repository.diff("old", "new")
    assert (found["unread"], found["not_built"]) == ([], [])
    with chdir(repository.root):
        assert "Nothing differs between `old` and `new`." in rendered(compared("old", "new"), "markdown")
        assert "Nothing differs between `new` and `old`." in rendered(compared("new", "old"), "markdown")


def test_what_changed_across_the_layouts(repository: Repository, old_outputs: Any, new_outputs: Any) -> None:
    generated, filtered = new_outputs["generate@native"], new_outputs["filter@native"]
    generated["data/build/candidates/native.jsonl"][0] = candidate(0, "別の課題")
    generated["data/build/responses/generate/native.jsonl"].append(exchange("generate", "s00009"))
    filtered["data/build/instructions/native.jsonl"] = [candidate(0, "別の課題"), candidate(2)]
    filtered["data/build/rejected/native.jsonl"] = [rejected(1)]
    new_outputs["export@native"]["data/build/export/native"]["messages.jsonl"] = [example("別の課題 0"), example("課題 1")]
    new_outputs["answer@good"]["data/build/answers/good.jsonl"][1] = answer("q-2", "たぶん。")
    repository.commit("old", OLD_PIPELINE, OLD_PARAMS, old_outputs)
    repository.commit("new", NEW_PIPELINE, NEW_PARAMS | {"language": "ko"}, new_outputs)

    found = repository.diff("old", "new")
    assert [(row["name"], row["old"], row["new"]) for row in found["parameters"]] == [("language", "ja", "ko")]
    rows = {row["dataset"]: (row["added"], row["removed"], row["changed"]) for row in found["rows"]}
    assert rows == {
        "candidates/native": (0, 0, 1),
        "instructions/native": (1, 1, 1),
        "rejected/native": (1, 1, 0),
        "answers/good": (0, 0, 1),
    }
    flips = [(flip["generation"], flip["id"], flip["old"], flip["new"]) for flip in found["filter"]["flips"]]
    assert flips == [("native", "s00001-0", "kept", "too_short"), ("native", "s00002-0", "too_short", "kept")]
    assert found["training_sets"] == [{"training_set": "native", "old": 2, "new": 2, "added": 1, "removed": 1}]
    assert found["answers"] == [{"model": "good", "category": "generic", "compared": 2, "changed": 1}]
    assert [(row["stage"], row["responses"], row["usd"]) for row in found["responses"]] == [("generate", 1, 0.002)]

    back = repository.diff("new", "old")
    assert {row["dataset"]: (row["added"], row["removed"]) for row in back["rows"]} == {
        name: (added, removed) for name, (added, removed, _) in rows.items()
    }
    assert back["responses"] == []


def test_outputs_of_an_old_revision_that_are_not_here_are_named(
    repository: Repository, old_outputs: Any, new_outputs: Any
) -> None:
    repository.commit("old", OLD_PIPELINE, OLD_PARAMS, old_outputs)
    for folder in (repository.root / ".dvc" / "cache" / "files" / "md5").iterdir():
        for blob in folder.iterdir():
            blob.unlink()
    new_outputs["answer@good"]["data/build/answers/good.jsonl"] = [answer("q-1", "はい。")]
    repository.commit("new", NEW_PIPELINE, NEW_PARAMS, new_outputs)
    # The old folder of both training sets has another digest than the new ones: nobody can tell whether they are the same.
    assert [(row["revision"], row["path"]) for row in repository.diff("old", "new")["unread"]] == [
        ("old", "data/build/answers/good.jsonl"),
        ("old", "data/build/export/direct/messages.jsonl"),
        ("old", "data/build/export/native/messages.jsonl"),
    ]


def test_two_old_revisions(repository: Repository, old_outputs: Any) -> None:
    repository.commit("older", OLD_PIPELINE, OLD_PARAMS, old_outputs)
    old_outputs["export"]["data/build/export"]["baseline.messages.jsonl"].append(example("もう一つ"))
    repository.commit("old", OLD_PIPELINE, OLD_PARAMS | {"categories": ["generic", "fermi"]}, old_outputs)
    found = repository.diff("older", "old")
    assert [row["name"] for row in found["parameters"]] == ["labels.question"]
    assert found["training_sets"] == [{"training_set": "direct", "old": 1, "new": 2, "added": 1, "removed": 0}]


def test_a_stage_that_is_declared_no_more_has_no_outputs(repository: Repository, new_outputs: Any) -> None:
    repository.commit("old", NEW_PIPELINE, NEW_PARAMS, new_outputs)
    repository.commit("new", NEW_PIPELINE, NEW_PARAMS | {"models": {}}, new_outputs)
    assert [(row["dataset"], row["removed"]) for row in repository.diff("old", "new")["rows"]] == [("answers/good", 2)]


@pytest.mark.parametrize(
    ("path", "present"),
    [
        ("data/build/candidates.jsonl", "data/build/candidates/native.jsonl"),
        ("data/build/responses/generate.jsonl", "data/build/responses/generate/native.jsonl"),
        ("data/build/responses/translate.seed_tasks.jsonl", "data/build/responses/translate/seed_tasks.jsonl"),
        ("data/build/responses/judge.good-vs-thin.jsonl", "data/build/responses/judge/good-vs-thin.jsonl"),
        ("data/build/answers/good.jsonl", "data/build/answers/good.jsonl"),
        ("data/build/rejected/machine.jsonl", "data/build/rejected/machine.jsonl"),
        ("data/build/responses/answer/good.jsonl", "data/build/responses/answer/good.jsonl"),
    ],
)
def test_paths(path: str, present: str) -> None:
    assert present_path(path) == present


def test_folders_of_training_sets() -> None:
    assert dict(training_sets("data/build/export/mixture")) == {"data/build/export/mixture/messages.jsonl": "messages.jsonl"}
    assert dict(training_sets("data/build/models/adapter")) == {}


@pytest.mark.parametrize("params", [{}, {"labels": {"task": []}}, {"categories": None, "endpoints": ["x"]}, NEW_PARAMS])
def test_parameters_that_are_no_older_ones_stay(params: dict[str, Any]) -> None:
    assert present_params(params) == params


def test_reading_older_parameters_changes_nothing_in_them() -> None:
    before = canonical(OLD_PARAMS)
    assert present_params(OLD_PARAMS) == NEW_PARAMS
    assert canonical(OLD_PARAMS) == before
