"""Test whether a rate changed significantly, by comparing two revisions on the same questions.

Two intervals that overlap say nothing: eight of eighty questions that gain half a point leave them overlapping always, and the
paired interval never holds 0.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import TypedDict

from seedbed.diff.figures import signed
from seedbed.reporting.points import Points, PointsWithTest

Place = tuple[str, ...]
"""Which rate: kind, corpus, turn, match or model, category or 'all'."""
Scores = dict[Place, dict[str, tuple[float, float]]]
"""By rate and question: the score of either revision, from 0 to 1; NaN where it is invalid."""


class ScorePair(TypedDict):
    """The score of a question in either revision, from 0 to 1, and which rate it is of; None where it is invalid."""

    kind: str
    corpus: str
    turn: str
    name: str
    question: str
    category: str
    old: float | None
    new: float | None


Paired = dict[Place, PointsWithTest]


def score_pairs(rows: Iterable[ScorePair]) -> Scores:
    """Return scores by category and in all."""
    scores: Scores = defaultdict(dict)
    for row in rows:
        old, new = (math.nan if score is None else float(score) for score in (row["old"], row["new"]))
        for category in (row["category"], "all"):
            place = (row["kind"], row["corpus"], row["turn"], row["name"], category)
            scores[place][row["question"]] = (old, new)
    return scores


def paired(scores: Scores, confidence: float) -> Paired:
    """Return the paired difference of each rate, new less old; all of them are one family for Holm's correction.

    Args:
        scores: as from `score_pairs`.
        confidence: in percent.

    Returns:
        In points of percent; no entry where no question is valid in both revisions.
    """
    if not scores:
        return {}
    import numpy as np  # with what rests on it a fifth of a second, which a diff without verdicts need not wait for

    from seedbed.reporting.differences import corrected_together, in_points
    from seedbed.reporting.statistics.paired import paired_difference

    by_place: dict[Place, Points] = {}
    for place, pairs in scores.items():
        both = np.array(list(pairs.values()))
        difference = paired_difference(both[:, 1], both[:, 0], confidence)
        if difference:
            by_place[place] = in_points(difference)
    tests = corrected_together([points["p"] for points in by_place.values()], confidence)
    return {place: {**points, **test} for (place, points), test in zip(by_place.items(), tests, strict=True)}


def in_words(difference: PointsWithTest | None) -> str:
    """Return what a paired difference says, in our own words."""
    if not difference:
        return "not tested: no question with a readable judgment in both revisions"
    interval = f"{signed(difference['low'])} to {signed(difference['high'])} on the same {difference['n']} questions"
    corrected = f", corrected for {difference['tests']} rows" if difference["tests"] > 1 else ""
    p = "p under 0.001" if difference["p_holm"] < 0.001 else f"p {difference['p_holm']:.3f}"
    dropped = f"; {difference['dropped']} valid in one revision only" if difference["dropped"] else ""
    if difference["sure"]:
        return f"{interval}, {p}{corrected}{dropped}"
    return f"{interval}, {p}{corrected}: not significant{dropped}"
