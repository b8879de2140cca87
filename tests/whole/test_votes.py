"""Votes in a whole build."""

import json
from typing import Any

import pytest

from seedbed.project.votes import answer_hash
from tests.harness import Project


@pytest.mark.slow
def test_votes_in_a_build(built: Project) -> None:
    """Real answers, voted on; then another model text, and a report without a traceback."""
    answers = {
        (row["model"], row["id"]): row["text"]
        for name in ("good", "thin")
        for row in built.rows(f"data/build/answers/{name}.jsonl")
    }
    questions = [row["id"] for row in built.rows("data/build/edited/questions/questions.jsonl")]

    def voted(question: str, verdict: str) -> dict[str, Any]:
        hashes = {
            f"{side}_hash": answer_hash(answers[name, question]) for side, name in (("model", "good"), ("baseline", "thin"))
        }
        return {"match": "good-vs-thin", "question": question, "verdict": verdict, "seconds": 30} | hashes

    built.write_rows("data/votes/ann.jsonl", [voted(question, "model") for question in questions])
    built.write_rows(
        "data/votes/ben.jsonl", [voted(questions[0], "both_bad"), voted(questions[1], "model") | {"model_hash": "0" * 64}]
    )
    built.repro("benchmark")
    report = (built.root / "reports/benchmark.md").read_text(encoding="utf-8")
    assert "Valid votes: 4. Stale, because an answer has changed: 1." in report
    assert "| ann | 3 | 3 | 0 | 0 | 3 | 0 | 0 | 0 | 3 | 1.5 |" in report
    found = json.loads((built.root / "reports/benchmark.json").read_text(encoding="utf-8"))["agreement"]
    assert (found["counted"], found["stale"], found["orphaned"], found["people_s1"]) == (4, 1, 0, 0.0)

    (built.root / "data/votes/ben.jsonl").write_text('{"match": "good-vs-thin"}\n', encoding="utf-8")
    assert "data/votes/ben.jsonl:1: " in built.repro("benchmark", fails=True)
