"""Training sets as methods: how much better one set makes a model than another, on each base and over all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from seedbed.project.methods import methods
from seedbed.project.params_types import Params
from seedbed.reporting.differences import corrected_together
from seedbed.reporting.method_sizes import size_trends
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.methods import Effect, Methods, compare_sets, gated
from seedbed.reporting.study import ALL, SetName, Study, both_sides
from seedbed.util.rows import Row, Rows

METHOD_COLUMNS = [
    *(
        "comparison",
        "new",
        "old",
        "base",
        "seeds",
        "n",
        "dropped",
        "difference",
        "low",
        "high",
        "p",
        "p_holm",
        "tests",
        "through",
    ),
    *("beside", "beside_difference", "beside_low", "beside_high"),
]


class MethodRow(TypedDict):
    """A comparison of training sets: points of adjusted win rate, new less old.

    Attributes:
        comparison: `sets` for two sets, `untrained` for a set against the base as it was, `size` for a set twice as large.
        base: `all` for the mean over several bases.
        primary: whether this is the one test of a pair of sets.
        p: None where it is not tested, and so `p_holm` and `tests`.
        tests: rows that `p_holm` is corrected for.
        through: the baseline that both sides were matched with, where they have no match of their own; else empty.
        beside: the baseline that both were matched with besides, where they have one; else empty.
    """

    comparison: Literal["sets", "untrained", "size"]
    new: str
    old: str
    base: str
    primary: bool
    seeds: int
    n: int
    dropped: int
    difference: float
    low: float
    high: float
    p: float | None
    p_holm: float | None
    tests: int | None
    sure: bool
    through: str
    beside: str
    beside_difference: float | None
    beside_low: float | None
    beside_high: float | None


@dataclass(frozen=True)
class _Compared:
    """Two sets, compared by their own matches, or through a baseline where they have none; beside it the latter."""

    new: str
    old: SetName
    result: Methods
    through: str
    beside: tuple[str, Methods] | None


def method_rows(scores: Scores, params: Params, sizes: Mapping[str, int]) -> list[MethodRow]:
    """Return the comparisons of training sets; none where no two models say that they were made of one base.

    Args:
        scores: of all matches.
        params: the whole of `params.yaml`.
        sizes: examples of each set, as from `set_sizes`.

    The mean over the bases is the primary test of two sets, made alone, or corrected for the pairs of sets where there are
    several. The bases of pairs that it finds different are one family for Holm's correction; the others are not tested, and
    their `p_holm` is None. Sets against the base as it was are a family of their own, and so are sizes.
    """
    study, confidence = Study(scores.matches, scores.scores, methods(params)), params["report"]["confidence"]
    compared = [result for new, old in study.pairs() if (result := _compare(study, new, old, confidence))]
    rows: Rows = []
    for pair, (mean, bases) in zip(compared, gated([pair.result for pair in compared], confidence), strict=True):
        rows += _rows(pair, "sets", mean, bases, len(compared))
    tests = sum(row["p_holm"] is not None for row in rows if row["base"] != ALL and not row["primary"])
    for row in rows:
        row["tests"] = len(compared) if row["primary"] else tests if row["p_holm"] is not None else None
        row["p"] = None if row["p_holm"] is None else row["p"]  # not tested
        row["sure"] = row["p_holm"] is not None and row["p_holm"] < 1 - confidence / 100
    families: list[Rows] = [[], list(_size_rows(study, params, sizes))]
    for name in study.sets:
        if result := _compare(study, name, None, confidence):
            families[0] += _rows(result, "untrained", None, [None] * len(result.result.by_base), 0)
    for family in families:
        for row, test in zip(family, corrected_together([row["p"] for row in family], confidence), strict=True):
            rows.append(row | test)
    for row in rows:
        row["dropped"] = len(scores.questions) - row["n"]
    return cast(list[MethodRow], rows)


def _compare(study: Study, new: str, old: SetName, confidence: float) -> _Compared | None:
    """Return two sets compared: by their own matches, and through the baseline that both were matched with."""
    direct, baseline, both = both_sides(study, new, old)
    indirect = compare_sets(both, confidence) if both else None
    own = compare_sets(direct, confidence) if direct else None
    beside = (baseline, indirect) if indirect else None
    if own:
        return _Compared(new, old, own, "", beside)
    return _Compared(new, old, indirect, baseline, None) if indirect else None


def _rows(pair: _Compared, comparison: str, mean: float | None, bases: list[float | None], pairs: int) -> Rows:
    """Return the rows of two sets: the mean over the bases, and each base; one alone where there is one base."""
    names = {"comparison": comparison, "new": pair.new, "old": pair.old or "", "through": pair.through}
    beside = pair.beside[1] if pair.beside else None
    name = pair.beside[0] if pair.beside else ""
    effects = pair.result.by_base
    first = ALL if len(effects) > 1 else next(iter(effects))
    row = {**names, "base": first, "primary": pairs > 0, "p_holm": mean, **_points(pair.result.overall)}
    rows = [row | _beside(name, beside.overall if beside and {*beside.by_base} == {*effects} else None)]
    if len(effects) > 1:
        for (base, effect), corrected in zip(effects.items(), bases, strict=True):
            row = {**names, "base": base, "primary": False, "p_holm": corrected, **_points(effect)}
            rows.append(row | _beside(name, beside.by_base.get(base) if beside else None))
    return rows


def _size_rows(study: Study, params: Params, sizes: Mapping[str, int]) -> Iterator[Row]:
    for names, baseline, trends in size_trends(study, params, sizes):
        for base, trend in trends.items():
            if trend:
                row = {"comparison": "size", "new": names[-1], "old": names[0], "base": base, "through": baseline}
                yield row | {"primary": False, **_points(trend), **_beside("", None)}


def _points(effect: Effect) -> Row:
    points = {name: round(100 * value, 4) + 0.0 for name, value in _values(effect)}  # no -0.0
    return {"seeds": effect.seeds, "n": effect.n, "p": effect.p} | points


def _beside(baseline: str, effect: Effect | None) -> Row:
    values = {f"beside_{name}": round(100 * value, 4) + 0.0 for name, value in _values(effect)} if effect else {}
    return {"beside": baseline if effect else "", "beside_difference": None, "beside_low": None, "beside_high": None} | values


def _values(effect: Effect) -> list[tuple[str, float]]:
    return [("difference", effect.mean), ("low", effect.low), ("high", effect.high)]
