"""What a training set twice as large changes: the slope of the win rate over log₂ of the sizes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

import numpy as np

from seedbed.project import paths
from seedbed.project.params_types import Params, TrainingSet
from seedbed.reporting.statistics.methods import Effect, match_trend, size_trend
from seedbed.reporting.statistics.resamples import Floats
from seedbed.reporting.study import ALL, Study, and_mean
from seedbed.util.canonical import canonical


def set_sizes(params: Params) -> dict[str, int]:
    """Return the number of examples of each set that a model was trained on, as its training said."""
    sizes = {}
    for id, block in params["trained"].items():
        path = paths.training(id)
        seen = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if "examples" in seen:
            sizes[block["set"]] = seen["examples"]
    return sizes


def size_trends(
    study: Study, params: Params, sizes: Mapping[str, int]
) -> Iterator[tuple[list[str], str, dict[str, Effect | None]]]:
    """Yield sets that differ in size alone, the smallest first, with what doubling them changes: see `_trends`.

    Args:
        study: with the scores.
        params: the whole of `params.yaml`.
        sizes: examples of each set, as from `set_sizes`.
    """
    for family in _families(study.sets, params, sizes):
        names = sorted(family, key=lambda name: family[name])
        if family[names[0]] != family[names[-1]]:
            yield names, *_trends(study, names, family, params["report"]["confidence"])


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
    study: Study, names: list[str], sizes: Mapping[str, int], confidence: float
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
        scores = and_mean({base: np.stack([side.mean(axis=0) for side in of_base]) for base, of_base in sides.items()})
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
