"""Single grading in the report: mean ratings by category with intervals, and whether they say what the matches say.

The interval is Student's over questions (arXiv 2411.00640). A judge gives whole numbers, and so tells what it rates to within a
half at best: the variance of a question is taken as that of such rounding, 1/12, at least, so that no interval has width 0. One
question alone tells nothing of the spread: its interval is the whole scale.
"""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from seedbed.project import columns, paths
from seedbed.project.corpora import BENCHMARK, WHOLE
from seedbed.project.params_types import Params
from seedbed.reporting.outcomes import outcome_rows
from seedbed.reporting.statistics.distributions import t_quantile
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.reporting.turns import load_corpora
from seedbed.util.rows import Rows
from seedbed.util.tables import Tables

RATING_COLUMNS = ["model", "corpus", "turn", "category", "n", "invalid", "mean", "low", "high"]
_LEAST, _MOST = 1.0, 10.0
_ROUNDING = 1 / 12
"""Variance of what rounding to whole numbers hides."""


class RatingRow(TypedDict):
    """A model's mean rating in one category, or `all`, of one turn of a corpus, or `all`; None where no rating is valid."""

    model: str
    corpus: str
    turn: str
    category: str
    n: int
    invalid: int
    mean: float | None
    low: float | None
    high: float | None


class ModeRow(TypedDict):
    """On how many of the benchmark's questions a match and the ratings of its models say the same.

    `decided` are those that neither calls a tie.
    """

    match: str
    n: int
    agree: int
    decided: int
    decided_agree: int


def rating_rows(params: Params) -> tuple[list[RatingRow], list[ModeRow]]:
    """Return the rows of `RATING_COLUMNS`, and how far ratings and matches agree; both empty where nothing is rated."""
    if not params["scores"]:
        return [], []
    tables = load_corpora(params)
    load_ratings(tables, params)
    rated = tables.query("benchmark/ratings")
    return _means(rated, params), _agreement(rated, tables, params)


def load_ratings(tables: Tables, params: Params) -> None:
    """Make the table `ratings`: a judge's rating of one turn of an answer a row; empty where nothing is rated."""
    tables.load("ratings", [paths.scores(model) for model in params["scores"]], columns.RATINGS)


def mean_interval(values: list[float], confidence: float) -> tuple[float, float]:
    """Return the interval of a mean of ratings; `values`: one a question, at least one; `confidence` in percent."""
    n = len(values)
    if n < 2:
        return _LEAST, _MOST
    variance = max(float(np.var(values, ddof=1)), _ROUNDING)
    half = t_quantile(confidence, n - 1) * (variance / n) ** 0.5
    mean = float(np.mean(values))
    return max(_LEAST, mean - half), min(_MOST, mean + half)


def _means(rated: Rows, params: Params) -> list[RatingRow]:
    order = [*params["labels"]["question"], "all"]
    groups: dict[tuple[str, str, str, str], list[float | None]] = {}
    for row in rated:
        if row["turn"] != WHOLE and row["turns"] == 1:
            continue
        for category in (row["category"], "all"):
            groups.setdefault((row["model"], row["corpus"], row["turn"], category), []).append(row["rating"])
    models = list(params["scores"])
    means: list[RatingRow] = []
    for (model, corpus, turn, category), values in groups.items():
        valid = [value for value in values if value is not None]
        low, high = mean_interval(valid, params["report"]["confidence"]) if valid else (None, None)
        means.append(
            {
                "model": model,
                "corpus": corpus,
                "turn": turn,
                "category": category,
                "n": len(values),
                "invalid": len(values) - len(valid),
                "mean": _rounded(float(np.mean(valid)) if valid else None),
                "low": _rounded(low),
                "high": _rounded(high),
            }
        )
    return sorted(
        means,
        key=lambda row: (
            *(row["corpus"] != BENCHMARK, row["corpus"], models.index(row["model"])),
            *(row["turn"] != WHOLE, row["turn"], order.index(row["category"])),
        ),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _agreement(rated: Rows, tables: Tables, params: Params) -> list[ModeRow]:
    ratings = {
        (row["model"], row["question"]): row["rating"]
        for row in rated
        if row["turn"] == WHOLE and row["corpus"] == BENCHMARK and row["rating"] is not None
    }
    tables.run(f"create table questions as select id, category from all_questions where corpus = '{BENCHMARK}'")
    signs = {"win": 1, "tie": 0, "loss": -1}
    counts: dict[str, list[int]] = {}
    for row in outcome_rows(tables):
        sides = [(model, row["question"]) for model in (row["model"], row["baseline"])]
        if row["outcome"] not in signs or not all(side in ratings for side in sides):
            continue
        judged, rating = signs[row["outcome"]], int(np.sign(ratings[sides[0]] - ratings[sides[1]]))
        count = counts.setdefault(row["match"], [0, 0, 0, 0])
        decided = judged != 0 and rating != 0
        for place, seen in enumerate((True, judged == rating, decided, decided and judged == rating)):
            count[place] += seen
    return [
        {"match": match, "n": count[0], "agree": count[1], "decided": count[2], "decided_agree": count[3]}
        for match, count in ((match, counts[match]) for match in params["matches"] if match in counts)
    ]


def rating_parts(
    rows: Sequence[RatingRow], agreement: Sequence[ModeRow], confidence: float, say: Words = ENGLISH_WORDS
) -> list[str]:
    """Return the section on single grading in Markdown; none where nothing is rated."""
    if not rows:
        return []
    shown = [{**row, "interval": interval_in_words(row)} for row in rows]
    parts = [
        f"## {say('section_ratings')}",
        say("ratings_brief", confidence=f"{confidence:g}"),
        say.table(shown, ["model", "corpus", "turn", "category", "n", "invalid", "mean", "interval"]),
    ]
    if agreement:
        words = [row | agreement_in_words(row, say) for row in agreement]
        parts += [say("ratings_modes"), say.table(words, ["match", "agree on", "decided"])]
    return parts


def interval_in_words(row: RatingRow) -> str:
    """Return the interval of a mean; empty where nothing is valid."""
    return "" if row["low"] is None else f"{row['low']:.2f} – {row['high']:.2f}"


def agreement_in_words(row: ModeRow, say: Words = ENGLISH_WORDS) -> dict[str, str]:
    """Return how far the two modes agree on a match, in words."""

    def share(part: int, of: int) -> str:
        percent = f"{100 * part / of:.1f}" if of else ""
        return say("share_of_percent" if of else "share_of", part=part, all=of, percent=percent)

    return {"agree on": share(row["agree"], row["n"]), "decided": share(row["decided_agree"], row["decided"])}
