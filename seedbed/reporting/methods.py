"""Training sets as methods: how much better one set makes a model than another, on each base and over all of them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypedDict, cast

import numpy as np

from seedbed.project import paths
from seedbed.project.methods import Made, methods
from seedbed.project.params_types import Params, TrainingSet
from seedbed.reporting.differences import corrected_together
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.methods import Effect, Methods, compare_sets, direct_sides, gated, match_trend, size_trend
from seedbed.reporting.statistics.resamples import Floats
from seedbed.util.canonical import canonical
from seedbed.util.rows import Row, Rows

ALL = "all"
OWN_BASE = "the base as it was"
"""What the sets of a base are held against where no baseline is common to the bases."""
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
_Sides = tuple[Floats, Floats]
_Name = str | None


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


class Point(TypedDict):
    """The rate of a base's model of one set in percent; `set` is None for the base as it was, `rate` where nothing is valid."""

    set: str | None
    rate: float | None


class ChartRow(TypedDict):
    """A base with the rate of each set, the base as it was first."""

    base: str
    points: list[Point]


@dataclass(frozen=True)
class _Compared:
    """Two sets, compared by their own matches, or through a baseline where they have none; beside it the latter."""

    new: str
    old: _Name
    result: Methods
    through: str
    beside: tuple[str, Methods] | None


@dataclass(frozen=True)
class Contrast:
    """The difference of two sets, question by question.

    Attributes:
        through: the baseline that both were matched with; empty for their own matches.
        bases: over which it is the mean.
        by_question: shape (questions,), from -1 to 1; NaN where invalid.
    """

    through: str
    bases: tuple[str, ...]
    by_question: Floats


class _Study:
    """The scores of the models that say what they were made of.

    Attributes:
        trained: ids of models by (base, set), in the order they are declared; the set is None for the base as it was.
        against: the scores of a model, by (model, the other one).
        bases, sets: in that order.
    """

    def __init__(self, matches: Mapping[str, tuple[str, str]], scores: Floats, models: Mapping[str, Made]) -> None:
        self.against: dict[tuple[str, str], Floats] = {}
        for column, (model, baseline) in enumerate(matches.values()):
            self.against.setdefault((model, baseline), scores[:, column])
            self.against.setdefault((baseline, model), 1 - scores[:, column])
        self.trained: dict[tuple[str, _Name], list[str]] = {}
        for id, method in models.items():
            self.trained.setdefault((method.base, method.set), []).append(id)
        self.bases = list(dict.fromkeys(base for base, _ in self.trained))
        self.sets = list(dict.fromkeys(name for _, name in self.trained if name is not None))
        self._matches, self._models = list(matches.values()), models

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each two sets, (new, old): most matches of the two have the new one as their model."""
        for pair in combinations(self.sets, 2):
            sides = [
                [self._models[id].set for id in match] for match in self._matches if all(id in self._models for id in match)
            ]
            forward, backward = sides.count([*pair]), sides.count([*reversed(pair)])
            yield pair if forward >= backward else (pair[1], pair[0])

    def direct(self, new: _Name, old: _Name) -> dict[str, _Sides]:
        """Return by base the sides of the matches between two sets."""
        by_base = {}
        for base in self.bases:
            pairs = [(one, other) for one in self._ids(base, new) for other in self._ids(base, old)]
            if matches := {pair: self.against[pair] for pair in pairs if pair in self.against}:
                sides = direct_sides(matches)
                # The base as it was has no trainings that could differ.
                by_base[base] = sides if old is not None else (sides[0], np.zeros_like(sides[0]))
        return by_base

    def through(self, *sets: _Name) -> tuple[str, dict[str, list[Floats]]]:
        """Return the baseline that the sets of most bases were matched with, and by base the scores of each set against it."""
        bases = [base for base in self.bases if all(self._ids(base, name) for name in sets)]
        best: tuple[str, dict[str, list[Floats]]] = ("", {})
        for other in dict.fromkeys(other for _, other in self.against):
            by_base = {}
            for base in bases:
                sides = [
                    [self.against[id, other] for id in self._ids(base, name) if (id, other) in self.against] for name in sets
                ]
                if all(sides) and not any(other in self._ids(base, name) for name in sets):
                    by_base[base] = [np.stack(side) for side in sides]
            # A model of the study is no common baseline, unless it is a base as it was that all others were matched with.
            model = self._models.get(other)
            if (model is None or (model.set is None and len(by_base) == len(bases))) and len(by_base) > len(best[1]):
                best = (other, by_base)
        return best

    def _ids(self, base: str, name: _Name) -> list[str]:
        return self.trained.get((base, name), [])


def set_sizes(params: Params) -> dict[str, int]:
    """Return the number of examples of each set that a model was trained on, as its training said."""
    sizes = {}
    for id, block in params["trained"].items():
        path = paths.training(id)
        seen = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if "examples" in seen:
            sizes[block["set"]] = seen["examples"]
    return sizes


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
    study, confidence = _Study(scores.matches, scores.scores, methods(params)), params["report"]["confidence"]
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


def chart_rows(scores: Scores, params: Params, rates: Rows) -> tuple[str, list[ChartRow]]:
    """Return the common baseline, and for each base the rate of each set against it: a row of the chart.

    Args:
        scores: of all matches.
        params: the whole of `params.yaml`.
        rates: the rows of `queries/benchmark/method_rates.sql`.

    Returns:
        The baseline's id; `OWN_BASE` where there is none and the sets were matched with their own base; else empty.
    """
    models = methods(params)
    study = _Study(scores.matches, scores.scores, models)
    outside = {row["baseline"] for row in rates if row["training_set"] is not None and row["baseline"] not in models}

    def covered(other: str) -> int:
        return sum(row["baseline"] == other for row in rates)

    baseline = max(sorted(outside), key=covered, default="")
    shown = _rates_of(study, [row for row in rates if row["baseline"] == baseline])
    if any(sum(point["rate"] is not None for point in row["points"]) > 1 for row in shown):
        return baseline, shown
    own = [row for row in rates if row["baseline"] in models and models[row["baseline"]][:2] == (row["base"], None)]
    shown = _rates_of(study, own)
    return (OWN_BASE, shown) if shown else ("", [])


def _rates_of(study: _Study, rates: Rows) -> list[ChartRow]:
    """Return the rates of each base's sets, of the bases that have some; see `chart_rows`."""
    rate_of = {(row["base"], row["training_set"]): row["adjusted_win_rate"] for row in rates}
    rows: list[ChartRow] = [
        {"base": base, "points": [{"set": name, "rate": rate_of.get((base, name))} for name in (None, *study.sets)]}
        for base in study.bases
    ]
    return [row for row in rows if any(point["rate"] is not None for point in row["points"])]


def contrasts(
    matches: Mapping[str, tuple[str, str]], scores: Floats, models: Mapping[str, Made]
) -> dict[tuple[str, str, str, str], Contrast]:
    """Return the differences of sets question by question, by comparison, new set, old set and base, as `method_rows` has them.

    Args:
        matches: model and baseline by name, in the order of the columns.
        scores: shape (questions, matches), from 0 to 1; NaN where invalid.
        models: what the models were made of.
    """
    study = _Study(matches, scores, models)
    pairs: list[tuple[str, str, _Name]] = [("sets", new, old) for new, old in study.pairs()]
    differences = {}
    for comparison, new, old in [*pairs, *(("untrained", name, None) for name in study.sets)]:
        direct, baseline, both = _sides(study, new, old)
        by_base = {base: one.mean(axis=0) - other.mean(axis=0) for base, (one, other) in (direct or both).items()}
        how = "" if direct else baseline
        for base, difference in _and_mean(by_base).items():
            bases = tuple(by_base) if base == ALL else (base,)
            differences[comparison, new, old or "", base] = Contrast(how, bases, difference)
    return differences


def _sides(study: _Study, new: str, old: _Name) -> tuple[dict[str, _Sides], str, dict[str, _Sides]]:
    """Return by base the sides of two sets in their own matches; then a common baseline, and the sides against that."""
    baseline, sides = study.through(new, old)
    both = {
        base: (one, other if old is not None else np.repeat(other[:1], len(one), axis=0))
        for base, (one, other) in sides.items()
    }
    return study.direct(new, old), baseline, both


def _compare(study: _Study, new: str, old: _Name, confidence: float) -> _Compared | None:
    """Return two sets compared: by their own matches, and through the baseline that both were matched with."""
    direct, baseline, both = _sides(study, new, old)
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


def _size_rows(study: _Study, params: Params, sizes: Mapping[str, int]) -> Iterator[Row]:
    """Yield what a set twice as large changes: of sets that are draws of other sizes from the same rows, or all of them."""
    for family in _families(study.sets, params, sizes):
        names = sorted(family, key=lambda name: family[name])
        if family[names[0]] == family[names[-1]]:
            continue
        baseline, trends = _trends(study, names, family, params["report"]["confidence"])
        for base, trend in trends.items():
            if trend:
                row = {"comparison": "size", "new": names[-1], "old": names[0], "base": base, "through": baseline}
                yield row | {"primary": False, **_points(trend), **_beside("", None)}


def _families(names: Iterable[str], params: Params, sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Yield the sizes of sets that differ in `first` alone, by set.

    A set's size is the number of its examples where a training of each said that; else it is `first`, and a set without it
    is left out.
    """
    families: dict[str, dict[str, TrainingSet]] = {}
    for name in names:
        if block := params["sets"].get(name):
            rest = canonical({key: value for key, value in block.items() if key != "first"})
            families.setdefault(rest, {})[name] = block
    for blocks in families.values():
        if all(name in sizes for name in blocks):
            yield {name: sizes[name] for name in blocks}
        elif drawn := {name: block["first"] for name, block in blocks.items() if "first" in block}:
            yield drawn


def _trends(
    study: _Study, names: list[str], sizes: Mapping[str, int], confidence: float
) -> tuple[str, dict[str, Effect | None]]:
    """Return the baseline and the slope by base: against a common baseline, or of the sets' own matches where there is none.

    Args:
        study: with the scores.
        names: of the sets, the smallest first.
        sizes: of the sets.
        confidence: in percent.
    """
    baseline, sides = study.through(*names)
    if sides:
        scores = _and_mean({base: np.stack([side.mean(axis=0) for side in of_base]) for base, of_base in sides.items()})
        rows = [sizes[name] for name in names]
        return baseline, {base: size_trend(of_base, rows, confidence) for base, of_base in scores.items()}
    by_base: dict[str, dict[tuple[int, int], Floats]] = {}
    for small, large in combinations(names, 2):
        if sizes[small] < sizes[large]:
            for base, (new, old) in study.direct(large, small).items():
                by_base.setdefault(base, {})[sizes[large], sizes[small]] = (new - old.mean(axis=0)).mean(axis=0)
    trends = {base: match_trend(by_pair, confidence) for base, by_pair in by_base.items()}
    matched = {tuple(by_pair) for by_pair in by_base.values()}
    if len(by_base) > 1 and len(matched) == 1:
        means = {
            pair: np.mean([by_pair[pair] for by_pair in by_base.values()], axis=0) for pair in next(iter(by_base.values()))
        }
        trends = {ALL: match_trend(means, confidence), **trends}
    return "", trends


def _and_mean(by_base: dict[str, Floats]) -> dict[str, Floats]:
    """Return the scores by base, after their mean where there are several bases."""
    return {ALL: np.mean(list(by_base.values()), axis=0), **by_base} if len(by_base) > 1 else by_base


def _points(effect: Effect) -> Row:
    points = {name: round(100 * value, 4) + 0.0 for name, value in _values(effect)}  # no -0.0
    return {"seeds": effect.seeds, "n": effect.n, "p": effect.p} | points


def _beside(baseline: str, effect: Effect | None) -> Row:
    values = {f"beside_{name}": round(100 * value, 4) + 0.0 for name, value in _values(effect)} if effect else {}
    return {"beside": baseline if effect else "", "beside_difference": None, "beside_low": None, "beside_high": None} | values


def _values(effect: Effect) -> list[tuple[str, float]]:
    return [("difference", effect.mean), ("low", effect.low), ("high", effect.high)]
