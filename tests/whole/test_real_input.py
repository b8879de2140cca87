"""Real seeds and questions through the whole pipeline, on the stand-in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.harness import copy_project


@pytest.mark.slow
def test_self_instruct_seeds_and_vicuna_questions(tmp_path: Path, reference: Path) -> None:
    project = copy_project(tmp_path / "project")
    tasks = [
        json.loads(line) for line in (reference / "self-instruct" / "seed_tasks.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    seeds = [
        {
            "id": task["id"],
            "task_type": "open_qa",
            "is_classification": task["is_classification"],
            "instruction": task["instruction"],
            "input": task["instances"][0]["input"],
            "output": task["instances"][0]["output"],
        }
        for task in tasks
    ]
    project.write_rows("data/seed_tasks.en.jsonl", seeds)
    lines = (reference / "vicuna" / "question.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    project.write_rows(
        "data/questions.en.jsonl",
        [{"id": f"q{row['question_id']}", "category": row["category"], "text": row["turns"][0]} for row in questions],
    )

    def change(params: Any) -> None:
        params["criteria"] = {}
        for block in (params["corpora"], params["post_edit"]["corpora"]):
            del block["two_turns"]
        params["labels"]["question"] = list(dict.fromkeys(row["category"] for row in questions))
        params["judge"]["reference_categories"] = []
        params["generate"]["target"] = 100

    project.edit_params(change)
    project.run("seedbed", "check")
    project.repro()
    assert len(project.rows("data/build/edited/seed_tasks.jsonl")) == len(seeds) == 175
    assert len(project.rows("data/build/judgments/good-vs-thin.jsonl")) == 2 * 80
    assert len(project.rows("data/build/instructions/native.jsonl")) >= 100
    benchmark, dataset = (
        (project.root / "reports" / f"{name}.md").read_text(encoding="utf-8") for name in ("benchmark", "dataset")
    )
    assert "**Made with the stand-in.**" in benchmark
    assert "**Made with the stand-in.**" in dataset
    assert "| all | 80 |" in benchmark
    head, row = re.search(r"^(\| corpus \| rows \|.*\|)\n.*\n(\| seed_tasks \|.*\|)$", dataset, re.MULTILINE).groups()  # type: ignore[union-attr]
    effort = dict(zip(head.split(" | "), row.split(" | "), strict=True))
    orphaned = (project.root / "data" / "edits" / "seed_tasks.ja.jsonl").read_text(encoding="utf-8").count("\n")
    assert effort["orphaned |"] == f"{orphaned} |"  # edits of the bundled seeds, whose rows are gone
    assert json.loads((project.root / "reports" / "dataset.json").read_text(encoding="utf-8"))["effort"]["edited"] == 0
