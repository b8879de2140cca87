"""The models that say what they were made of, and the scores by which their training sets are compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from seedbed.project.methods import Made
from seedbed.reporting.statistics.methods import direct_sides
from seedbed.reporting.statistics.resamples import Floats

ALL = "all"
"""The mean over several bases, in the place of a base."""
Sides = tuple[Floats, Floats]
SetName = str | None
"""None is the base without fine-tuning."""


class Study:
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
        self.trained: dict[tuple[str, SetName], list[str]] = {}
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

    def direct(self, new: SetName, old: SetName) -> dict[str, Sides]:
        """Return by base the sides of the matches between two sets."""
        by_base = {}
        for base in self.bases:
            pairs = [(one, other) for one in self._ids(base, new) for other in self._ids(base, old)]
            if matches := {pair: self.against[pair] for pair in pairs if pair in self.against}:
                sides = direct_sides(matches)
                # The base as it was has no trainings that could differ.
                by_base[base] = sides if old is not None else (sides[0], np.zeros_like(sides[0]))
        return by_base

    def through(self, *sets: SetName) -> tuple[str, dict[str, list[Floats]]]:
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

    def _ids(self, base: str, name: SetName) -> list[str]:
        return self.trained.get((base, name), [])


def both_sides(study: Study, new: str, old: SetName) -> tuple[dict[str, Sides], str, dict[str, Sides]]:
    """Return by base the sides of two sets in their own matches; then a common baseline, and the sides against that."""
    baseline, sides = study.through(new, old)
    both = {
        base: (one, other if old is not None else np.repeat(other[:1], len(one), axis=0))
        for base, (one, other) in sides.items()
    }
    return study.direct(new, old), baseline, both


def and_mean(by_base: dict[str, Floats]) -> dict[str, Floats]:
    """Return the scores by base, after their mean where there are several bases."""
    return {ALL: np.mean(list(by_base.values()), axis=0), **by_base} if len(by_base) > 1 else by_base


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


def contrasts(
    matches: Mapping[str, tuple[str, str]], scores: Floats, models: Mapping[str, Made]
) -> dict[tuple[str, str, str, str], Contrast]:
    """Return the differences of sets question by question, by comparison, new set, old set and base, as `method_rows` has them.

    Args:
        matches: model and baseline by name, in the order of the columns.
        scores: shape (questions, matches), from 0 to 1; NaN where invalid.
        models: what the models were made of.
    """
    study = Study(matches, scores, models)
    pairs: list[tuple[str, str, SetName]] = [("sets", new, old) for new, old in study.pairs()]
    differences = {}
    for comparison, new, old in [*pairs, *(("untrained", name, None) for name in study.sets)]:
        direct, baseline, both = both_sides(study, new, old)
        by_base = {base: one.mean(axis=0) - other.mean(axis=0) for base, (one, other) in (direct or both).items()}
        how = "" if direct else baseline
        for base, difference in and_mean(by_base).items():
            bases = tuple(by_base) if base == ALL else (base,)
            differences[comparison, new, old or "", base] = Contrast(how, bases, difference)
    return differences
