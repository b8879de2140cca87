"""Ranking: one order of all models, from their matches, where there are three or more."""

from typing import Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from seedbed.project.params_types import Report
from seedbed.reporting.outcomes import outcome_rows
from seedbed.reporting.statistics.bradley_terry import bradley_terry, levels, resampled_strengths
from seedbed.reporting.statistics.resamples import Floats, resampled_counts
from seedbed.reporting.statistics.sign_flip import sign_flip
from seedbed.reporting.statistics.simultaneous import letters, simultaneous_differences
from seedbed.util.tables import Tables

_POINTS = 400 / np.log(10)


class RankingRow(TypedDict):
    """A model's place: points, 0 for the middle of the models; 400 points are odds of ten to one.

    Attributes:
        points, behind, behind_low, behind_high: None where its strength is not finite; `behind` is by how many the first model
            is ahead, with an interval that holds for all differences of models together.
        bound: `unbeaten` or `winless` where its strength is not finite: it never lost, or never won, to those of the largest
            level.
        group: the letters that two models share where they do not differ clearly.
        wins, losses, ties: of its valid outcomes.
        expected: percent of comparisons with the other models that the strengths say it wins, a tie being half.
    """

    model: str
    points: float | None
    behind: float | None
    behind_low: float | None
    behind_high: float | None
    bound: Literal["", "unbeaten", "winless"]
    group: str
    wins: int
    losses: int
    ties: int
    expected: float


def ranking_rows(tables: Tables, settings: Report) -> list[RankingRow]:
    """Return the models, strongest first, by the model of Bradley and Terry (1952).

    Args:
        tables: the build's rows.
        settings: the block `report` of `params.yaml`.

    Returns:
        No row where fewer than three models were compared, or where the wins do not bring them into one order.
    """
    outcomes = [row for row in outcome_rows(tables) if row["outcome"] != "invalid"]
    names = sorted({name for row in outcomes for name in (row["model"], row["baseline"])})
    models = {name: place for place, name in enumerate(names)}
    questions = {name: place for place, name in enumerate(dict.fromkeys(row["question"] for row in outcomes))}
    wins = np.zeros((len(questions), len(models), len(models)))
    for row in outcomes:
        one, other = models[row["model"]], models[row["baseline"]]
        share = {"win": 1.0, "tie": 0.5, "loss": 0.0}[row["outcome"]]
        wins[questions[row["question"]], one, other] += share
        wins[questions[row["question"]], other, one] += 1 - share
    if len(models) < 3 or len(questions) < 2:
        return []
    try:
        level = levels(wins.sum(axis=0))
    except ValueError:
        return []
    strengths, low, high = _fitted(wins, level, settings)
    order = sorted(models.values(), key=lambda place: (level[place], -strengths[place], names[place]))
    apart = (low > 0) | (high < 0)
    _untold(apart, wins, level, 1 - settings["confidence"] / 100)
    group = letters(order, apart)
    main = int(np.bincount(level).argmax())
    first = next(place for place in order if level[place] == main)
    # Between two levels the higher one always wins.
    chance = np.where(level[:, None] == level, 1 / (1 + np.exp(strengths - strengths[:, None])), level[:, None] < level)
    rows: list[RankingRow] = []
    for place in order:
        name, finite = names[place], level[place] == main
        mine = [(row["model"] == name, row["outcome"]) for row in outcomes if name in (row["model"], row["baseline"])]
        rows.append(
            {
                "model": name,
                "points": _points(strengths[place]) if finite else None,
                "behind": _points(strengths[first] - strengths[place]) if finite else None,
                "behind_low": _points(low[first, place]) if finite else None,
                "behind_high": _points(high[first, place]) if finite else None,
                "bound": "" if finite else "unbeaten" if level[place] < main else "winless",
                "group": group[place],
                "wins": sum(pair in ((True, "win"), (False, "loss")) for pair in mine),
                "losses": sum(pair in ((True, "loss"), (False, "win")) for pair in mine),
                "ties": sum(outcome == "tie" for _, outcome in mine),
                "expected": round(100 * float(np.delete(chance[place], place).mean()), 1),
            }
        )
    return rows


def _fitted(wins: Floats, level: NDArray[np.int64], settings: Report) -> tuple[Floats, Floats, Floats]:
    """Return the strengths within each level, and the bounds of all differences: infinite between levels.

    Only games among themselves bound the differences of a level: those with another one all end alike.
    """
    models = len(level)
    strengths, low, high = np.zeros(models), np.full((models, models), -np.inf), np.full((models, models), np.inf)
    counts = resampled_counts(len(wins), settings["bootstrap"], f"{settings['seed']} ranking")
    for one in np.unique(level):
        mine = np.flatnonzero(level == one)
        if len(mine) > 1:
            own = wins[:, mine[:, None], mine]
            strengths[mine] = bradley_terry(own.sum(axis=0))
            drawn = resampled_strengths(own, counts, strengths[mine])
            bounds = simultaneous_differences(strengths[mine], drawn, len(wins), settings["confidence"])
            low[mine[:, None], mine], high[mine[:, None], mine] = bounds
    return strengths, low, high


def _untold(apart: NDArray[np.bool_], wins: Floats, level: NDArray[np.int64], alpha: float) -> None:
    """Say of two models of different levels whether they differ: by their own match, corrected for all pairs of models."""
    pairs = len(level) * (len(level) - 1) / 2
    for one, other in zip(*np.triu_indices(len(level), 1), strict=True):
        if level[one] != level[other]:
            differences = (wins[:, one, other] - wins[:, other, one])[(wins[:, one, other] + wins[:, other, one]) > 0]
            apart[one, other] = apart[other, one] = bool(len(differences)) and sign_flip(differences) * pairs < alpha


def _points(strength: float) -> float:
    return round(float(_POINTS * strength), 1) + 0.0  # no -0.0
