"""`seedbed declare study`: write the trained models and the matches of bases × training sets × seeds into `params.yaml`.

DVC's templating cannot multiply, so that the cross product is written out.
"""

from collections.abc import Sequence
from io import StringIO
from typing import Any

from seedbed.project import paths
from seedbed.project.methods import Made, methods, study_pairs
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.project.params_checks import cross_problems
from seedbed.project.params_types import Params
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import write_text
from seedbed.util.schemas import first_problem
from seedbed.util.words import count, few
from seedbed.util.yaml12 import load_yaml
from seedbed.util.yaml_edit import add_entries, yaml_editor

_SHOWN = 8


def declare_study(bases: Sequence[str], sets: Sequence[str], seeds: int, baseline: str | None) -> str:
    """Write what a study lacks into `params.yaml`; what is there stays as it is, comments too.

    Args:
        bases: ids, of the block `bases`.
        sets: ids, of the block `sets`; in a match of two sets the one named first is the model.
        seeds: trainings of each base and set: seeds 0, 1, …
        baseline: a model that each trained one is matched with; None for none.

    Returns:
        What was written.

    Raises:
        UserError: an unknown name, one named twice, an id that another model has, or params that are not valid.
    """
    params = load_params()
    for option, names, known in (("--bases", bases, params["bases"]), ("--sets", sets, params["sets"])):
        _refuse_unknown(option, names, list(known))
    if baseline is not None:
        _refuse_unknown("--baseline", [baseline], list(answering_models(params)))
    models = _study(params, bases, sets, seeds)
    trained = {id: _entry(model) for id, model in models.items() if model.set is not None and id not in params["trained"]}
    matches = _matches(params, models, baseline)
    if not trained and not matches:
        return f"{paths.PARAMS} contains the whole study already; nothing was written"

    yaml = yaml_editor()
    document = yaml.load(paths.PARAMS.read_text(encoding="utf-8"))
    add_entries(document, "trained", trained)
    add_entries(document, "matches", matches)
    written = StringIO()
    yaml.dump(document, written)
    changed: Any = load_yaml(paths.PARAMS, written.getvalue())
    if problem := first_problem(changed, "params") or next(cross_problems(changed), None):
        field, words = problem
        raise UserError(f"{paths.PARAMS}: this study would make {'.'.join(map(str, field))} invalid: {words}")
    write_text(paths.PARAMS, written.getvalue())
    return (
        f"{paths.PARAMS}: {count(len(trained), 'trained model')} ({few([*trained], _SHOWN) or 'none new'}) and "
        f"{count(len(matches), 'match', 'matches')} ({few([*matches], _SHOWN) or 'none new'}) written; `seedbed plan` shows "
        "the trainings and requests"
    )


def _refuse_unknown(option: str, names: Sequence[str], known: list[str]) -> None:
    if not names:
        raise UserError(f"{option}: expected at least one id; separate several with commas")
    for place, name in enumerate(names):
        if name not in known:
            hint = did_you_mean(name, known) or "; params.yaml has none yet"
            raise UserError(f"{option}: unknown {option[2:].removesuffix('s')} {name!r}{hint}")
        if name in names[:place]:
            raise UserError(f"{option}: {name!r} appears twice")


def _study(params: Params, bases: Sequence[str], sets: Sequence[str], seeds: int) -> dict[str, Made]:
    """Return what each model of the study is made of, by id; a model that is declared already keeps its id."""
    taken = answering_models(params)
    declared = {model: id for id, model in methods(params).items() if taken[id] == "trained"}
    models = {base: Made(base, None) for base in bases}
    for base in bases:
        for name in sets:
            for seed in range(seeds):
                model = Made(base, name, seed)
                id = declared.get(model, f"{base}-{name}" + (f"-seed{seed}" if seed else ""))
                if model not in declared and (id in taken or id in models):
                    raise UserError(
                        f"{paths.PARAMS}: {taken.get(id, 'trained')}.{id} is another model, but the study needs this id for "
                        f"{base} trained on {name}; rename it"
                    )
                models[id] = model
    return models


def _entry(model: Made) -> JsonObject:
    return {"base": model.base, "set": model.set} | ({"seed": model.seed} if model.seed else {})


def _matches(params: Params, models: dict[str, Made], baseline: str | None) -> dict[str, dict[str, str]]:
    """Return the matches that are not there yet: of the same two models, on whichever side."""
    present = {frozenset((match["model"], match["baseline"])) for match in params["matches"].values()}
    matches: dict[str, dict[str, str]] = {}
    for model, other in study_pairs(models, baseline):
        if frozenset((model, other)) not in present:
            present.add(frozenset((model, other)))
            id = f"{model}-vs-{other}"
            if id in params["matches"]:
                raise UserError(
                    f"{paths.PARAMS}: matches.{id} exists already and does not compare {model} with {other}; rename it"
                )
            matches[id] = {"model": model, "baseline": other}
    return matches
