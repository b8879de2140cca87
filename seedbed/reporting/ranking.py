"""Ranking: one order of all models, from their matches, where there are three or more.

A row of `ranking_rows` (points, 0 for the middle of the models; 400 points are odds of ten to one):

    {"model": "good", "points": 312.4, "points_low": 260.9, "points_high": 381.2, "wins": 71, "losses": 3, "ties": 6,
     "expected": 89.1}
"""

import numpy as np

from seedbed.project.params import Report
from seedbed.reporting.bootstrap import Floats, percentile_interval, resampled_sums
from seedbed.util.rows import Rows
from seedbed.util.tables import Tables

PRIOR = 0.1
"""Ties (a tenth of one) that each model is taken to have with one that is as strong as the middle. Without it the
strength of a model that never loses, or never wins, would be infinite."""
_POINTS = 400 / np.log(10)


def ranking_rows(tables: Tables, settings: Report) -> Rows:
    """Return the models, strongest first, by the model of Bradley and Terry (1952), with intervals over questions.

    Args:
        tables: the build's rows.
        settings: the block `report` of `params.yaml`.

    Returns:
        `points` with `points_low` and `points_high`, counts of valid outcomes, and `expected`, the percent of
        comparisons with the other models that the strengths say it wins, a tie being half. No row where fewer than
        three models were compared, or where they fall into groups that no valid comparison connects.
    """
    outcomes = [row for row in tables.query("benchmark/outcomes") if row["outcome"] != "invalid"]
    names = sorted({row[side] for row in outcomes for side in ("model", "baseline")})
    models = {name: place for place, name in enumerate(names)}
    questions = {name: place for place, name in enumerate(dict.fromkeys(row["question"] for row in outcomes))}
    wins = np.zeros((len(questions), len(models), len(models)))
    for row in outcomes:
        one, other = models[row["model"]], models[row["baseline"]]
        share = {"win": 1.0, "tie": 0.5, "loss": 0.0}[row["outcome"]]
        wins[questions[row["question"]], one, other] += share
        wins[questions[row["question"]], other, one] += 1 - share
    total = wins.sum(axis=0)
    if len(models) < 3 or not _connected(total):
        return []
    strengths = bradley_terry(total)
    drawn = resampled_sums(wins.reshape(len(wins), -1), settings["bootstrap"], f"{settings['seed']} ranking")
    points = _POINTS * bradley_terry(drawn.reshape(-1, len(models), len(models)))
    rows = []
    for name, place in models.items():
        low, high = percentile_interval(points[:, place], settings["confidence"]) or (None, None)
        against = np.delete(strengths, place)
        mine = [(row["model"] == name, row["outcome"]) for row in outcomes if name in (row["model"], row["baseline"])]
        rows.append(
            {
                "model": name,
                "points": _rounded(_POINTS * strengths[place]),
                "points_low": _rounded(low),
                "points_high": _rounded(high),
                "wins": sum(pair in ((True, "win"), (False, "loss")) for pair in mine),
                "losses": sum(pair in ((True, "loss"), (False, "win")) for pair in mine),
                "ties": sum(outcome == "tie" for _, outcome in mine),
                "expected": _rounded(100 * float(np.mean(1 / (1 + np.exp(against - strengths[place]))))),
            }
        )
    return sorted(rows, key=lambda row: (-row["points"], row["model"]))


def bradley_terry(wins: Floats, prior: float = PRIOR) -> Floats:
    """Return the strengths that make the outcomes most likely, where a beats b with probability 1 / (1 + exp(b - a)).

    Newton's method on the logarithms of the strengths, in which the likelihood is concave (Hunter 2004, section 2); a
    step is at most 1, so that it cannot run away from a far start.

    Args:
        wins: shape (…, models, models), how often the row's model beat the column's; a tie is half a win of each.
        prior: ties of each model with one of strength 0, > 0.

    Returns:
        Shape (…, models), their mean 0.
    """
    count = wins.shape[-1]
    games = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1) + prior / 2
    found = np.zeros(wins.shape[:-1])
    diagonal = np.arange(count)
    for _ in range(200):
        chance = 1 / (1 + np.exp(found[..., None, :] - found[..., :, None]))
        alone = 1 / (1 + np.exp(-found))
        slope = won - (games * chance).sum(axis=-1) - prior * alone
        curve = -games * chance * (1 - chance)
        curve[..., diagonal, diagonal] = 0
        curve[..., diagonal, diagonal] = prior * alone * (1 - alone) - curve.sum(axis=-1)
        step = np.linalg.solve(curve, slope[..., None])[..., 0]
        step /= np.maximum(1, np.abs(step).max(axis=-1, keepdims=True))
        found = found + step
        if np.abs(step).max() < 1e-10:
            break
    centred: Floats = found - found.mean(axis=-1, keepdims=True)
    return centred


def _connected(wins: Floats) -> bool:
    """Whether valid comparisons lead from each model to each other one."""
    met = (wins + wins.T) > 0
    reached = {0}
    while more := {int(b) for a in reached for b in np.flatnonzero(met[a])} - reached:
        reached |= more
    return len(reached) == len(met)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 1) + 0.0  # no -0.0
