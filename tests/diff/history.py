"""Hand-written revisions of a project, in the older layout and in the present one, without any build."""

import json
from contextlib import chdir
from hashlib import md5
from pathlib import Path
from typing import Any

import yaml

from seedbed.diff.command import compared, rendered
from seedbed.diff.comparison import Comparison
from seedbed.util.canonical import canonical, content_hash
from tests.harness import ROOT, git
from tests.kinds import misfits

Rows = list[dict[str, Any]]
Outputs = dict[str, Rows | dict[str, Rows]]
"""What a stage wrote, by path; a folder by its files."""
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
    "translate": OLD_PARAMS["translate"] | {"examples_from": "data/none"},
    "generate": OLD_PARAMS["generate"],
    "generations": {"native": {"seeds": "edited"}},
    "sets": {
        "native": {"seeds": "data/build/edited/seed_tasks.jsonl", "rows": "data/build/instructions/native.jsonl"},
        "direct": {"seeds": "data/empty.jsonl", "rows": "data/build/translated/baseline.jsonl"},
    },
    "export": {"formats": ["alpaca"]},
    "post_edit": {
        "corpora": {
            "seed_tasks": "data/build/edited/seed_tasks.jsonl",
            "questions": "data/build/edited/questions/questions.jsonl",
        }
    },
    "bases": {},
    "train": {},
    "trained": {},
    "models": OLD_PARAMS["models"],
    "matches": {},
    "judges": {},
    "criteria": {},
    "scores": {},
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
    message = {"role": "user", "content": f"{stage} {id}"}
    request = {"endpoint": "paid", "model": "m", "messages": [message], "attempt": 1}
    request |= {"params": {}, "reply": None, "sample": 0, "slot": None}
    usage = {"input": 1000, "cached_input": 0, "output": 1000}
    response = {"text": "…", "usage": usage, "refusal": None, "finish_reason": "stop", "model": "m"}
    return {"id": id, "key": content_hash(request), "request": request, "response": response}


def candidate(number: int, text: str = "課題") -> dict[str, Any]:
    return {"id": f"s{number:05}-0", "instruction": f"{text} {number}", "input": "", "output": "答え"}


def example(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def rejected(number: int) -> dict[str, Any]:
    return candidate(number) | {"reason": "too_short", "neighbour": None, "score": None}


def answer(id: str, text: str) -> dict[str, Any]:
    return {"id": id, "model": "good", "text": text}


def old_outputs() -> dict[str, Outputs]:
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


def new_outputs() -> dict[str, Outputs]:
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

    def commit(self, name: str, pipeline: Any, params: Any, outputs: dict[str, Outputs]) -> None:
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
            found: dict[str, Any] = json.loads(rendered(compared(old, new), "json"))
        assert misfits(found, Comparison) == []
        return found
