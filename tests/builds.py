"""A build's files, written from a few values, for tests of what reads them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.votes import answer_hash
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import benchmark_page
from seedbed.reporting.dataset import Dataset
from seedbed.reporting.dataset_page import dataset_page
from seedbed.steps.exporting import examples, write_parquet
from seedbed.util.rows import write_rows
from tests.harness import ROOT

STAND_IN = {"endpoint": "stand-in", "model": "stand-in"}
OTHER = {"endpoint": "there", "model": "a/real:model"}


@dataclass
class Build:
    """What the stages wrote, made up.

    Attributes:
        folder: a new folder, which becomes the project that is reported on.
        models: ids.
        matches: pairs of model and baseline.
        questions: (category, text) of each; they are named q00, q01, …
        answer: text by model and question; None where it failed.
        judge: verdict and explanation by match, question and order.
        judges: ids of a jury; none for one judge.
        juror: verdict and explanation by judge, match, question and order, of a jury; as `judge` says for None.
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
    judges: Sequence[str] = ()
    juror: Callable[[str, str, str, str], tuple[str, str]] | None = None
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

    def params(self) -> Params:
        """Return the project's own params with the roster of this build."""
        params = load_params(ROOT / "params.yaml")
        categories = list(dict.fromkeys(category for category, _ in self.questions))
        made = {
            "models": {name: {"endpoint": "stand-in", "model": name} for name in self.models},
            "matches": {f"{one}-vs-{other}": {"model": one, "baseline": other} for one, other in self.matches},
            "corpora": {name: corpus for name, corpus in params["corpora"].items() if name != "two_turns"},
            "labels": {"task": params["labels"]["task"], "question": categories},
            "judges": {judge: {"model": judge} for judge in self.judges},
            "criteria": {},
            "report": {"bootstrap": 50, "confidence": 95, "seed": 0, "language": "en"},
        }
        return cast(Params, {**params, **made, **self.changes})

    @contextmanager
    def written(self) -> Iterator[Params]:
        """Write the files, unless they are there, and work in their folder."""
        if not self.folder.is_dir():
            self.write()
        with chdir(self.folder):
            yield self.params()

    def benchmark(self) -> Benchmark:
        """Return the benchmark report."""
        with self.written() as params:
            return Benchmark(params)

    def dataset(self) -> Dataset:
        """Return the dataset report."""
        with self.written() as params:
            return Dataset(params)

    def benchmark_page(self) -> str:
        """Return the page of the benchmark report."""
        with self.written() as params:
            return benchmark_page(Benchmark(params))

    def dataset_page(self) -> str:
        """Return the page of the dataset report."""
        with self.written() as params:
            return dataset_page(Dataset(params))

    def write(self) -> None:
        """Write the files, beside links to the repository's own queries, prompts, schemas and plugins."""
        self.folder.mkdir(parents=True)
        for name in ("queries", "prompts", "plugins", "schemas"):
            (self.folder / name).symlink_to(ROOT / name)
        build, ids = self.folder / "data" / "build", [f"q{number:02}" for number in range(len(self.questions))]
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
            "edited/questions/questions": asked,
            "edited/seed_tasks": seeds,
            "translated/questions": [translated(row["id"], {"text": row["text"]}) for row in asked],
            "translated/seed_tasks": [translated(row["id"], {name: row[name] for name in fields}) for row in seeds],
            "translated/baseline": [
                translated(f"base-{number}", dict(zip(fields, texts[1:], strict=True)), texts[0])
                for number, texts in enumerate(self.baseline)
            ],
            "instructions/native": kept,
            "rejected/native": thrown,
        }
        usage = {"usage": {"input": 10, "cached_input": 0, "output": 5}}
        for model in self.models:
            said = {id: self.answer(model, id) for id in ids}
            files[f"answers/{model}"] = [
                {"id": id, "model": model, "text": text, "failure": None if text else {"reason": "refused"}, **maker}
                | {"request": f"{model} {id}"}
                for id, text in said.items()
            ]
            request = {"endpoint": "there", "model": model, "params": {"temperature": 0.5}, "attempt": 1}
            files[f"responses/answer/{model}"] = [{"key": f"{model} {id}", "request": request, "response": usage} for id in ids]
        for one, other in self.matches:
            match = f"{one}-vs-{other}"
            files[f"judgments/{match}"] = [
                {"match": match, "model": one, "baseline": other, "question": id, "order": order, "judge": judge, **maker}
                | {"verdict": verdict}
                | {"explanation": None if verdict == "invalid" else text}
                | {"failure": {"reason": "unreadable", "detail": "?", "text": text} if verdict == "invalid" else None}
                for judge in self.judges or ("judge",)
                for id in ids
                for order in ("ab", "ba")
                for verdict, text in [self.juror(judge, match, id, order) if self.juror else self.judge(match, id, order)]
            ]
        asked_once = ["translate/seed_tasks", "translate/questions", "translate/baseline", "generate/native"]
        files |= {
            f"responses/{name}": [{"key": name, "request": {**self.made_by, "params": {}, "attempt": 1}, "response": usage}]
            for name in asked_once
        }
        files |= {f"responses/judge/{one}-vs-{other}": [] for one, other in self.matches}
        for name, rows in files.items():
            write_rows(build / f"{name}.jsonl", rows, None)
        for name, block in self.params()["sets"].items():
            parts = [
                files.get(block[part].removeprefix("data/build/").removesuffix(".jsonl"), []) for part in ("seeds", "rows")
            ]
            (build / "export" / name).mkdir(parents=True)
            write_parquet(examples(cast(Any, parts[0]), parts[1]), build / "export" / name / "examples.parquet")
        votes = self.folder / "data" / "votes"
        votes.mkdir(parents=True)
        for annotator in dict.fromkeys(vote[0] for vote in self.votes):
            write_rows(
                votes / f"{annotator}.jsonl", [self._vote(*vote[1:]) for vote in self.votes if vote[0] == annotator], "vote"
            )

    def _vote(self, match: str, question: str, verdict: str, reason: str) -> dict[str, Any]:
        sides = dict(zip(("model_hash", "baseline_hash"), match.split("-vs-"), strict=True))
        hashes = {name: answer_hash(self.answer(model, question) or "") for name, model in sides.items()}
        return {"match": match, "question": question, "verdict": verdict, "reason": reason, **hashes}
