"""A project in git and DVC whose outputs are written by hand: committed in a second, where a build would take twenty."""

import csv
import io
import json
import re
from contextlib import chdir
from pathlib import Path
from typing import Any

from seedbed.diff.command import compared, rendered
from seedbed.diff.comparison import Comparison
from seedbed.project import paths
from seedbed.util.canonical import canonical, content_hash
from seedbed.util.rows import write_rows, write_text
from tests.harness import Project, copy_project, make_tiny
from tests.kinds import misfits

STAND_IN = {"endpoint": "stand-in", "model": "stand-in"}
MATCH = "good-vs-thin"
CATEGORIES = ["generic", "generic", "fermi"]


def make_project(root: Path) -> Project:
    """A tiny project, its outputs written, and all of it committed."""
    project = copy_project(root)
    make_tiny(project, seeds=3)
    questions = project.rows("data/questions.en.jsonl")
    for question, category in zip(questions, CATEGORIES, strict=True):
        question["category"] = category
    project.write_rows("data/questions.en.jsonl", questions)
    project.use_git()
    write_outputs(project)
    commit(project, "first")
    return project


def commit(project: Project, message: str) -> None:
    """Take the outputs as they lie into DVC's cache and lock, and everything into git."""
    project.run("dvc", "commit", "-q", "-f")
    project.commit(message)


def write_outputs(project: Project) -> None:
    """Write every output that `params.yaml` asks for, each row after its schema."""
    build = project.root / "data" / "build"
    for corpus, kind in (("seed_tasks", "task"), ("questions", "question"), ("baseline", "task")):
        sources = project.rows(f"data/{corpus}.en.jsonl")
        translated = [_translated(row, kind) for row in sources]
        write_rows(build / "translated" / f"{corpus}.jsonl", translated, f"translated_{kind}")
        transcript(project, f"translate@{corpus}", [row["id"] for row in sources])
        if corpus != "baseline":
            edited = [_edited(row) for row in translated]
            write_rows(project.root / paths.edited(corpus, kind), edited, f"edited_{kind}")
        if corpus == "seed_tasks":
            write_rows(build / "machine" / f"{corpus}.jsonl", edited, f"edited_{kind}")
    write_rows(build / "candidates" / "native.jsonl", [candidate(number) for number in range(8)], "candidate")
    transcript(project, "generate@native", ["s00000", "s00001", "s00002", "s00003"])
    decide(project, {"s00001-1": "too_short", "s00003-1": "near_duplicate"})
    for name in ("native", "direct"):
        examples(project, name, [f"{name} {number}" for number in range(3)])
    ids = [row["id"] for row in project.rows("data/questions.en.jsonl")]
    for model in ("good", "thin"):
        answers(project, model, {id: f"{model} の回答です。{id}" for id in ids})
        transcript(project, f"answer@{model}", ids, model=f"stand-in-{model}")
    judgments(project, dict.fromkeys(ids, ("first", "second")))
    transcript(project, f"judge@{MATCH}", [f"{id}.{order}" for id in ids for order in ("ab", "ba")])
    win_rates(project, {"generic": (100.0, 90.0, 100.0), "all": (80.0, 60.0, 95.0)})
    declared = {*re.findall(r"reports/[\w.]+", (project.root / paths.DVC_YAML).read_text(encoding="utf-8"))}
    for name in sorted(declared - {paths.WIN_RATES.as_posix()}):
        write_text(project.root / name, "{}\n")


def _translated(row: dict[str, Any], kind: str) -> dict[str, Any]:
    fields = ("text",) if kind == "question" else ("instruction", "input", "output")
    source = {name: row[name] for name in fields}
    kept = {name: value for name, value in row.items() if name not in fields}
    made = {"source": source, "translation": {name: value and f"訳 {value}" for name, value in source.items()}}
    return kept | made | {"failure": None, "made_by": STAND_IN}


def _edited(row: dict[str, Any]) -> dict[str, Any]:
    left_out = ("source", "translation", "failure")
    kept = {name: value for name, value in row.items() if name not in left_out}
    return {**kept, **row["translation"], "status": "unreviewed"}


def candidate(number: int) -> dict[str, Any]:
    """One generated instruction; two of each slot."""
    slot, index = divmod(number, 2)
    texts = {"instruction": f"{number} 番目の課題を短く書いてください。", "input": "", "output": f"{number} 番の答えです。"}
    kept = {"task_type": "open_qa", "demonstrations": [], "request": content_hash(["generate", slot]), "made_by": STAND_IN}
    return {"id": f"s{slot:05}-{index}", "slot": slot, "index": index} | texts | kept


def decide(project: Project, rejected: dict[str, str]) -> None:
    """Write the filter's outputs: all candidates kept but those named with a reason."""
    build, rows = project.root / "data" / "build", project.rows("data/build/candidates/native.jsonl")
    write_rows(build / "instructions" / "native.jsonl", [row for row in rows if row["id"] not in rejected], "instruction")
    why = {"detail": "", "neighbour": None, "score": None}
    near = why | {"neighbour": "s00000-0", "score": 0.75}
    refused = [
        row | (near if rejected[row["id"]] == "near_duplicate" else why) | {"reason": rejected[row["id"]]}
        for row in rows
        if row["id"] in rejected
    ]
    write_rows(build / "rejected" / "native.jsonl", refused, "rejected")
    kept = {"reason": None, "detail": None, "neighbour": None, "score": None}
    reasons = {row["id"]: {name: row[name] for name in kept} for row in refused}
    decisions = [{"id": row["id"]} | reasons.get(row["id"], kept) for row in rows]
    write_rows(build / "decisions" / "native.jsonl", decisions, "decision")


def examples(project: Project, name: str, texts: list[str]) -> None:
    """Write a training set, an example for each text."""
    messages = [[{"role": "user", "content": text}, {"role": "assistant", "content": "はい。"}] for text in texts]
    path = project.root / "data" / "build" / "export" / name / "messages.jsonl"
    write_rows(path, [{"messages": pair} for pair in messages], "export_messages")


def answers(project: Project, model: str, texts: dict[str, str]) -> None:
    """Write a model's answers, by question."""
    made_by = {"endpoint": "stand-in", "model": f"stand-in-{model}"}
    rows = [
        {"id": id, "model": model, "text": text, "failure": None, "request": content_hash([model, id]), "made_by": made_by}
        for id, text in texts.items()
    ]
    write_rows(project.root / "data" / "build" / "answers" / f"{model}.jsonl", rows, "answer")


def judgments(project: Project, verdicts: dict[str, tuple[str, str]], said: str = "よい回答です。") -> None:
    """Write the match's judgments by one judge: the verdicts of the orders `ab` and `ba`, by question."""
    jury_judgments(project, {"judge": verdicts}, said)


def jury_judgments(project: Project, verdicts: dict[str, dict[str, tuple[str, str]]], said: str = "よい回答です。") -> None:
    """Write the match's judgments by several judges: the verdicts of the orders `ab` and `ba`, by judge and question."""
    fixed = {"match": MATCH, "model": "good", "baseline": "thin", "explanation": said, "failure": None, "made_by": STAND_IN}
    rows = [
        fixed
        | {"question": id, "order": order, "judge": judge, "verdict": verdict}
        | {"request": content_hash([said, id, order] + [judge] * (judge != "judge"))}
        for judge, by_question in verdicts.items()
        for id, both in by_question.items()
        for order, verdict in zip(("ab", "ba"), both, strict=True)
    ]
    write_rows(project.root / "data" / "build" / "judgments" / f"{MATCH}.jsonl", rows, "judgment")


def transcript(project: Project, stage: str, ids: list[str], model: str = "stand-in", salt: str = "") -> None:
    """Write a stage's transcript of one exchange for each id; the same arguments give the same keys."""
    lines = []
    for id in ids:
        request = {
            "endpoint": "stand-in",
            "model": model,
            "messages": [{"role": "user", "content": f"{salt}{id}"}],
            "attempt": 1,
        }
        usage = {"input": 100, "cached_input": 0, "output": 10}
        row = {"id": id, "key": content_hash([stage, request]), "request": request, "response": {"text": "…", "usage": usage}}
        lines.append(canonical(row) + "\n")
    write_text(project.root / paths.transcript(stage), "".join(lines))


def win_rates(project: Project, rates: dict[str, tuple[float, float, float]]) -> None:
    """Write `reports/win_rates.csv`: rate and interval by category."""
    names = ["match", "model", "baseline", "category", "n", "wins", "losses", "ties", "inconsistent", "invalid"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "win_rate", "adjusted_win_rate", "ci_low", "ci_high"])
    for category, (rate, low, high) in rates.items():
        writer.writerow([MATCH, "good", "thin", category, 3, 3, 0, 0, 0, 0, rate, rate, low, high])
    write_text(project.root / "reports" / "win_rates.csv", text.getvalue())


def diff(project: Project, *args: str, fails: bool = False, **env: str) -> str:
    """Run `seedbed diff` in the project."""
    return project.run("seedbed", "diff", *args, fails=fails, **env)


def text_of(project: Project, old: str = "HEAD", new: str | None = None, form: str = "markdown") -> str:
    """Return what `seedbed diff` prints, from within this process, which is quicker."""
    with chdir(project.root):
        return rendered(compared(old, new), form)


def structure(project: Project, old: str = "HEAD", new: str | None = None) -> dict[str, Any]:
    """Return what `seedbed diff --json` prints."""
    found: dict[str, Any] = json.loads(text_of(project, old, new, "json"))
    assert misfits(found, Comparison) == []
    return found
