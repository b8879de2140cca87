"""A jury: how far its judges agree with each other, whether they err together, and each one's rates beside the jury's."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from seedbed.project.params_types import Report
from seedbed.reporting.statistics.intervals import rate_interval
from seedbed.reporting.statistics.jury import error_correlations
from seedbed.reporting.statistics.people import alpha, alpha_interval, coincidences, kappa, kappa_interval
from seedbed.reporting.statistics.resamples import Floats
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.rows import Rows
from seedbed.util.tables import Tables

JURY = "jury"
"""What the rows of the jury itself are called."""
LEAST_VOTED = 20
"""Items with votes from which on errors are those against people, and not against the jury."""
_CODES = {"win": 0, "loss": 1, "tie": 2, "invalid": -1}
_VOTES = "case verdict when 'model' then 1 when 'baseline' then 0 else 0.5 end"


class JudgeRate(TypedDict):
    """A judge's, or the jury's, counts and rate of one match, in percent; None where nothing is valid.

    `with_jury` is the percent of the questions valid for both on which the judge says what the jury says; None for the jury.
    """

    match: str
    judge: str
    n: int
    wins: int
    losses: int
    ties: int
    invalid: int
    adjusted_win_rate: float | None
    ci_low: float | None
    ci_high: float | None
    with_jury: float | None


class JudgePair(TypedDict):
    """How far two judges agree: in percent and as kappa with its interval, and how their errors correlate.

    None where there is nothing to compare, or no variation.
    """

    one: str
    other: str
    items: int
    agreement: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    correlation: float | None


@dataclass(frozen=True)
class Jury:
    """What there is to say of the matches that several judges judged.

    Attributes:
        judges: their ids.
        matches: how many matches they judged.
        rates: the jury's rows, and each judge's, by match.
        pairs: each two judges.
        alpha: Krippendorff's alpha of all judges, nominal, with its bounds; None where there is nothing to compare.
        against: what an error is held against: `votes` or `jury`.
        voted: items that people voted on.
        counts: the jury's questions in all: `n`, `ties`, `splits`, `invalid`.
    """

    judges: list[str]
    matches: int
    rates: list[JudgeRate]
    pairs: list[JudgePair]
    alpha: tuple[float, float | None, float | None] | None
    against: str
    voted: int
    counts: dict[str, int]


@dataclass(frozen=True)
class _Items:
    """What each judge says of each (match, question).

    Attributes:
        places: the matches and questions.
        question: shape (items,), which question each item is of.
        outcomes: shape (judges, items), codes; -1 where invalid or not judged.
        scores: shape (judges, items); NaN there.
    """

    places: list[tuple[str, str]]
    question: NDArray[np.int64]
    outcomes: NDArray[np.int64]
    scores: Floats


def jury(tables: Tables, settings: Report) -> Jury | None:
    """Return what there is to say of a jury; None where no match has several judges.

    Args:
        tables: the build's rows, with the votes.
        settings: the block `report` of `params.yaml`.
    """
    verdicts = tables.query("benchmark/jury_verdicts")
    if not verdicts:
        return None
    judges = sorted({row["judge"] for row in verdicts})
    outcomes = tables.select(
        "select match, question, outcome, tie, score from outcomes where judges > 1 order by match, question"
    )
    items, whole = _items(verdicts, judges), _items([row | {"judge": JURY} for row in outcomes], [JURY])
    truth, against, voted = _truth(tables, items, whole)
    ties = [row["tie"] for row in outcomes]
    return Jury(
        judges=judges,
        matches=len({row["match"] for row in outcomes}),
        rates=_rates(items, whole, judges, settings["confidence"]),
        pairs=_pairs(items, judges, error_correlations(items.scores, truth), settings["confidence"]),
        alpha=_alpha(items, settings["confidence"]),
        against=against,
        voted=voted,
        counts={
            "n": len(outcomes),
            "ties": sum(tie is not None for tie in ties),
            "splits": ties.count("split"),
            "invalid": sum(row["outcome"] == "invalid" for row in outcomes),
        },
    )


def _items(rows: Rows, judges: Sequence[str]) -> _Items:
    places = {place: number for number, place in enumerate(dict.fromkeys((row["match"], row["question"]) for row in rows))}
    columns = {judge: number for number, judge in enumerate(judges)}
    outcomes, scores = np.full((len(judges), len(places)), -1), np.full((len(judges), len(places)), np.nan)
    if rows:
        at = [columns[row["judge"]] for row in rows], [places[row["match"], row["question"]] for row in rows]
        outcomes[at] = [_CODES[row["outcome"]] for row in rows]
        scores[at] = [np.nan if row["score"] is None else row["score"] for row in rows]
    _, question = np.unique([question for _, question in places], return_inverse=True)
    return _Items(list(places), question, outcomes, scores)


def _truth(tables: Tables, items: _Items, whole: _Items) -> tuple[Floats, str, int]:
    """Return what the judges' scores are held against, what that is, and on how many items people voted."""
    rows = tables.select(f"select match, question, avg({_VOTES}) as score from votes where status = 'counted' group by all")
    scores = {(row["match"], row["question"]): row["score"] for row in rows}
    votes = np.array([scores.get(place, np.nan) for place in items.places])
    voted = int((~np.isnan(votes)).sum())
    return (votes, "votes", voted) if voted >= LEAST_VOTED else (whole.scores[0], JURY, voted)


def _rates(items: _Items, whole: _Items, judges: Sequence[str], confidence: float) -> list[JudgeRate]:
    matches = np.array([match for match, _ in items.places])
    rows: list[JudgeRate] = []
    for match in dict.fromkeys(matches.tolist()):
        mine = matches == match
        jury_says = whole.outcomes[0, mine]
        for name, outcomes, scores in (
            (JURY, whole.outcomes, whole.scores),
            *((j, items.outcomes, items.scores) for j in judges),
        ):
            place = 0 if name == JURY else judges.index(name)
            says, score = outcomes[place, mine], scores[place, mine]
            score = score[~np.isnan(score)]
            both = (says >= 0) & (jury_says >= 0)
            counts = {word: int((says == code).sum()) for word, code in _CODES.items()}
            bounds = rate_interval(score, confidence) if len(score) else None
            rows.append(
                {
                    "match": match,
                    "judge": name,
                    "n": int(mine.sum()),
                    "wins": counts["win"],
                    "losses": counts["loss"],
                    "ties": counts["tie"],
                    "invalid": counts["invalid"],
                    "adjusted_win_rate": _percent(score.mean()) if len(score) else None,
                    "ci_low": None if bounds is None else _percent(bounds[0]),
                    "ci_high": None if bounds is None else _percent(bounds[1]),
                    "with_jury": None if name == JURY or not both.any() else _percent((says == jury_says)[both].mean()),
                }
            )
    return rows


def _pairs(items: _Items, judges: Sequence[str], correlations: Floats, confidence: float) -> list[JudgePair]:
    rows: list[JudgePair] = []
    questions = int(items.question.max()) + 1
    for one, other in combinations(range(len(judges)), 2):
        mine, theirs = items.outcomes[[one, other]]
        both = (mine >= 0) & (theirs >= 0)
        cells = items.question[both] * 9 + mine[both] * 3 + theirs[both]
        tables = np.bincount(cells, minlength=questions * 9).reshape(questions, 3, 3).astype(np.float64)
        low, high = kappa_interval(tables, confidence)
        rows.append(
            {
                "one": judges[one],
                "other": judges[other],
                "items": int(both.sum()),
                "agreement": _percent((mine == theirs)[both].mean()) if both.any() else None,
                "kappa": _places(kappa(tables.sum(axis=0))),
                "kappa_low": _places(low),
                "kappa_high": _places(high),
                "correlation": _places(correlations[one, other]),
            }
        )
    return rows


def _alpha(items: _Items, confidence: float) -> tuple[float, float | None, float | None] | None:
    counts = np.stack([(items.outcomes == code).sum(axis=0) for code in range(3)], axis=1).astype(np.float64)
    together = np.zeros((int(items.question.max()) + 1, 3, 3))
    np.add.at(together, items.question, coincidences(counts))
    value = _places(alpha(together.sum(axis=0)))
    low, high = alpha_interval(together, confidence)
    return None if value is None else (value, _places(low), _places(high))


def _percent(share: float) -> float:
    return round(100 * float(share), 2)


def _places(value: float | Floats) -> float | None:
    return None if np.isnan(value) else round(float(value), 3) + 0.0  # no -0.0


def judge_in_words(judge: str, say: Words) -> str:
    """Return who a row of `Jury.rates` is of."""
    return say("jury_row") if judge == JURY else judge


def jury_sentences(result: Jury, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return what the jury is, the outcome of its questions, and how independent its judges are, a sentence or two each."""
    counts, judges = result.counts, result.judges
    shown = {"ties": counts["ties"], "splits": counts["splits"], "invalid": counts["invalid"], "questions": counts["n"]}
    sentences = [say("jury_words", n=len(judges), judges=say("list_comma").join(judges), **shown)]
    if len(judges) == 2:
        sentences.append(say("jury_two"))
    if result.alpha is None:
        sentences.append(say("jury_no_alpha"))
    else:
        value, low, high = result.alpha
        known = low is not None and high is not None
        interval = say("interval_in_brackets", low=f"{low:.2f}", high=f"{high:.2f}") if known else ""
        sentences.append(say("jury_alpha", value=f"{value:.2f}", interval=interval))
    key = "jury_against_votes" if result.against == "votes" else "jury_against_jury"
    return [*sentences, say("jury_errors", truth=say(key, voted=result.voted, least=LEAST_VOTED))]
