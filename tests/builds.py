"""A build's files, written from a few values, for tests of what reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seedbed.project.params import load_params
from seedbed.project.votes import answer_hash
from seedbed.reporting.agreement import agreement_rows
from seedbed.reporting.page import page
from seedbed.reporting.report import Folders, build_tables, win_rate_rows
from seedbed.util.rows import write_rows
from tests.harness import ROOT

STAND_IN = {"endpoint": "stand-in", "model": "stand-in"}
OTHER = {"endpoint": "there", "model": "a/real:model"}


@dataclass
class Build:
    """What the stages wrote, made up.

    Attributes:
        folder: a new folder.
        models: ids.
        matches: pairs of model and baseline.
        questions: (category, text) of each; they are named q00, q01, …
        answer: text by model and question; None where it failed.
        judge: verdict and explanation by match, question and order.
        instructions: task type, instruction, input, output of the kept ones.
        seeds, baseline: the same.
        rejected: reasons.
        votes: (annotator, match, question, verdict, reason); an answer that was shown is the present one.
        made_by: who made everything.
        changes: blocks of `params.yaml` to replace.
    """

    folder: Path
    models: Sequence[str] = ("good", "thin")
    matches: Sequence[tuple[str, str]] = (("good", "thin"),)
    questions: Sequence[tuple[str, str]] = (
        ("generic", "なぜですか。"),
        ("generic", "どこですか。"),
        ("fermi", "いくつですか。"),
    )
    answer: Callable[[str, str], str | None] = lambda model, question: f"{model} の答え {question}"
    judge: Callable[[str, str, str], tuple[str, str]] = lambda match, question, order: (
        "first" if order == "ab" else "second",
        "よい。",
    )
    instructions: Sequence[tuple[str, str, str, str]] = (
        ("email", "手紙を書いてください。", "", "拝啓"),
        ("email", "手紙を書いて。", "", "前略"),
    )
    seeds: Sequence[tuple[str, str, str, str]] = (("email", "詩を書いてください。", "", "雪"),)
    baseline: Sequence[tuple[str, str, str, str]] = (("email", "詩を翻訳してください。", "雪", "snow"),)
    rejected: Sequence[str] = ("refusal",)
    votes: Sequence[tuple[str, str, str, str, str]] = ()
    made_by: dict[str, str] = field(default_factory=lambda: dict(OTHER))
    changes: dict[str, Any] = field(default_factory=dict)

    def params(self) -> dict[str, Any]:
        """Return the project's own params with the roster of this build."""
        params = load_params(ROOT / "params.yaml")
        return (
            params
            | {
                "models": {name: {"endpoint": "stand-in", "model": name} for name in self.models},
                "matches": {f"{one}-vs-{other}": {"model": one, "baseline": other} for one, other in self.matches},
                "categories": list(dict.fromkeys(category for category, _ in self.questions)),
                "report": {"bootstrap": 50, "confidence": 95, "seed": 0},
            }
            | self.changes
        )

    def page(self) -> str:
        """Write the files and return the page made of them."""
        folders = self.write()
        params = self.params()
        tables = build_tables(folders, params)
        rates = win_rate_rows(tables, params["report"])
        return page(tables, folders, params, rates, tables.query("judge_health"), agreement_rows(tables, params["report"]))

    def write(self) -> Folders:
        """Write the files."""
        build, ids = self.folder / "build", [f"q{number:02}" for number in range(len(self.questions))]
        maker = {"made_by": self.made_by}

        def task(id: str, texts: tuple[str, str, str, str]) -> dict[str, Any]:
            return {"id": id, **dict(zip(("task_type", "instruction", "input", "output"), texts, strict=True)), **maker}

        asked: list[dict[str, Any]] = [
            {"id": id, "category": category, "text": text, "status": "edited", **maker}
            for id, (category, text) in zip(ids, self.questions, strict=True)
        ]
        kept = [task(f"s{number:05}-0", texts) | {"slot": number} for number, texts in enumerate(self.instructions)]
        thrown = [
            task(f"r{number:05}-0", ("email", "x", "", "y")) | {"slot": 0, "reason": reason, "neighbour": None, "score": None}
            for number, reason in enumerate(self.rejected)
        ]
        seeds = [task(f"seed-{number}", texts) | {"status": "edited"} for number, texts in enumerate(self.seeds)]

        def translated(id: str, text: dict[str, str], task_type: str | None = None) -> dict[str, Any]:
            return {"id": id, "task_type": task_type, "translation": text, "source": {"text": id}, "failure": None, **maker}

        fields = ("instruction", "input", "output")
        files: dict[str, list[dict[str, Any]]] = {
            "edited/questions": asked,
            "edited/seed_tasks": seeds,
            "translated/questions": [translated(row["id"], {"text": row["text"]}) for row in asked],
            "translated/seed_tasks": [translated(row["id"], {name: row[name] for name in fields}) for row in seeds],
            "translated/baseline": [
                translated(f"base-{number}", dict(zip(fields, texts[1:], strict=True)), texts[0])
                for number, texts in enumerate(self.baseline)
            ],
            "instructions": kept,
            "rejected": thrown,
        }
        for model in self.models:
            said = {id: self.answer(model, id) for id in ids}
            files[f"answers/{model}"] = [
                {"id": id, "model": model, "text": text, "failure": None if text else {"reason": "refused"}, **maker}
                for id, text in said.items()
            ]
            request = {"endpoint": "there", "model": model, "params": {"temperature": 0.5}, "attempt": 1}
            usage = {"usage": {"input": 10, "cached_input": 0, "output": 5}}
            files[f"responses/answer.{model}"] = [{"request": request, "response": usage} for _ in ids]
        for one, other in self.matches:
            match = f"{one}-vs-{other}"
            files[f"judgments/{match}"] = [
                {"match": match, "model": one, "baseline": other, "question": id, "order": order, "verdict": verdict, **maker}
                | {"explanation": None if verdict == "invalid" else text}
                | {"failure": {"reason": "unreadable", "detail": "?", "text": text} if verdict == "invalid" else None}
                for id in ids
                for order in ("ab", "ba")
                for verdict, text in [self.judge(match, id, order)]
            ]
        for name, rows in files.items():
            write_rows(build / f"{name}.jsonl", rows, None)
        votes = self.folder / "votes"
        votes.mkdir(parents=True)
        for annotator in dict.fromkeys(vote[0] for vote in self.votes):
            write_rows(
                votes / f"{annotator}.jsonl", [self._vote(*vote[1:]) for vote in self.votes if vote[0] == annotator], "vote"
            )
        return Folders(build, self.folder / "edits", votes)

    def _vote(self, match: str, question: str, verdict: str, reason: str) -> dict[str, Any]:
        sides = dict(zip(("model_hash", "baseline_hash"), match.split("-vs-"), strict=True))
        hashes = {name: answer_hash(self.answer(model, question) or "") for name, model in sides.items()}
        return {"match": match, "question": question, "verdict": verdict, "reason": reason, **hashes}
