"""Checks in the report: by model and category, and beside the judge's verdicts."""

import json
from pathlib import Path
from typing import Any

import pytest

from seedbed.reporting.benchmark_page import benchmark_page
from seedbed.reporting.checks.results import check_results
from seedbed.util.rows import read_rows, write_rows
from tests.builds import Build
from tests.reporting.reader import Reader

CODE = {"kind": "python", "tests": "assert f() == 1"}
SHORT = {"kind": "length", "unit": "characters", "most": 3}


def checked(folder: Path, checks: dict[str, list[dict[str, Any]]], **more: Any) -> Build:
    """Return a build of two models whose questions have these checks; the judge always takes the model `good`."""
    build = Build(folder, questions=[("generic", "一?"), ("generic", "二?"), ("coding-math", "三?")], **more)
    build.write()
    path = folder / "data/build/edited/questions/questions.jsonl"
    rows = [row | ({"checks": checks[row["id"]]} if row["id"] in checks else {}) for row in read_rows(path)]
    write_rows(path, rows, "edited_question")
    return build


def said(model: str, question: str) -> str | None:
    if question == "q02":
        return "```python\ndef f(): return 1\n```"
    return {"good": "長い答え", "thin": "短い"}[model]


def test_what_the_checks_say_stands_beside_the_verdicts(tmp_path: Path) -> None:
    build = checked(tmp_path / "a", {"q00": [SHORT], "q01": [SHORT, {"kind": "contains", "texts": ["い"]}]}, answer=said)
    with build.written():
        benchmark = build.benchmark()
        page = Reader(benchmark_page(benchmark)).shown
    whole = {row["model"]: row for row in benchmark.checks if row["category"] == "all"}
    assert [(whole[m]["questions"], whole[m]["passed"], whole[m]["rate"]) for m in ("good", "thin")] == [(2, 0, 0), (2, 2, 100)]
    assert (whole["good"]["checks"], whole["good"]["checks_passed"]) == (3, 1)
    assert whole["thin"]["low"] == pytest.approx(34.24, abs=0.01)  # 2 of 2 are no proof
    assert [(row["question"], row["winner"], row["failed"]) for row in benchmark.contradictions] == [
        *(("q00", "good", "length"), ("q01", "good", "length"))
    ]
    summary = benchmark.summary()
    assert "## Checks by code" in summary
    assert "2 verdicts contradict the checks" in summary
    assert "Code in answers was not run" not in summary
    assert "2 verdicts contradict the checks" in page
    found = json.loads(benchmark.metrics())["checks"]
    assert (found["contradictions"], found["models"]["thin"]["rate"]) == (2, 100.0)


def test_code_is_not_run_unless_the_project_says_so(tmp_path: Path) -> None:
    build = checked(tmp_path / "a", {"q02": [CODE]}, answer=said)
    off = build.benchmark()
    row = next(row for row in off.checks if row["category"] == "all")
    assert (row["questions"], row["not_run"], row["rate"]) == (0, 1, None)
    assert "Code in answers was not run (2 checks)" in off.summary()
    assert off.contradictions == []
    build.changes["report"] = {"bootstrap": 50, "confidence": 95, "seed": 0, "run_code": True}
    on = build.benchmark()
    assert [(row["passed"], row["not_run"]) for row in on.checks if row["category"] == "all"] == [(1, 0), (1, 0)]
    assert "was not run" not in on.summary()


def test_a_build_without_checks_says_nothing_of_them(tmp_path: Path) -> None:
    benchmark = Build(tmp_path / "a").benchmark()
    assert benchmark.checks == []
    assert benchmark.contradictions == []
    assert "Checks" not in benchmark.summary()
    assert "checks" not in json.loads(benchmark.metrics())


def test_an_answer_that_failed_is_not_checked() -> None:
    questions: list[Any] = [{"id": "q", "category": "c", "checks": [SHORT]}, {"id": "r", "category": "c"}]
    assert check_results(questions, {("m", "r"): "x"}, False) == []
    assert check_results(questions, {("m", "q"): "x"}, False) == [("m", "q", "c", "length", True)]
