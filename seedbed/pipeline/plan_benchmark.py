"""`seedbed plan-benchmark`: what so many questions can show, and how many questions a difference needs, before money is spent.

The answer, shortened:

    compared                 questions  tests  sd            smallest visible, points
    one match, alone         80         1      0.45 (usual)  14.1
    the totals of 2 matches  80         2      0.45 (usual)  15.5
"""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.project import columns, paths
from seedbed.project.corpora import BENCHMARK
from seedbed.project.params_types import Params
from seedbed.reporting.judgments import load_judgments
from seedbed.reporting.scores import Scores, read_scores
from seedbed.reporting.shared import made_by_stand_in
from seedbed.reporting.statistics.visible import SD_DIFFERENCE, SD_MATCH, questions_needed, visible_difference
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows
from seedbed.util.tables import Tables
from seedbed.util.words import count


@dataclass(frozen=True)
class Comparison:
    """One kind of comparison of the benchmark.

    Attributes:
        name: in words.
        questions: that it rests on.
        tests: in its family for Holm's correction.
        sd: of a question's score, or of its difference.
        pilot: whether that is from verdicts that there are.
    """

    name: str
    questions: int
    tests: int
    sd: float
    pilot: bool


def plan_benchmark(params: Params, questions: int | None = None, difference: float | None = None) -> str:
    """Return the answer as text.

    Args:
        params: the whole of `params.yaml`.
        questions: how many to plan with; those of the project where None.
        difference: points that are to be seen; None to ask what can be.

    Raises:
        UserError: the project has no question, and none are given.
    """
    by_category = Counter(row["category"] for row in read_rows(Path(params["corpora"][BENCHMARK]["source"])))
    number = questions or by_category.total()
    if not number:
        raise UserError(f"{params['corpora']['questions']['source']}: no question yet; say how many with --questions N")
    confidence = params["report"]["confidence"]
    rows = [_row(one, difference, confidence) for one in _comparisons(params, number, by_category)]
    asked = (
        f"Questions that a difference of {difference:g} points needs"
        if difference
        else f"The smallest difference that {count(number, 'question')} can show"
    )
    head = (
        f"{asked}: with {confidence:g}% confidence, in four benchmarks of five (80% power). The sd of a question's score is "
        "from the verdicts that there are (pilot), or what is usual."
    )
    return "\n".join([head, "", *_aligned(rows), "", *_more(difference)])


def _more(difference: float | None) -> list[str]:
    if difference:
        return ["Each further question costs an answer of each model, and two judge requests per match."]
    return ["`seedbed plan-benchmark --difference 5` says how many questions a difference of 5 points needs."]


def _comparisons(params: Params, questions: int, by_category: Counter[str]) -> list[Comparison]:
    scores = _pilot(params)
    match_sd, difference_sd = _match_sd(scores), _difference_sd(scores)
    sd, pilot = (match_sd or SD_MATCH), match_sd is not None
    comparisons = [Comparison("one match, alone", questions, 1, sd, pilot)]
    matches = params["matches"]
    if len(matches) > 1:
        comparisons.append(Comparison(f"the totals of {len(matches)} matches", questions, len(matches), sd, pilot))
    categories = len(by_category)
    if categories > 1:
        share = round(questions * min(by_category.values()) / by_category.total())
        comparisons.append(Comparison(f"each of {categories} categories of a match", max(1, share), categories, sd, pilot))
    pairs = _pairs(params)
    if pairs:
        words = "two models through a baseline" if pairs == 1 else f"{pairs} pairs of models through a baseline"
        own = difference_sd or SD_DIFFERENCE
        comparisons.append(Comparison(words, questions, pairs, own, difference_sd is not None))
    return comparisons


def _pairs(params: Params) -> int:
    matches = [(match["model"], match["baseline"]) for match in params["matches"].values()]
    direct = {frozenset(pair) for pair in matches}
    return sum(
        one[1] == other[1] and one[0] != other[0] and frozenset((one[0], other[0])) not in direct
        for one, other in combinations(matches, 2)
    )


def _pilot(params: Params) -> Scores | None:
    """Return the scores of the verdicts that lie in the project; None where there are none, or the stand-in's."""
    needed = [
        paths.edited(BENCHMARK, "question"),
        *map(paths.answers, params["models"]),
        *map(paths.judgments, params["matches"]),
    ]
    if not params["matches"] or not all(path.is_file() for path in needed):
        return None
    tables = Tables()
    load_judgments(tables, [paths.judgments(match) for match in params["matches"]], params["report"])
    tables.load("answers", [paths.answers(model) for model in params["models"]], columns.ANSWERS)
    tables.load("questions", [paths.edited(BENCHMARK, "question")], columns.QUESTIONS)
    return None if made_by_stand_in(tables, ("answers", "judgments")) else read_scores(tables)


def _match_sd(scores: Scores | None) -> float | None:
    """Return the standard deviation of a question's score within its match, over all matches."""
    if scores is None:
        return None
    return _pooled([column[~np.isnan(column)] for column in scores.scores.T])


def _difference_sd(scores: Scores | None) -> float | None:
    """Return that of the difference of two models' scores against one baseline, over all such pairs."""
    if scores is None:
        return None
    pairs = combinations(zip(scores.matches.values(), scores.scores.T, strict=True), 2)
    differences = [one - other for ((_, baseline), one), ((_, same), other) in pairs if baseline == same]
    return _pooled([column[~np.isnan(column)] for column in differences])


def _pooled(samples: list[Any]) -> float | None:
    variances = [float(sample.var(ddof=1)) for sample in samples if len(sample) > 1]
    # A pilot in which every question went the same way says nothing about the spread.
    return float(np.mean(variances)) ** 0.5 if variances and max(variances) > 0 else None


def _row(one: Comparison, difference: float | None, confidence: float) -> dict[str, str]:
    row = {
        "compared": one.name,
        "questions": str(one.questions),
        "tests": str(one.tests),
        "sd": f"{one.sd:.2f} ({'pilot' if one.pilot else 'usual'})",
    }
    if difference:
        return row | {"needed": f"{questions_needed(difference / 100, one.sd, confidence, one.tests):,}"}
    seen = visible_difference(one.questions, one.sd, confidence, one.tests)
    return row | {"smallest visible, points": "none" if seen is None or seen > 0.5 else f"{100 * seen:.1f}"}


def _aligned(rows: list[dict[str, str]]) -> list[str]:
    """Return rows as a table of plain text."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
