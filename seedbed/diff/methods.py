"""Test whether the difference between two training sets changed significantly, for each base and overall."""

import csv
import io
from typing import Any, cast

from seedbed.diff.comparison import Difference, MethodChange
from seedbed.diff.results import categories
from seedbed.diff.revisions import Revision, params_of
from seedbed.pipeline.graph import mapping
from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK
from seedbed.project.methods import methods
from seedbed.project.params_types import Params
from seedbed.reporting.judgments import load_judgments
from seedbed.reporting.points import Points, PointsWithTest
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.tables import Tables

_SHOWN = ("sets", "untrained")
"""Comparisons of `reports/methods.csv` that are compared again."""


def method_changes(old: Revision, new: Revision) -> list[MethodChange]:
    """Return the differences of training sets that changed, as `reports/methods.csv` of either revision has them.

    `paired` is None too where judgments of a side are not on this machine, or where the one revision compares other models
    than the other: by a baseline instead of their own matches, or over other bases.
    """
    one, other = _reported(old), _reported(new)
    places = [place for place in dict.fromkeys([*other, *one]) if one.get(place) != other.get(place)]
    if not places:
        return []
    paired = _paired(old, new, places)
    rows: list[MethodChange] = []
    for place in places:
        before, after = one.get(place), other.get(place)
        comparison, new_set, old_set, base = place
        change = round(after["difference"] - before["difference"], 4) if before and after else None
        rows.append(
            {
                "comparison": comparison,
                "new_set": new_set,
                "old_set": old_set,
                "base": base,
                "old": before,
                "new": after,
                "change": change,
                "paired": paired.get(place),
            }
        )
    return rows


def _reported(at: Revision) -> dict[tuple[str, ...], Difference]:
    path = paths.METHODS.as_posix()
    try:
        rows = [row for row in csv.DictReader(io.StringIO((at.read(path) or b"").decode())) if row.get("comparison") in _SHOWN]
        return {
            tuple(row[name] for name in ("comparison", "new", "old", "base")): {
                "difference": float(row["difference"]),
                "low": float(row["low"]),
                "high": float(row["high"]),
            }
            for row in rows
        }
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise UserError(
            f"{path} at {at.name}: not a file that the report wrote ({error!r}); `seedbed repro benchmark` writes it again"
        ) from None


def _paired(old: Revision, new: Revision, places: list[tuple[str, ...]]) -> dict[tuple[str, ...], PointsWithTest]:
    """Return the paired change of each comparison, by its place; all of them are one family for Holm's correction."""
    import numpy as np  # with what rests on it a fifth of a second, which a diff without methods need not wait for

    from seedbed.reporting.differences import corrected_together, in_points
    from seedbed.reporting.statistics.paired import paired_difference
    from seedbed.reporting.study import contrasts

    sides = []
    for at in (old, new):
        outcomes = _outcomes(at)
        if outcomes is None:
            return {}
        matches = {row["match"]: (row["model"], row["baseline"]) for row in outcomes}
        sides.append((matches, outcomes))
    questions = sorted({row["question"] for _, outcomes in sides for row in outcomes})
    by_revision = []
    for at, (matches, outcomes) in zip((old, new), sides, strict=True):
        at_row, at_column = ({name: place for place, name in enumerate(names)} for names in (questions, matches))
        scores = np.full((len(questions), len(matches)), np.nan)
        for row in outcomes:
            if row["score"] is not None:
                scores[at_row[row["question"]], at_column[row["match"]]] = row["score"]
        by_revision.append(contrasts(matches, scores, methods(cast(Params, params_of(at)))))
    changes: dict[tuple[str, ...], Points] = {}
    for place in places:
        before, after = (side.get(cast(Any, place)) for side in by_revision)
        if before and after and (before.through, before.bases) == (after.through, after.bases):
            # A difference lies between -1 and 1, and the test is of scores from 0 to 1.
            halves = [(side.by_question + 1) / 2 for side in (after, before)]
            if difference := paired_difference(halves[0], halves[1], _confidence(new)):
                points = in_points(difference)
                points["difference"] *= 2
                points["low"] *= 2
                points["high"] *= 2
                points["worst"] *= 2
                points["best"] *= 2
                changes[place] = points
    tests = corrected_together([points["p"] for points in changes.values()], _confidence(new))
    return {place: {**points, **test} for (place, points), test in zip(changes.items(), tests, strict=True)}


def _confidence(at: Revision) -> float:
    return float(mapping(params_of(at).get("report")).get("confidence", 95))


def _outcomes(at: Revision) -> list[Row] | None:
    """Return the scores of all matches of a revision; None where one is not on this machine."""
    files = []
    for match in mapping(params_of(at).get("matches")):
        output = at.outputs.get(paths.judgments(match).as_posix())
        file = at.file(output) if output else None
        if file is None:
            return None
        files.append(file)
    tables = Tables()
    load_judgments(tables, files, mapping(params_of(at).get("report")))
    tables.fill("questions", "id text, category text", categories(at, BENCHMARK).items())
    tables.keep("benchmark/outcomes")
    return tables.select(
        "select match, model, baseline, question, "
        "case outcome when 'win' then 1.0 when 'tie' then 0.5 when 'loss' then 0.0 end::double as score from outcomes "
        "order by match, question"
    )
