"""Warnings about the judges declared in `params.yaml`, shown before judging and in the report."""

from collections.abc import Iterator

from seedbed.project.model_settings import judge_blocks
from seedbed.project.params_types import DEFAULT_JUDGE, Params


def is_judged(params: Params) -> bool:
    """Whether any match is judged here, and not read from recorded verdicts."""
    return any("recorded" not in match for match in params["matches"].values())


Notice = tuple[str, dict[str, object]]
"""A key of the reports' texts, and the values that it takes."""


def judge_notices(params: Params) -> Iterator[Notice]:
    """Yield what is unsound about the choice of judges, one by one: a jury of two, a judge of a model's own family."""
    if not is_judged(params):
        return
    if len(params["judges"]) == 2:
        one, other = params["judges"]
        yield "notice_two", {"one": one, "other": other}
    for judge, block in judge_blocks(params).items():
        family = block.get("family")
        if family and (own := _of_family(params, family)):
            key = "notice_family" if judge == DEFAULT_JUDGE else "notice_family_of"
            yield key, {"judge": judge, "models": ", ".join(own), "family": family}


def lone_judge(params: Params) -> Iterator[Notice]:
    """Yield a notice if there is only one judge; nothing if there are several, or nothing is judged."""
    if is_judged(params) and len(judge_blocks(params)) == 1:
        yield "notice_lone", {}


def _of_family(params: Params, family: str) -> list[str]:
    """Return the models of judged matches that are of a family; a trained model is of its base's."""
    matched = [match for match in params["matches"].values() if "recorded" not in match]
    models = dict.fromkeys(match[side] for match in matched for side in ("model", "baseline"))
    families = {id: block.get("family") for id, block in params["models"].items()}
    families |= {id: block.get("family") for id, block in params["bases"].items()}
    families |= {id: params["bases"][block["base"]].get("family") for id, block in params["trained"].items()}
    return [model for model in models if families.get(model) == family]
