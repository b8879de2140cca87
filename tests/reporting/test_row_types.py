"""The rows of the reports have the fields, and the kinds of values, that their types say."""

import json
import random
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from seedbed.reporting.answer import LeaderboardRow
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.checks.results import CheckRow, Contradiction
from seedbed.reporting.conclusions import RateWithTest
from seedbed.reporting.corrected_rates import CorrectedRow
from seedbed.reporting.dataset_answer import DecisionRow, SetRow
from seedbed.reporting.differences import DifferenceRow
from seedbed.reporting.effort import EffortRow
from seedbed.reporting.equal_length import EqualLengthRow
from seedbed.reporting.health import HealthRow
from seedbed.reporting.jury import JudgePair, JudgeRate
from seedbed.reporting.methods import MethodRow
from seedbed.reporting.outcomes import OutcomeRow, outcome_rows
from seedbed.reporting.ranking import RankingRow
from seedbed.reporting.shared import UsageRow
from seedbed.util.rows import write_rows
from tests.builds import Build
from tests.kinds import misfits

QUESTIONS = [(f"category-{number % 2}", f"{number}?") for number in range(24)]
PAIRS = [*combinations(("a", "b", "c"), 2)]
SHORT = {"kind": "length", "unit": "characters", "most": 12}


def juror(judge: str, match: str, question: str, order: str) -> tuple[str, str]:
    """Return a verdict of any kind."""
    drawn = random.Random(f"{judge} {match} {question} {order}").random()
    return ("first" if drawn < 0.4 else "second" if drawn < 0.8 else "tie" if drawn < 0.95 else "invalid"), "…"


def check(rows: Iterable[Mapping[str, Any]], kind: Any) -> None:
    """Assert that there are rows, and that all are of a kind."""
    shown = [*rows]
    assert shown, kind
    for row in shown:
        assert misfits(row, kind) == []


@pytest.fixture(scope="module")
def jury_of_pairs(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    """A report with votes, a jury and checks, of models that each met each other one."""
    votes = [
        ("ann", f"{one}-vs-{other}", f"q{number:02}", random.Random(f"{one} {number}").choice(["model", "baseline", "tie"]), "")
        for one, other in PAIRS
        for number in range(12)
    ]
    build = Build(
        tmp_path_factory.mktemp("rows") / "a",
        models=("a", "b", "c"),
        matches=PAIRS,
        questions=QUESTIONS,
        answer=lambda model, question: f"{model} {question} {'x' * 20 * (model == 'a')}",
        judges=("one", "other"),
        juror=juror,
        votes=votes,
    )
    build.write()
    path = build.folder / "data/build/edited/questions/questions.jsonl"
    rows = [json.loads(line) | {"checks": [SHORT]} for line in path.read_text(encoding="utf-8").splitlines()]
    write_rows(path, rows, None)
    return build.benchmark()


def test_rows_of_the_benchmark(jury_of_pairs: Benchmark) -> None:
    report = jury_of_pairs
    check(report.rates, RateWithTest)
    check(report.answer.rows, LeaderboardRow)
    check(report.equal_length, EqualLengthRow)
    check(report.ranking, RankingRow)
    check(report.health, HealthRow)
    check(report.corrected, CorrectedRow)
    check(report.checks, CheckRow)
    check(report.contradictions, Contradiction)
    check(report.usage, UsageRow)
    check(outcome_rows(report.tables), OutcomeRow)
    assert report.jury is not None
    check(report.jury.rates, JudgeRate)
    check(report.jury.pairs, JudgePair)


def test_rows_of_differences_and_methods(tmp_path: Path) -> None:
    sets = {"a-n": ("a", "n"), "a-d": ("a", "d"), "a": ("a", None)}
    blocks: dict[str, Any] = {
        id: {"recorded": "r", "base": base} | ({"set": name} if name else {}) for id, (base, name) in sets.items()
    }
    models = [*sets, "x", "y", "m"]
    build = Build(
        tmp_path / "a",
        models=models,
        matches=[(model, "m") for model in models[:-1]],
        questions=QUESTIONS,
        judge=lambda match, question, order: juror("judge", match, question, order),
        changes={"models": {id: blocks.get(id, {"recorded": "r"}) for id in models}, "sets": {}},
    )
    report = build.benchmark()
    check(report.differences, DifferenceRow)
    check(report.methods, MethodRow)


def test_rows_of_the_dataset(tmp_path: Path) -> None:
    report = Build(tmp_path / "a").dataset()
    check(report.decisions, DecisionRow)
    check(report.training_sets, SetRow)
    check(report.effort, EffortRow)
    check(report.usage, UsageRow)
