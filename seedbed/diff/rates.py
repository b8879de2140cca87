"""Read the rates of two revisions from their reports, and compare them on the same questions.

Win rates of the benchmark (`win_rates.csv`), those of conversations by turn and of further corpora (`turns.csv`), and mean
ratings of single grading (`ratings.csv`). All rows of one diff are one family for Holm's correction.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from seedbed.diff.comparison import SIDES, Rate, RateChange, Rates
from seedbed.diff.datasets import Loaded
from seedbed.diff.paired import Paired, ScorePair, paired, score_pairs
from seedbed.diff.results import questions
from seedbed.diff.revisions import BUILD, Revision, params_of
from seedbed.pipeline.graph import mapping
from seedbed.project import columns, paths
from seedbed.project.corpora import BENCHMARK, WHOLE
from seedbed.reporting.points import PointsWithTest
from seedbed.util.errors import UserError
from seedbed.util.tables import Tables

_LEAST, _WIDTH = 1, 9
"""Ratings lie from 1 to 10; scores that are compared from 0 to 1."""
_WIN = ("adjusted_win_rate", "ci_low", "ci_high")
_RATING = ("mean", "low", "high")


def rates(outcomes: Tables | None, data: Loaded, old: Revision, new: Revision) -> Rates:
    """Return the rates that changed.

    Args:
        outcomes: as from `results.judged`.
        data: what was loaded of the two revisions.
        old: one revision.
        new: the other.
    """
    scores = score_pairs([*(_outcome_pairs(outcomes) if outcomes else []), *_rating_pairs(data, old, new)])
    tested = paired(scores, float(mapping(params_of(new).get("report")).get("confidence", 95)))
    return {
        "win_rates": _changed(paths.WIN_RATES, ("match", "category"), _WIN, old, new, tested),
        "turns": _changed(paths.TURNS, ("corpus", "turn", "match", "category"), _WIN, old, new, tested),
        "ratings": _changed(paths.RATINGS, ("corpus", "turn", "model", "category"), _RATING, old, new, tested),
    }


def _outcome_pairs(outcomes: Tables) -> list[ScorePair]:
    """Return the scores of each question that both revisions judged, of the whole and of each turn."""
    rows = outcomes.select(
        f"""
        with sided as (
            select side, '{WHOLE}' as turn, match, question, category, score from sided_outcomes
            union all
            select side, turn::text, match, question, category, score from sided_turns
        )
        select
            'match' as kind, corpus_of.corpus, after.turn, after.match as name, after.question, after.category,
            before.score as old, after.score as new
        from sided as before
        join sided as after on after.match = before.match and after.question = before.question and after.turn = before.turn
        join corpus_of on corpus_of.question = after.question
        where before.side = 'old' and after.side = 'new'
        order by after.match, after.turn, after.question
        """
    )
    return cast(list[ScorePair], rows)


def _rating_pairs(data: Loaded, old: Revision, new: Revision) -> list[ScorePair]:
    """Return, as scores from 0 to 1, the ratings of each question that both revisions rated, of models whose ratings differ."""
    folder = f"{BUILD}scores/"
    files = [files for path, files in sorted(data.changed.items()) if path.startswith(folder) and all(files)]
    if not files:
        return []
    tables = Tables()
    for place, (side, at) in enumerate(zip(SIDES, (old, new), strict=True)):
        tables.load("ratings", [file for both in files if (file := both[place])], columns.RATINGS)
        known = [(id, row["corpus"], row["category"], row["turns"]) for id, row in questions(at).items()]
        tables.fill("all_questions", "id text, corpus text, category text, turns bigint", known)
        verb = "create table sided as" if side == "old" else "insert into sided"
        tables.keep("benchmark/ratings")
        tables.run(f"{verb} select '{side}' as side, * from ratings")
    score = f"- {_LEAST}) / {_WIDTH}"
    rows = tables.select(
        f"select 'model' as kind, after.corpus, after.turn, after.model as name, after.question, after.category, "
        f"(before.rating {score} as old, (after.rating {score} as new "
        "from sided as before join sided as after "
        "on after.model = before.model and after.question = before.question and after.turn = before.turn "
        "where before.side = 'old' and after.side = 'new' order by after.model, after.turn, after.question"
    )
    return cast(list[ScorePair], rows)


def _changed(
    path: Path, names: tuple[str, ...], reported: tuple[str, str, str], old: Revision, new: Revision, tested: Paired
) -> list[RateChange]:
    """Return the rows of a report's file that differ between two revisions.

    Args:
        path: of the file.
        names: the columns that say which rate a row is.
        reported: the columns of rate and interval.
        old: one revision.
        new: the other.
        tested: the paired differences.
    """
    before, after = (_reported(path, names, reported, at) for at in (old, new))
    rows: list[RateChange] = []
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key), after.get(key)
        if _without_interval(was) == _without_interval(now):
            continue
        place = dict(zip(names, key, strict=True))
        change: float | None = None
        difference: PointsWithTest | None = None
        if was and now and was["rate"] is not None and now["rate"] is not None:
            change, difference = round(now["rate"] - was["rate"], 4), _tested(place, tested)
        rows.append(cast(RateChange, place | {"old": was, "new": now, "change": change, "paired": difference}))
    return rows


def _tested(row: Mapping[str, str], tested: Paired) -> PointsWithTest | None:
    """Return the paired difference of a row; that of a rating in its own points."""
    kind = "model" if "model" in row else "match"
    place = (kind, row.get("corpus", BENCHMARK), row.get("turn", WHOLE), row[kind], row["category"])
    difference = tested.get(place)
    if not difference or kind == "match":
        return difference
    return {
        **difference,
        "difference": _in_ratings(difference["difference"]),
        "low": _in_ratings(difference["low"]),
        "high": _in_ratings(difference["high"]),
        "worst": _in_ratings(difference["worst"]),
        "best": _in_ratings(difference["best"]),
    }


def _in_ratings(percent: float) -> float:
    return round(percent * _WIDTH / 100, 4)


def _without_interval(side: Rate | None) -> tuple[float | None, int, int] | None:
    """Return what a rate is: an interval that another library works out otherwise is no change of it."""
    return side and (side["rate"], side["n"], side["invalid"])


def _reported(path: Path, names: tuple[str, ...], reported: tuple[str, str, str], at: Revision) -> dict[tuple[str, ...], Rate]:
    """Return the rates of a report's file; none where there is no such file."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    rate, low, high = reported
    try:
        rows = list(csv.DictReader(io.StringIO((at.read(path.as_posix()) or b"").decode())))
        return {
            tuple(row[name] for name in names): {
                "rate": number(row[rate]),
                "low": number(row[low]),
                "high": number(row[high]),
                "n": int(row["n"]),
                "invalid": int(row["invalid"]),
            }
            for row in rows
        }
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise UserError(
            f"{path} at {at.name}: not a file that the report wrote ({error!r}); `seedbed repro benchmark` writes it again"
        ) from None
