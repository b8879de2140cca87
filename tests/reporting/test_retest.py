"""A judge that was asked twice, and what scores vary by, in the report."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import benchmark_page
from seedbed.util.rows import read_rows, write_rows
from tests.builds import Build
from tests.reporting.reader import Reader

MODELS = {"good": {"endpoint": "e", "model": "m"}, "good-2": {"endpoint": "e", "model": "m", "sample": 1}}
MATCHES = [("good", "thin"), ("good-2", "thin"), ("other", "thin")]
OTHERS = {"other": {"endpoint": "e", "model": "other"}, "thin": {"endpoint": "e", "model": "thin"}}


def asked_twice(folder: Path, questions: int, says: Any) -> Build:
    """Return a build of three matches in which `says(match, question, order, draw)` is each verdict, for the draws 0 and 1."""

    def judge(match: str, question: str, order: str) -> tuple[str, str]:
        return says(match, int(question[1:]), order, 0), "…"

    build = Build(
        folder,
        models=("good", "good-2", "other", "thin"),
        matches=MATCHES,
        questions=[("generic", f"{n}?") for n in range(questions)],
        judge=judge,
        changes={"models": MODELS | OTHERS},
    )
    build.write()
    for one, other in MATCHES:
        path = folder / f"data/build/judgments/{one}-vs-{other}.jsonl"
        rows = [
            row | {"retest": {"verdict": says(row["match"], int(row["question"][1:]), row["order"], 1), "request": "0" * 64}}
            for row in read_rows(path, unique=None)
        ]
        write_rows(path, rows, None)
    return build


def sided(first_wins: bool, order: str) -> str:
    return "first" if first_wins == (order == "ab") else "second"


def test_how_often_a_judge_says_the_same(tmp_path: Path) -> None:
    """Of 3 × 40 × 2 judgments, those of one question in ten change in the order ab, and one has no verdict."""

    def says(match: str, question: int, order: str, draw: int) -> str:
        if draw and (match, question, order) == ("good-vs-thin", 1, "ba"):
            return "invalid"
        return sided(not (draw and question % 10 == 0 and order == "ab"), order)

    build = asked_twice(tmp_path / "a", 40, says)
    with build.written() as params:
        benchmark = Benchmark(params)
        page = Reader(benchmark_page(benchmark)).shown
    (row,) = benchmark.retest
    assert (row["judge"], row["items"], row["agreed"], row["reversed"], row["invalid"]) == ("judge", 239, 227, 12, 1)
    assert row["rate"] == pytest.approx(94.98, abs=0.01)
    assert (row["low"], row["high"]) == pytest.approx((91.4, 97.1), abs=0.2)
    said = "The judge gave the same verdict in 227 of 239 judgments"
    assert said in benchmark.summary()
    assert said in page
    assert json.loads(benchmark.metrics())["retest"]["judge"]["agreed"] == 227


def test_few_say_too_little(tmp_path: Path) -> None:
    benchmark = asked_twice(tmp_path / "a", 10, lambda match, question, order, draw: sided(True, order)).benchmark()
    (row,) = benchmark.retest
    assert (row["items"], row["rate"]) == (60, None)
    assert "too few to measure self-consistency, which takes 200 over all matches" in benchmark.summary()
    assert benchmark.varying == []
    assert Build(tmp_path / "b").benchmark().retest == []
    assert "## Retest" not in Build(tmp_path / "c").benchmark().summary()


def test_what_scores_vary_by(tmp_path: Path) -> None:
    """Questions differ, two draws of one model differ on some of them, and the judge changes its mind on others."""
    chance = np.random.default_rng(0)
    won = chance.random(200) < 0.5
    changed = {"good": chance.random(200) < 0.1, "good-2": chance.random(200) < 0.1, "other": np.zeros(200, dtype=bool)}
    minds = chance.random((2, 200)) < 0.05

    def says(match: str, question: int, order: str, draw: int) -> str:
        model = match.removesuffix("-vs-thin")
        return sided(bool(won[question] ^ changed[model][question] ^ minds[draw, question]), order)

    build = asked_twice(tmp_path / "a", 200, says)
    with build.written() as params:
        benchmark = Benchmark(params)
        page = Reader(benchmark_page(benchmark)).shown
    (row,) = benchmark.varying  # `other` is another model, and drawn once
    assert (row["models"], row["baseline"], row["questions"]) == (["good", "good-2"], "thin", 200)
    assert 100 * row["by_question"] > row["by_answer"] > 0
    # A change in 5% of either draw: the two differ in 2 · .05 · .95, and half of that is the variance.
    assert row["by_judge"] == pytest.approx(100 * (0.05 * 0.95) ** 0.5, abs=5)
    assert row["by_question"] > row["by_answer"] > row["by_judge"] / 2
    assert "Variance components of a question's score" in benchmark.summary()
    assert "Variance components of a question's score" in page
