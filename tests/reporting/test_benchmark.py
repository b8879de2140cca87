"""The benchmark report: metrics, tables in Markdown, and what it says of the bill."""

import json
from pathlib import Path

import pytest

from seedbed.util.rows import write_rows
from tests.builds import STAND_IN, Build


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
    assert benchmark.win_rates_csv().splitlines()[-1] == "good-vs-thin,good,thin,all,3,3,0,0,0,0,100.0,100.0,100.0,100.0,0"
    assert benchmark.health_csv().splitlines()[1].startswith("good-vs-thin,6,100.0,")
    summary = benchmark.summary()
    assert "> **Made with the stand-in.** The translations of the questions, answers and judgments of this build" in summary
    assert "the win rates below say nothing about any model" in summary
    assert "Nobody has voted yet" in summary
    real = Build(tmp_path / "b").benchmark()
    assert real.stand_in == ""
    assert "stand-in" not in real.summary()


def test_cut_answers_are_shown_beside_the_rates_where_there_are_any(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    assert "| cut |" not in build.benchmark().summary()
    assert ">cut</th>" not in build.benchmark_page()
    path = build.folder / "data" / "build" / "answers" / "thin.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    write_rows(path, [rows[0] | {"cut": True}, *rows[1:]], None)
    benchmark = build.benchmark()
    assert [row["cut"] for row in benchmark.rates] == [1, 0, 1]
    assert "| cut |" in benchmark.summary()
    assert "cut: answers of either side that ended at their length limit" in benchmark.summary()
    assert ">cut</th>" in build.benchmark_page()


def test_a_benchmark_without_models(tmp_path: Path) -> None:
    benchmark = Build(tmp_path / "a", models=(), matches=()).benchmark()
    assert "No match is listed in params.yaml." in benchmark.summary()
    assert "Nothing was judged." in benchmark.summary()
    assert json.loads(benchmark.metrics())["matches"] == {}
    assert len(benchmark.win_rates_csv().splitlines()) == 1
