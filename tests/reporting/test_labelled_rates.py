"""Rates corrected by labels of another benchmark."""

import json
from pathlib import Path

import pytest

from seedbed.project import paths
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import benchmark_page
from seedbed.util.errors import UserError
from seedbed.util.rows import write_rows
from tests.builds import Build
from tests.reporting.reader import Reader


def built(folder: Path, labels: list[tuple[str, str, int]] | None) -> Build:
    """Return a build of 100 questions of which the judge gives the model 62, with labels: judge, people, how many."""
    build = Build(
        folder,
        questions=[("generic", f"{n}?") for n in range(100)],
        judge=lambda match, question, order: ("first" if (int(question[1:]) < 62) == (order == "ab") else "second", "…"),
        changes={"report": {"bootstrap": 1000, "confidence": 95, "seed": 0, "language": "en", "labels": "other"}},
    )
    build.write()
    if labels is not None:
        rows = [{"judge": judge, "people": people} for judge, people, times in labels for _ in range(times)]
        write_rows(folder / paths.labels("other"), rows, "label")
    return build


GOOD = [("win", "win", 90), ("loss", "win", 10), ("win", "loss", 20), ("loss", "loss", 80), ("tie", "tie", 50)]


def test_a_judge_that_calls_a_fifth_of_the_losses_won(tmp_path: Path) -> None:
    """62% called won are 60% won: .6 · .9 + .4 · .2."""
    build = built(tmp_path / "a", GOOD)
    with build.written() as params:
        benchmark = Benchmark(params)
        page = Reader(benchmark_page(benchmark)).shown
    (row,) = benchmark.labelled
    assert (row["judge"], row["rate"], row["labels"], row["why"]) == (62.0, 60.0, 250, None)
    assert (row["low"], row["high"]) == pytest.approx((47, 73), abs=4)
    assert "### Rates corrected by labels of another benchmark" in benchmark.summary()
    assert "Rates corrected by labels of another benchmark" in page
    assert json.loads(benchmark.metrics())["labelled"]["good-vs-thin"]["rate"] == 60.0


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ([("win", "win", 50), ("loss", "loss", 50)], "no human label is a tie"),
        (
            [(a, b, 20) for a in ("win", "loss", "tie") for b in ("win", "loss", "tie")],
            "does not distinguish win, loss and tie well enough",
        ),
    ],
)
def test_where_no_rate_can_be_given_it_says_why(tmp_path: Path, labels: list[tuple[str, str, int]], why: str) -> None:
    benchmark = built(tmp_path / "a", labels).benchmark()
    assert benchmark.labelled[0]["rate"] is None
    assert why in benchmark.summary()


def test_without_the_file_a_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data/votes/labels/other\.jsonl: no such file"):
        built(tmp_path / "a", None).benchmark()
    assert "labels of another" not in Build(tmp_path / "b").benchmark().summary()
