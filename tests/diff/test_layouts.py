"""A revision of the older layout is read under the names of the present one: two hand-written commits, one of each."""

import json
from contextlib import chdir
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import yaml

from seedbed.diff.command import render
from seedbed.diff.layouts import present_params, present_path, training_sets
from seedbed.util.canonical import canonical, content_hash
from tests.harness import ROOT, git

Rows = list[dict[str, Any]]
OLD_PARAMS: dict[str, Any] = {
    "language": "ja",
    "endpoints": {"paid": {"structured": "text", "base_url": "http://localhost:1/v1", "max_concurrency": 4}},
    "corpora": {"questions": {"source": "data/questions.en.jsonl", "language": "en", "kind": "question"}, "baseline": {}},
    "task_types": ["open_qa"],
    "categories": ["generic"],
    "translate": {"endpoint": "paid", "model": "m"},
    "generate": {"endpoint": "paid", "model": "m"},
    "export": {"formats": ["alpaca"], "seeds": True},
    "models": {"good": {"endpoint": "paid", "model": "m"}},
    "matches": {},
    "prices": {"m": {"input": 1, "output": 1}},
}
NEW_PARAMS: dict[str, Any] = {
    "language": "ja",
    "endpoints": {"paid": {"structured": "text"}},
    "servers": {"paid": {"base_url": "http://localhost:1/v1", "max_concurrency": 4}},
    "labels": {"task": ["open_qa"], "question": ["generic"]},
    "corpora": OLD_PARAMS["corpora"],
    "translate": OLD_PARAMS["translate"],
    "generate": OLD_PARAMS["generate"],
    "generations": {"native": {"seeds": "edited"}},
    "sets": {
        "native": {"seeds": "data/build/edited/seed_tasks.jsonl", "rows": "data/build/instructions/native.jsonl"},
        "direct": {"seeds": "data/empty.jsonl", "rows": "data/build/translated/baseline.jsonl"},
    },
    "export": {"formats": ["alpaca"]},
    "models": OLD_PARAMS["models"],
    "matches": {},
    "prices": OLD_PARAMS["prices"],
}
OLD_PIPELINE = {"generate": {}, "filter": {}, "export": {}, "answer": {"foreach": "${models}"}, "report": {}}
NEW_PIPELINE = {
    "generate": {"foreach": "${generations}"},
    "filter": {"foreach": "${generations}"},
    "export": {"foreach": "${sets}"},
    "answer": {"foreach": "${models}"},
    "benchmark": {},
    "dataset": {},
}


def exchange(stage: str, id: str) -> dict[str, Any]:
    """One line of a transcript; the same arguments give the same key."""
    request = {"endpoint": "paid", "model": "m", "messages": [{"role": "user", "content": id}], "attempt": 1}
    usage = {"input": 1000, "cached_input": 0, "output": 1000}
    return {"id": id, "key": content_hash([stage, id]), "request": request, "response": {"text": "…", "usage": usage}}


def candidate(number: int, text: str = "課題") -> dict[str, Any]:
    return {"id": f"s{number:05}-0", "instruction": f"{text} {number}", "input": "", "output": "答え"}


def example(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def rejected(number: int) -> dict[str, Any]:
    return candidate(number) | {"reason": "too_short", "neighbour": None, "score": None}


def answer(id: str, text: str) -> dict[str, Any]:
    return {"id": id, "model": "good", "text": text}


@pytest.fixture
def old_outputs() -> dict[str, dict[str, Rows | dict[str, Rows]]]:
    """What the stages of the older layout wrote, by stage and path; a folder by its files."""
    return {
        "generate": {
            "data/build/candidates.jsonl": [candidate(0), candidate(1), candidate(2)],
            "data/build/decisions.jsonl": [{"id": "s00000-0", "reason": None}],
            "data/build/responses/generate.jsonl": [exchange("generate", "s00000")],
        },
        "filter": {
            "data/build/instructions.jsonl": [candidate(0), candidate(1)],
            "data/build/rejected.jsonl": [rejected(2)],
        },
        "export": {
            "data/build/export": {
                "seedbed.messages.jsonl": [example("課題 0"), example("課題 1")],
                "baseline.messages.jsonl": [example("訳")],
                "seedbed.alpaca.jsonl": [],
            }
        },
        "answer@good": {
            "data/build/answers/good.jsonl": [answer("q-1", "はい。"), answer("q-2", "いいえ。")],
            "data/build/responses/answer.good.jsonl": [exchange("answer", "q-1"), exchange("answer", "q-2")],
        },
        "report": {"reports/report.html": []},
    }


@pytest.fixture
def new_outputs() -> dict[str, dict[str, Rows | dict[str, Rows]]]:
    """The same in the present layout."""
    return {
        "generate@native": {
            "data/build/candidates/native.jsonl": [candidate(0), candidate(1), candidate(2)],
            "data/build/decisions/native.jsonl": [{"id": "s00000-0", "reason": None}],
            "data/build/responses/generate/native.jsonl": [exchange("generate", "s00000")],
        },
        "filter@native": {
            "data/build/instructions/native.jsonl": [candidate(0), candidate(1)],
            "data/build/rejected/native.jsonl": [rejected(2)],
        },
        "export@native": {"data/build/export/native": {"messages.jsonl": [example("課題 0"), example("課題 1")]}},
        "export@direct": {"data/build/export/direct": {"messages.jsonl": [example("訳")]}},
        "answer@good": {
            "data/build/answers/good.jsonl": [answer("q-1", "はい。"), answer("q-2", "いいえ。")],
            "data/build/responses/answer/good.jsonl": [exchange("answer", "q-1"), exchange("answer", "q-2")],
        },
        "benchmark": {"reports/benchmark.html": []},
        "dataset": {"reports/dataset.html": []},
    }


class Repository:
    """A git repository whose outputs lie in DVC's cache as `dvc commit` would put them there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "data").mkdir(parents=True)
        (root / ".dvc").mkdir()
        (root / ".gitignore").write_text("/.dvc/cache\n", encoding="utf-8")
        (root / "queries").symlink_to(ROOT / "queries")
        questions = [{"id": "q-1", "category": "generic", "text": "?"}, {"id": "q-2", "category": "generic", "text": "?"}]
        (root / "data" / "questions.en.jsonl").write_text("".join(canonical(row) + "\n" for row in questions), encoding="utf-8")
        git(root, "init", "-q", "-b", "main")

    def commit(self, name: str, pipeline: Any, params: Any, outputs: dict[str, dict[str, Rows | dict[str, Rows]]]) -> None:
        """Commit a revision, and tag it `name`."""
        stages = {
            stage: {"cmd": "x", "outs": [{"path": path, **self._store(content)} for path, content in outs.items()]}
            for stage, outs in outputs.items()
        }
        for path, value in (
            ("dvc.yaml", {"stages": pipeline}),
            ("params.yaml", params),
            ("dvc.lock", {"schema": "2.0", "stages": stages}),
        ):
            (self.root / path).write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", name)
        git(self.root, "tag", name)

    def _store(self, content: Rows | dict[str, Rows]) -> dict[str, str]:
        if isinstance(content, list):
            return {"md5": self._blob("".join(canonical(row) + "\n" for row in content))}
        files = [{"md5": self._store(rows)["md5"], "relpath": path} for path, rows in sorted(content.items())]
        return {"md5": self._blob(json.dumps(files, sort_keys=True), ".dir")}

    def _blob(self, text: str, ending: str = "") -> str:
        digest = md5(text.encode(), usedforsecurity=False).hexdigest() + ending
        path = self.root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return digest

    def diff(self, old: str, new: str) -> dict[str, Any]:
        """Return what `seedbed diff --json` prints."""
        with chdir(self.root):
            found: dict[str, Any] = json.loads(render(old, new, "json"))
        return found


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "project")


def test_the_same_rows_in_both_layouts_are_no_difference(repository: Repository, old_outputs: Any, new_outputs: Any) -> None:
    repository.commit("old", OLD_PIPELINE, OLD_PARAMS, old_outputs)
    repository.commit("new", NEW_PIPELINE, NEW_PARAMS, new_outputs)
    found = repository.diff("old", "new")
    assert (found["unread"], found["not_built"]) == ([], [])
    with chdir(repository.root):
        assert "Nothing differs between `old` and `new`." in render("old", "new", "markdown")
        assert "Nothing differs between `new` and `old`." in render("new", "old", "markdown")


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
