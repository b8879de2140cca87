"""Rates corrected by votes that were drawn with logged probabilities, from the files to the report."""

import csv
import io
import json
import re
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest

from seedbed.project.draws import Item, is_drawn, log_draws
from seedbed.project.votes import answer_hash
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.corrected_rates import CorrectedRow, Draw, correct
from seedbed.reporting.scores import Scores
from tests.builds import Build

QUESTIONS = [f"q{n:02}" for n in range(60)]


def said(model: str, question: str) -> str:
    return f"{model}の答え{question}"


def item(match: str, question: str) -> Item:
    one, other = match.split("-vs-")
    return Item(match, question, answer_hash(said(one, question)), answer_hash(said(other, question)))


def voted_on(folder: Path, probabilities: dict[str, float], votes: dict[str, list[str]], people: dict[str, str]) -> Benchmark:
    """Return the report of two matches: the judge gives the models everything.

    Args:
        folder: a new one.
        probabilities: logged, of every question of a match; a match that is not there has no draw.
        votes: the questions that ann votes on, by match.
        people: her verdict by match and question's parity, as in `good-vs-thin 0`.
    """
    rows = [
        ("ann", match, question, people[f"{match} {int(question[1:]) % 2}"], "")
        for match, questions in votes.items()
        for question in questions
    ]
    build = Build(
        folder,
        models=("good", "poor", "thin"),
        matches=[("good", "thin"), ("poor", "thin")],
        questions=[("generic", f"{n}?") for n in range(60)],
        answer=said,
        judge=lambda match, question, order: ("first" if order == "ab" else "second", "…"),
        votes=rows,
    )
    build.write()
    with chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEEDBED_STORE", str(folder / "store.sqlite"))
        log_draws({item(match, question): p for match, p in probabilities.items() for question in QUESTIONS})
    return build.benchmark()


PEOPLE = {"good-vs-thin 0": "model", "good-vs-thin 1": "baseline", "poor-vs-thin 0": "baseline", "poor-vs-thin 1": "baseline"}


def drawn(match: str, probability: float) -> list[str]:
    return [question for question in QUESTIONS if is_drawn(item(match, question), probability)]


def rows_of(benchmark: Benchmark) -> dict[str, CorrectedRow]:
    return {row["name"]: row for row in benchmark.corrected}


def test_a_logged_probability_is_what_a_vote_is_divided_by(tmp_path: Path) -> None:
    good, poor = drawn("good-vs-thin", 0.4), drawn("poor-vs-thin", 0.6)
    logged = {"good-vs-thin": 0.4, "poor-vs-thin": 0.6}
    benchmark = voted_on(tmp_path / "a", logged, {"good-vs-thin": good, "poor-vs-thin": poor}, PEOPLE)
    rows = rows_of(benchmark)
    odd = sum(int(question[1:]) % 2 for question in good)
    assert {row["draw"] for row in rows.values()} == {"logged"}
    assert rows["good-vs-thin"]["voted"] == len(good)
    assert rows["good-vs-thin"]["corrected"] == pytest.approx(100 * (60 - odd / 0.4) / 60, abs=0.01)
    assert rows["poor-vs-thin"]["corrected"] == pytest.approx(100 * max(60 - len(poor) / 0.6, 0) / 60, abs=0.01)
    assert rows["good less poor"]["voted"] == len({*good, *poor})
    assert rows["good less poor"]["corrected"] == pytest.approx(100 * (len(poor) / 0.6 - odd / 0.4) / 60, abs=0.01)
    assert "with the probabilities that `seedbed review --draw` recorded" in benchmark.summary()
    assert json.loads(benchmark.metrics())["corrected"]["good-vs-thin"]["draw"] == "logged"
    total = next(row for row in csv.DictReader(io.StringIO(benchmark.win_rates_csv())) if row["category"] == "all")
    assert (total["voted"], float(total["corrected"])) == (str(len(good)), rows["good-vs-thin"]["corrected"])


def test_a_draw_of_which_half_is_voted_on(tmp_path: Path) -> None:
    """Each probability is half then; and a vote outside of the draw is none of it."""
    good = drawn("good-vs-thin", 0.5)
    outside = next(question for question in QUESTIONS if question not in good)
    half = good[: len(good) // 2]
    rows = rows_of(voted_on(tmp_path / "a", {"good-vs-thin": 0.5}, {"good-vs-thin": [*half, outside]}, PEOPLE))
    odd = sum(int(question[1:]) % 2 for question in half)
    share = len(half) / len(good)
    assert rows["good-vs-thin"]["voted"] == len(half)
    assert rows["good-vs-thin"]["corrected"] == pytest.approx(100 * (60 - odd / (0.5 * share)) / 60, abs=0.01)


def test_votes_without_a_draw_are_taken_as_uniform_and_all_as_all(tmp_path: Path) -> None:
    some, every = QUESTIONS[:20], QUESTIONS
    rows = rows_of(voted_on(tmp_path / "a", {}, {"good-vs-thin": some}, PEOPLE))
    assert (rows["good-vs-thin"]["draw"], rows["good-vs-thin"]["corrected"]) == ("uniform", 50.0)
    rows = rows_of(voted_on(tmp_path / "b", {"good-vs-thin": 0.3}, {"good-vs-thin": every}, PEOPLE))
    assert (rows["good-vs-thin"]["draw"], rows["good-vs-thin"]["corrected"]) == ("all", 50.0)
    assert rows["good-vs-thin"]["low"] < 40


def test_a_draw_of_other_answers_is_none(tmp_path: Path) -> None:
    found = voted_on(tmp_path / "a", {"good-vs-thin": 0.4}, {"good-vs-thin": QUESTIONS[:40]}, PEOPLE)
    assert rows_of(found)["good-vs-thin"]["draw"] == "logged"
    path = tmp_path / "a/data/votes/draws/good-vs-thin.jsonl"
    path.write_text(re.sub(r'"model_hash":"\w+"', f'"model_hash":"{"0" * 64}"', path.read_text()))
    with chdir(tmp_path / "a"):
        assert rows_of(Benchmark(found.params))["good-vs-thin"]["draw"] == "uniform"


def test_a_larger_draw_that_nobody_has_begun_with_changes_nothing(tmp_path: Path) -> None:
    """The items of the first draw keep the probabilities that they had when people voted on all of it."""
    first, larger = ({q: p if int(q[1:]) % 2 else p / 2 for q in QUESTIONS} for p in (0.6, 1.0))
    voted = [question for question, p in first.items() if is_drawn(item("good-vs-thin", question), p)]
    benchmark = voted_on(tmp_path / "a", {}, {"good-vs-thin": voted}, PEOPLE)
    rows = []
    with chdir(tmp_path / "a"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEEDBED_STORE", str(tmp_path / "store.sqlite"))
        for probabilities in (first, larger):
            log_draws({item("good-vs-thin", question): p for question, p in probabilities.items()})
            rows.append(rows_of(Benchmark(benchmark.params))["good-vs-thin"])
    assert rows[0]["draw"] == "logged"
    assert rows[0] == rows[1]


def test_a_draw_of_which_little_is_voted_on_corrects_in_full() -> None:
    """The judge is wrong on every item, so that votes on half of a draw with the least probability say so."""
    judge, people = np.ones(1000), np.full(1000, np.nan)
    number = np.arange(1000) / 1000
    people[:25] = 0
    draw = Draw(np.full((1, 1000, 1), 0.05), number[:, None])
    scores = Scores({"m": ("x", "y")}, [f"q{n}" for n in range(1000)], ["c"] * 1000, *[judge[:, None]] * 3)
    (row,) = correct(scores, people[:, None], draw, 95)
    assert (row["voted"], row["corrected"]) == (25, 0.0)
