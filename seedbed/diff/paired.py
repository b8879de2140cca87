"""Whether a win rate changed by more than chance: the two revisions compared question by question, on the same questions.

Two intervals that overlap say nothing: eight of eighty questions that gain half a point leave them overlapping always, and the
paired interval never holds 0.
"""

import math
from typing import Any

from seedbed.util.rows import Row
from seedbed.util.tables import Tables

Paired = dict[tuple[str, str], Row]
"""By match and category, or 'all'."""


def paired(outcomes: Tables, confidence: float) -> Paired:
    """Return the paired difference of each match's score, new less old, by category and over all.

    All of them are one family for Holm's correction.

    Args:
        outcomes: with the table `sided_outcomes`, of the matches whose verdicts differ.
        confidence: in percent.

    Returns:
        `{"n", "difference", "low", "high", "p", "dropped", "worst", "best", "p_holm", "tests", "sure"}`, in points of percent;
        no entry where no question is valid in both revisions.
    """
    import numpy as np  # with what rests on it a fifth of a second, which a diff without verdicts need not wait for

    from seedbed.reporting.differences import corrected_together, in_points
    from seedbed.reporting.statistics.paired import paired_difference

    scores: dict[tuple[str, str], dict[str, list[float]]] = {}
    rows = outcomes.select(
        "select after.match, after.question, after.category, before.score as old, after.score as new "
        "from sided_outcomes as before join sided_outcomes as after "
        "on after.match = before.match and after.question = before.question "
        "where before.side = 'old' and after.side = 'new' order by after.match, after.question"
    )
    for row in rows:
        pair = [math.nan if row[side] is None else row[side] for side in ("old", "new")]
        for category in (row["category"], "all"):
            scores.setdefault((row["match"], category), {})[row["question"]] = pair
    by_place: Paired = {}
    for place, pairs in scores.items():
        both = np.array(list(pairs.values()))
        difference = paired_difference(both[:, 1], both[:, 0], confidence)
        if difference:
            by_place[place] = in_points(difference)
    corrected_together(list(by_place.values()), confidence)
    return by_place


def in_words(row: Row) -> str:
    """Return what the paired difference of a row of win rates says, in our own words."""
    difference: Any = row["paired"]
    if not difference:
        return "not tested: no question that both revisions judged can be read"
    interval = f"{_signed(difference['low'])} to {_signed(difference['high'])} on the same {difference['n']} questions"
    corrected = f", corrected for {difference['tests']} rows" if difference["tests"] > 1 else ""
    p = "p under 0.001" if difference["p_holm"] < 0.001 else f"p {difference['p_holm']:.3f}"
    dropped = f"; {difference['dropped']} valid in one revision only" if difference["dropped"] else ""
    if difference["sure"]:
        return f"{interval}, {p}{corrected}{dropped}"
    return f"{interval}, {p}{corrected}: no change can be concluded{dropped}"


def _signed(change: float) -> str:
    return f"{change:+.1f}".replace("-", "−")
