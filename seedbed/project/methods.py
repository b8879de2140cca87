"""The base and training set of each model, and the matches that compare them."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from seedbed.project.params_types import Params


class Made(NamedTuple):
    """What a model was made of.

    Attributes:
        base: the base's id.
        set: the training set's; None for the base as it was.
        seed: models that differ in it alone are repeated trainings of one method.
    """

    base: str
    set: str | None
    seed: int = 0


def methods(params: Params) -> dict[str, Made]:
    """Return what each model was made of, by its id: bases, trained models, and recorded models that say so."""
    by_model = {id: Made(id, None) for id in params["bases"]}
    for id, model in params["models"].items():
        if "base" in model:
            method = (model["base"], model.get("set"))
            # Recorded models of one method have no seeds; they are numbered.
            by_model[id] = Made(*method, sum(other[:2] == method for other in by_model.values()))
    return by_model | {id: Made(block["base"], block["set"], block.get("seed", 0)) for id, block in params["trained"].items()}


def study_pairs(models: Mapping[str, Made], baseline: str | None) -> Iterator[tuple[str, str]]:
    """Yield (model, baseline) of each match that a study wants.

    Each two sets on one base, trainings of one seed with each other; then each trained model against its base as it was; then
    each against the common baseline.

    Args:
        models: what the study's models were made of; of two sets the earlier one is the match's model.
        baseline: the model that all are compared with; None for none.
    """
    trained = {id: model for id, model in models.items() if model.set is not None}
    for (one, new), (other, old) in combinations(trained.items(), 2):
        if new.base == old.base and new.seed == old.seed and new.set != old.set:
            yield one, other
    for id, model in trained.items():
        untrained = next((other for other, base in models.items() if base[:2] == (model.base, None)), None)
        if untrained is not None:
            yield id, untrained
    if baseline is not None:
        yield from ((id, baseline) for id in trained if id != baseline)
