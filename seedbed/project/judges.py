"""What is to be known of the judges that `params.yaml` declares, before anything is judged and beside the verdicts."""

from collections.abc import Iterator

from seedbed.project.model_settings import judge_blocks
from seedbed.project.params_types import DEFAULT_JUDGE, Params


def is_judged(params: Params) -> bool:
    """Whether any match is judged here, and not read from recorded verdicts."""
    return any("recorded" not in match for match in params["matches"].values())


def judge_notices(params: Params) -> Iterator[str]:
    """Yield what is unsound about the choice of judges, a sentence each: a jury of two, a judge of a model's own family."""
    if not is_judged(params):
        return
    if len(params["judges"]) == 2:
        yield (
            f"a jury of two, {' and '.join(params['judges'])}: there is no majority where they differ, so every such question "
            "is a tie; a third judge in judges would decide"
        )
    for judge, block in judge_blocks(params).items():
        family = block.get("family")
        if family and (own := _of_family(params, family)):
            yield (
                f"{judge if judge == DEFAULT_JUDGE else f'judge {judge}'} and {', '.join(own)} are of one family, {family}: "
                "judges favour answers like their own (arXiv 2404.13076), so let another family judge, or a jury of several"
            )


def lone_judge(params: Params) -> str:
    """Return the sentence on there being but one judge; empty where there are several, or nothing is judged here."""
    if not is_judged(params) or len(judge_blocks(params)) > 1:
        return ""
    return "there is but one judge, and what it gets wrong the rates get wrong; `judges` in params.yaml declares a jury"


def _of_family(params: Params, family: str) -> list[str]:
    """Return the models of judged matches that are of a family; a trained model is of its base's."""
    matched = [match for match in params["matches"].values() if "recorded" not in match]
    models = dict.fromkeys(match[side] for match in matched for side in ("model", "baseline"))
    families = {id: block.get("family") for id, block in params["models"].items()}
    families |= {id: block.get("family") for id, block in params["bases"].items()}
    families |= {id: params["bases"][block["base"]].get("family") for id, block in params["trained"].items()}
    return [model for model in models if families.get(model) == family]
