"""The benchmark report: metrics, tables in Markdown, and what it says of the bill."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import benchmark_page
from seedbed.reporting.win_rates import rate_of
from seedbed.util.rows import write_rows
from tests.builds import STAND_IN, Build
from tests.reporting.reader import Reader


@pytest.mark.parametrize(("prices", "total"), [(("good", "thin"), 3 * 200.0), (("good",), None)])
def test_the_whole_bill_is_the_sum_and_unknown_where_a_part_is(
    tmp_path: Path, prices: tuple[str, ...], total: float | None
) -> None:
    changes = {
        "models": {name: {"endpoint": "there", "model": name} for name in ("good", "thin")},
        "prices": {name: {"input": 5e6, "output": 10e6} for name in prices},  # 100 dollars a response
    }
    benchmark = Build(tmp_path / "a", changes=changes).benchmark()
    (*_, whole) = benchmark.tables.query("shared/usage")
    assert (whole["stage"], whole["responses"], whole["input_tokens"], whole["usd"]) == ("all", 6, 60, total)
    found = json.loads(benchmark.metrics())
    assert found["responses"].get("usd") == total
    assert list(found["responses"])[:1] == ["answer"]
    assert next(iter(found["matches"]["good-vs-thin"])) == "adjusted_win_rate"  # `dvc exp show` has room for one


def test_files_of_a_small_benchmark(tmp_path: Path) -> None:
    benchmark = Build(tmp_path / "a", made_by=dict(STAND_IN)).benchmark()
    head, *_, last = csv.DictReader(io.StringIO(benchmark.win_rates_csv()))
    assert [last[name] for name in ("category", "n", "wins", "adjusted_win_rate", "ci_low", "p", "p_holm", "tests")] == [
        *("all", "3", "3", "100.0", "43.8503", "0.25", "0.25", "1")
    ]
    assert (last["visible"], last["length_rate"], head["tests"]) == ("", "", "2")  # three questions show nothing
    assert benchmark.health_csv().splitlines()[1].startswith("good-vs-thin,judge,6,3,100.0,0.0,0.0,0.0,")
    summary = benchmark.summary()
    assert "> **Made with the stand-in.** The translations of the questions, answers and judgments of this build" in summary
    assert "the win rates below say nothing about any model" in summary
    assert "No votes yet" in summary
    real = Build(tmp_path / "b").benchmark()
    assert real.stand_in == ""
    assert "stand-in" not in real.summary()


def test_a_benchmark_without_models(tmp_path: Path) -> None:
    benchmark = Build(tmp_path / "a", models=(), matches=()).benchmark()
    assert "No match is listed in params.yaml." in benchmark.summary()
    assert "Nothing was judged." in benchmark.summary()
    assert json.loads(benchmark.metrics())["matches"] == {}
    assert len(benchmark.win_rates_csv().splitlines()) == 1


USAGE = {"input": 10, "cached_input": 0, "output": 5}


def with_responses(folder: Path, good: list[tuple[str, Any]], thin: list[tuple[str, Any]]) -> Benchmark:
    """Return the report of a build in which each of two models has these responses: (key, usage)."""
    changes = {
        "models": {name: {"endpoint": "there", "model": "one"} for name in ("good", "thin")},
        "prices": {"one": {"input": 1.0, "output": 1.0}},
    }
    build = Build(folder, changes=changes)
    build.write()
    request = {"endpoint": "there", "model": "one", "params": {}, "attempt": 1}
    for model, responses in (("good", good), ("thin", thin)):
        rows = [{"key": key, "request": request, "response": {"usage": usage}} for key, usage in responses]
        write_rows(folder / "data" / "build" / "responses" / "answer" / f"{model}.jsonl", rows, None)
    return build.benchmark()


def test_a_response_that_two_models_share_is_counted_once(tmp_path: Path) -> None:
    """Two ids of one model ask the same: 80 keys, 80 responses, and not 160."""
    responses = [(f"key-{number}", USAGE) for number in range(80)]
    found = with_responses(tmp_path / "a", responses, responses).usage
    assert [(row["stage"], row["responses"], row["input_tokens"]) for row in found] == [("answer", 80, 800), ("all", 80, 800)]


def test_a_response_without_usage_leaves_the_sum_empty(tmp_path: Path) -> None:
    benchmark = with_responses(tmp_path / "a", [("a", USAGE), ("b", None)], [("c", {"input": 10, "output": None})])
    (one, whole) = benchmark.usage
    assert (one["uncounted"], whole["uncounted"], one["usd"], whole["usd"]) == (2, 2, None, None)
    found = json.loads(benchmark.metrics())["responses"]
    assert (found["uncounted"], "usd" in found) == (2, False)
    assert "| uncounted | usd |" in benchmark.summary()
    with chdir(tmp_path / "a"):
        page = Reader(benchmark_page(benchmark)).shown
    assert "2 responses have no token count: their cost is unknown, and so is the sum." in page


def test_dollars_are_rounded_last(tmp_path: Path) -> None:
    """Three models at 0.00003 dollars each: rounded first they would come to nothing."""
    changes = {
        "models": {name: {"endpoint": "there", "model": name} for name in ("good", "thin", "poor")},
        "prices": {name: {"input": 0.5, "output": 1.0} for name in ("good", "thin", "poor")},
    }
    build = Build(tmp_path / "a", models=("good", "thin", "poor"), matches=(), changes=changes)
    assert [row["usd"] for row in build.benchmark().usage] == [0.0, 0.0, 0.0, 0.0001]


def judged(rates: dict[str, float]) -> Callable[[str, str, str], tuple[str, str]]:
    """Return a judge that gives each match's model so many of the questions, the first ones, in both orders."""

    def judge(match: str, question: str, order: str) -> tuple[str, str]:
        wins = int(question[1:]) < 100 * rates[match]
        return ("first" if wins == (order == "ab") else "second"), "..."

    return judge


QUESTIONS = [("generic", f"{number}?") for number in range(100)]


def test_models_without_a_match_of_their_own_are_compared_on_the_same_questions(tmp_path: Path) -> None:
    star = Build(
        tmp_path / "a",
        models=("good", "poor", "new", "thin"),
        matches=[("good", "thin"), ("poor", "thin"), ("new", "thin"), ("new", "good")],
        questions=QUESTIONS,
        judge=judged({"good-vs-thin": 0.7, "poor-vs-thin": 0.6, "new-vs-thin": 0.5, "new-vs-good": 0.4}),
    ).benchmark()
    rows = star.differences
    assert [(row["model"], row["other"], row["difference"]) for row in rows] == [("good", "poor", 10.0), ("poor", "new", 10.0)]
    assert [(row["n"], row["dropped"], row["tests"], row["sure"]) for row in rows] == [(100, 0, 2, True)] * 2
    assert all(row["p_holm"] == pytest.approx(2 * 2 / 2**10) for row in rows)
    assert "corrected (Holm) for 2 rows" in star.summary()
    assert json.loads(star.metrics())["differences"]["good-poor"]["difference"] == 10.0
    page = Reader(Build(tmp_path / "b", matches=[("good", "thin")]).benchmark_page()).shown
    assert "compared through a baseline" not in page


def test_rates_at_equal_length(tmp_path: Path) -> None:
    """A judge that always takes the longer answer, and a model whose answers are the longer ones in 70 of 100."""

    def answer(model: str, question: str) -> str:
        return "あ" * (20 + 7 * int(question[1:]) % 100 if model == "good" else 20 + 3 * int(question[1:]) % 50)

    def judge(match: str, question: str, order: str) -> tuple[str, str]:
        longer = len(answer("good", question)) > len(answer("thin", question))
        if int(question[1:]) % 9 == 0:
            longer = not longer
        return ("first" if longer == (order == "ab") else "second"), "..."

    benchmark = Build(tmp_path / "a", questions=QUESTIONS, answer=answer, judge=judge).benchmark()
    row: Any
    (row,) = benchmark.equal_length
    (total,) = (row for row in benchmark.rates if row["is_all"])
    assert row["why"] == ""
    assert row["low"] < row["rate"] < row["high"]
    assert abs(row["rate"] - 50) < abs(rate_of(total) - 50)
    longer = benchmark.health[0]["longer_answer_rate"]
    assert longer is not None
    assert longer > 80
    assert f"| good-vs-thin | {total['adjusted_win_rate']:.1f} | {row['rate']:.1f} |" in benchmark.summary()
    few = Build(tmp_path / "b").benchmark()
    assert few.equal_length[0]["why"] == "fewer than 30 valid questions"
    assert "fewer than 30 valid questions" in few.summary()
