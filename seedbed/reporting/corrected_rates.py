"""The judge's win rates as people's votes correct them, match by match, and the differences of two models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypedDict

import numpy as np

from seedbed.project.draws import Item, chance, read_levels
from seedbed.project.params_types import Report
from seedbed.project.votes import answer_hash
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.corrected import (
    Corrected,
    corrected,
    corrected_difference,
    corrected_uniform,
    votes_to_halve,
    votes_to_halve_drawn,
)
from seedbed.reporting.statistics.resamples import Floats
from seedbed.util.tables import Tables

LEAST = 10
"""Questions with votes below which nothing is said."""
How = Literal["logged", "uniform", "all"]
"""How the questions that people voted on are taken to be drawn: with the probabilities that `seedbed review --draw` wrote
before; without regard to answers and verdicts, where nothing is logged; or all of them."""


class CorrectedRow(TypedDict):
    """A match, or `MODEL less OTHER`, with what the judge says and what votes make of it, in percent.

    Attributes:
        items: questions with a valid verdict; `voted`: those that people voted on.
        more: votes on further questions that would halve the interval; None where no number of them would.
    """

    name: str
    items: int
    voted: int
    judge: float
    corrected: float
    low: float
    high: float
    more: int | None
    draw: How


@dataclass(frozen=True)
class Side:
    """One match as votes see it, question by question.

    Attributes:
        judge, people: scores, NaN where invalid or where nobody voted; votes on items outside of the draw are not among them.
        probability: with which each question's vote was to be had; NaN where it was in no draw, 1 where all are voted on.
        draw: how the questions with votes are taken to be drawn.
    """

    judge: Floats
    people: Floats
    probability: Floats
    draw: How


@dataclass(frozen=True)
class Draw:
    """What is logged of the items.

    Attributes:
        levels: shape (levels, questions, matches), the probabilities with which an item was to be drawn, each draw's after
            those of the one before; NaN where none is logged.
        chance: shape (questions, matches), the item's own number: it is drawn at the first level that is above it.
    """

    levels: Floats
    chance: Floats


def corrected_rows(tables: Tables, scores: Scores, settings: Report) -> list[CorrectedRow]:
    """Return the matches on which enough people voted, each with its corrected rate; then the differences of two models.

    Two models are compared through a baseline. Where a verdict of the judge is invalid, a question counts on neither side.

    Args:
        tables: the build's rows; `load_votes` has been called.
        scores: of all matches.
        settings: the block `report` of `params.yaml`.

    Raises:
        UserError: a file of draws is not valid.
    """
    return correct(scores, people_scores(tables, scores), logged(tables, scores), settings["confidence"])


def correct(scores: Scores, people: Floats, draw: Draw, confidence: float) -> list[CorrectedRow]:
    """Return the rows of `corrected_rows`.

    Args:
        scores: of all matches.
        people: as from `people_scores`.
        draw: as from `logged`.
        confidence: of the intervals, in percent.
    """
    columns = zip(scores.scores.T, people.T, draw.levels.transpose(2, 0, 1), draw.chance.T, strict=True)
    sides = [_side(*column) for column in columns]
    rows = [_rate(name, side, confidence) for name, side in zip(scores.matches, sides, strict=True)]
    direct = {frozenset(pair) for pair in scores.matches.values()}
    for ((model, baseline), one), ((rival, same), other) in combinations(zip(scores.matches.values(), sides, strict=True), 2):
        if baseline == same and frozenset((model, rival)) not in direct:
            rows.append(_difference(f"{model} less {rival}", one, other, confidence))
    return [row for row in rows if row]


def _side(judge: Floats, people: Floats, levels: Floats, chance: Floats) -> Side:
    """Return a match with the probability that each of its questions was voted on.

    Where a draw is logged, people may not have come to its end yet; they go through it in an order that knows nothing of the
    verdicts, so that each probability shrinks by the share of the draw that has votes. A later and larger draw holds the first:
    what it adds to a probability shrinks by the share of what it added to the draw, since the first may have all of its votes.
    """
    valid = ~np.isnan(judge)
    voted = valid & ~np.isnan(people)
    if voted.sum() == valid.sum():
        return Side(judge, people, np.ones(len(judge)), "all")
    logged = ~np.isnan(chance)
    if not logged.any():
        return Side(judge, people, np.full(len(judge), voted.sum() / max(valid.sum(), 1)), "uniform")
    probability, before = np.where(logged, 0.0, np.nan), np.zeros(len(judge))
    for level in levels:
        added = valid & (before <= chance) & (chance < level)
        probability += (level - before) * ((added & voted).sum() / added.sum() if added.any() else 1.0)
        before = level
    seen = np.where(chance < before, people, np.nan)
    return Side(np.where(logged, judge, np.nan), seen, probability, "logged")


def _rate(name: str, side: Side, confidence: float) -> CorrectedRow | None:
    valid = ~np.isnan(side.judge)
    judge, people, probability = side.judge[valid], side.people[valid], side.probability[valid]
    if (~np.isnan(people)).sum() < LEAST:
        return None
    if side.draw != "logged":
        return _row(name, judge, corrected_uniform(judge, people, confidence), votes_to_halve(judge, people), side.draw)
    result = corrected(judge, people, probability, np.arange(len(judge)), confidence)
    more = votes_to_halve_drawn(result, [(judge, people, probability)], confidence) if result else None
    return _row(name, judge, result, more, side.draw)


def _difference(name: str, one: Side, other: Side, confidence: float) -> CorrectedRow | None:
    """Return the difference of two models; where nothing is logged, on the questions that people voted on in both matches."""
    valid = ~np.isnan(one.judge + other.judge)
    judge = (one.judge - other.judge)[valid]
    if "logged" not in (one.draw, other.draw):
        people = (one.people - other.people)[valid]
        if (~np.isnan(people)).sum() < LEAST:
            return None
        draw: How = one.draw if one.draw == other.draw else "uniform"
        result = corrected_uniform(judge, people, confidence, (-1, 1))
        return _row(name, judge, result, votes_to_halve(judge, people), draw)
    parts = [(side.judge[valid], side.people[valid], side.probability[valid]) for side in (one, other)]
    if min((~np.isnan(people)).sum() for _, people, _ in parts) < LEAST:
        return None
    result = corrected_difference(parts[0], parts[1], confidence)
    return _row(name, judge, result, votes_to_halve_drawn(result, parts, confidence) if result else None, "logged")


def _row(name: str, judge: Floats, result: Corrected | None, more: int | None, draw: How) -> CorrectedRow | None:
    if result is None:
        return None
    return {
        "name": name,
        "items": result.items,
        "voted": result.voted,
        "judge": _percent(judge.mean()),
        "corrected": _percent(result.mean),
        "low": _percent(result.low),
        "high": _percent(result.high),
        "more": more,
        "draw": draw,
    }


def _percent(share: float) -> float:
    return round(100 * float(share), 2) + 0.0  # no -0.0


def people_scores(tables: Tables, scores: Scores) -> Floats:
    """Return the mean of people's votes, shape (questions, matches): 1 for the model, ½ for neither; NaN where none counts."""
    shares = np.full(scores.scores.shape, np.nan)
    matches = {name: place for place, name in enumerate(scores.matches)}
    questions = {name: place for place, name in enumerate(scores.questions)}
    for item in tables.query("human/voted"):
        if item["match"] in matches:
            share = (item["for_model"] + 0.5 * item["for_neither"]) / item["votes"]
            shares[questions[item["question"]], matches[item["match"]]] = share
    return shares


def logged(tables: Tables, scores: Scores) -> Draw:
    """Return what is logged of the draws of these answers.

    Raises:
        UserError: a file of draws is not valid.
    """
    draws = read_levels()
    if not draws:
        return draw_of({}, scores.scores.shape)
    answers = tables.select("select model, id, text from answers where text is not null")
    hashes = {(row["model"], row["id"]): answer_hash(row["text"]) for row in answers}
    places: dict[tuple[int, int], tuple[Sequence[float], float]] = {}
    for column, (match, sides) in enumerate(scores.matches.items()):
        for line, question in enumerate(scores.questions):
            item = Item(match, question, *(hashes.get((model, question), "") for model in sides))
            if item in draws:
                places[line, column] = draws[item], chance(item)
    return draw_of(places, scores.scores.shape)


def draw_of(places: Mapping[tuple[int, int], tuple[Sequence[float], float]], shape: tuple[int, ...]) -> Draw:
    """Return a draw.

    Args:
        places: the levels of each logged item, from the smallest, and its own number, by question and match.
        shape: numbers of questions and of matches.
    """
    most = max((len(levels) for levels, _ in places.values()), default=1)
    draw = Draw(np.full((most, *shape), np.nan), np.full(shape, np.nan))
    for (line, column), (levels, number) in places.items():
        draw.levels[:, line, column] = [*levels, *[levels[-1]] * (most - len(levels))]
        draw.chance[line, column] = number
    return draw
