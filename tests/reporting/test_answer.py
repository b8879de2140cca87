"""What the reports begin with: who wins against what, with which certainty, and how far its judge can be trusted."""

import random
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import benchmark_page
from seedbed.reporting.win_rates import rate_of
from tests.builds import Build

QUESTIONS = [(f"category-{number % 8}", f"{number}?") for number in range(80)]


def better(strengths: dict[str, float]) -> Callable[[str, str, str], tuple[str, str]]:
    """Return a judge that prefers a match's model in a share of the questions, by the difference of two strengths."""

    def judge(match: str, question: str, order: str) -> tuple[str, str]:
        model, baseline = match.split("-vs-")
        wins = random.Random(f"{match} {question}").random() < 0.5 + strengths[model] - strengths[baseline]
        return ("first" if wins == (order == "ab") else "second"), "…"

    return judge


def report(folder: Path, strengths: dict[str, float], matches: list[tuple[str, str]], **more: Any) -> Benchmark:
    """Return the report of models of which the judge thinks so."""
    judge = better(strengths)
    return Build(folder, models=[*strengths], matches=matches, questions=QUESTIONS, judge=judge, **more).benchmark()


def test_one_match(tmp_path: Path) -> None:
    sure = report(tmp_path / "a", {"good": 0.4, "thin": 0}, [("good", "thin")]).answer
    assert sure.sentence.startswith("The judge prefers good to thin: good has an adjusted win rate of ")
    assert sure.sentence.endswith("; p < 0.001).")
    assert [(row["name"], row["group"]) for row in sure.rows] == [("good", "a"), ("thin", "b")]
    behind = report(tmp_path / "b", {"poor": -0.4, "thin": 0}, [("poor", "thin")]).answer
    assert behind.sentence.startswith("The judge prefers thin to poor: poor has an adjusted win rate of ")

    def halves(match: str, question: str, order: str) -> tuple[str, str]:
        return ("first" if (int(question[1:]) % 2 == 0) == (order == "ab") else "second"), "…"

    same = Build(tmp_path / "c", models=("same", "thin"), matches=[("same", "thin")], questions=QUESTIONS, judge=halves)
    even = same.benchmark().answer
    assert even.sentence.startswith("No significant difference between same and thin: ")
    assert even.sentence.endswith("includes 50.")
    assert {row["group"] for row in even.rows} == {"a"}


def test_equal_models_share_a_rank(tmp_path: Path) -> None:
    def ties(match: str, question: str, order: str) -> tuple[str, str]:
        wins = match == "b-vs-thin" and int(question[1:]) < 4
        return ("first" if order == "ab" else "second") if wins else "tie", "…"

    models, star = ("a", "b", "c", "thin"), [("a", "thin"), ("b", "thin"), ("c", "thin")]
    shown = Build(tmp_path / "a", models=models, matches=star[::2], questions=QUESTIONS, judge=ties).benchmark()
    assert shown.answer.ranks == [1, 1, 1]
    assert shown.answer.sentence == "No difference between the 3 models: each has an adjusted win rate of 50.0%."
    assert [line.split("|")[1].strip() for line in shown.summary().splitlines() if line.startswith("| 1 |")] == ["1"] * 3
    most = Build(tmp_path / "b", models=models, matches=star, questions=QUESTIONS, judge=ties).benchmark().answer
    assert most.ranks == [1, 2, 2, 2]
    assert most.sentence.startswith("No significant difference between the 4 models; the highest adjusted win rate is 52")
    assert most.sentence.endswith(", of b.")


def test_models_against_one_baseline(tmp_path: Path) -> None:
    star = [("good", "thin"), ("poor", "thin"), ("fair", "thin")]
    found = report(tmp_path / "a", {"good": 0.4, "fair": 0.1, "poor": -0.3, "thin": 0}, star)
    assert found.answer.kind == "baseline"
    assert found.answer.sentence.startswith("The judge prefers good to each of the other 3 models: good has")
    said = "p < 0.001, corrected for all comparisons); no clear second place among fair and thin."
    assert said in found.answer.sentence
    clear = report(tmp_path / "d", {"good": 0.45, "fair": 0.3, "poor": -0.3, "thin": 0}, star).answer
    assert clear.sentence.endswith("corrected for all comparisons); fair comes second.")
    rates = {row["model"]: rate_of(row) for row in found.rates if row["is_all"]} | {"thin": 50}
    assert {row["name"]: row["rate"] for row in found.answer.rows} == rates
    assert [row["name"] for row in found.answer.rows] == sorted(rates, key=lambda name: -rates[name])
    tied = report(tmp_path / "b", {"good": 0.4, "fair": 0.4, "poor": -0.3, "thin": 0}, star).answer
    assert "No clear winner among " in tied.sentence
    assert tied.rows[0]["group"] == tied.rows[1]["group"] == "a"
    worse = report(tmp_path / "c", {"good": -0.4, "fair": -0.3, "poor": -0.3, "thin": 0}, star).answer
    assert worse.sentence.startswith("The judge prefers the baseline thin to each of the other 3 models (p")
    assert re.search(r"\); no clear second place among .*\.$", worse.sentence)


def test_each_against_each(tmp_path: Path) -> None:
    strengths = {"a": 0.4, "b": 0.1, "c": 0.1, "d": -0.2}
    found = report(tmp_path / "a", strengths, list(combinations(strengths, 2)))
    assert found.answer.kind == "pairs"
    assert found.answer.sentence.startswith(
        "The judge prefers a to each of the other 3 models, at a joint confidence level of 95%"
    )
    assert [row["name"] for row in found.answer.rows] == [row["model"] for row in found.ranking]
    assert [row["group"] for row in found.answer.rows] == [row["group"] for row in found.ranking]
    rates = {row["model"]: row["adjusted_win_rate"] for row in found.tables.query("benchmark/model_rates")}
    shown = {row["name"]: row["rate"] for row in found.answer.rows}
    assert shown == {name: pytest.approx(rate) for name, rate in rates.items()}
    placed: list[Any] = found.answer.rows
    assert all(row["low"] < row["rate"] < row["high"] for row in placed)


def test_matches_that_make_no_order(tmp_path: Path) -> None:
    strengths = {"a": 0.4, "b": 0, "c": 0.4, "d": 0.4}
    found = report(tmp_path / "a", strengths, [("a", "b"), ("c", "d")])
    assert found.answer.kind == "matches"
    assert found.answer.sentence.startswith("In 1 of 2 matches the judge significantly prefers one model")
    assert [row["name"] for row in found.answer.rows] == ["a-vs-b", "c-vs-d"]


def test_how_far_to_trust_the_judge(tmp_path: Path) -> None:
    found = report(tmp_path / "a", {"good": 0.4, "thin": 0}, [("good", "thin")])
    total = found.rates[-1]
    assert found.answer.note == (
        "Reliability of the judge: its verdict is the same in both orders for 100% of the questions; too few retests to "
        "measure its self-consistency; no human votes yet to check it against; with 80% power, these questions can detect a "
        f"rate at least {total['visible']:.0f} points from 50."
    )
    votes = [("yuki", "good-vs-thin", f"q{number:02}", "model", "") for number in range(80)]
    voted = report(tmp_path / "b", {"good": 0.4, "thin": 0}, [("good", "thin")], votes=votes)
    assert f"it agrees with the majority of people on {total['win_rate']:.0f}% (80 comparisons)" in voted.answer.note


def test_the_markdown_report_begins_with_it(tmp_path: Path) -> None:
    found = report(tmp_path / "a", {"good_*one*": 0.4, "thin": 0}, [("good_*one*", "thin")])
    head, sentence, board, words, trust, *_ = found.summary().split("\n\n")
    assert head == "# Benchmark"
    assert sentence.startswith(r"**The judge prefers good\_\*one\*")
    assert board.splitlines()[2].startswith(r"| 1 | good\_\*one\* |")
    assert words.startswith("Adjusted win rate against thin, with its 95% interval")
    assert trust == found.answer.note


@pytest.mark.slow
def test_twenty_models_fit_into_a_comment_and_a_screen(tmp_path: Path) -> None:
    """190 matches: one matrix and one table, and no heading of their own."""
    names = [f"model-{number:02}" for number in range(20)]
    votes = [("yuki", f"{one}-vs-{other}", "q00", "model", "") for one, other in combinations(names, 2)]
    strengths = {name: place / 60 for place, name in enumerate(names)}
    build = Build(
        tmp_path / "a",
        models=names,
        matches=list(combinations(names, 2)),
        questions=QUESTIONS,
        judge=better(strengths),
        votes=votes,
    )
    with build.written() as params:
        found = Benchmark(params)
        summary, page = found.summary(), benchmark_page(found)
    assert len(summary) < 65_536
    assert summary.count("\n#") < 20
    assert page.count("<h3") < 20
    assert page.count('class="to-questions"') > 190 * 2
