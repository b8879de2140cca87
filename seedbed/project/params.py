"""`params.yaml`: every knob, checked whole before anything is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.schemas import first_problem
from seedbed.util.yaml12 import line_of, load_yaml

STAND_IN = "stand-in"
"""The endpoint id that always means the rule-based stand-in, in this process or served on a socket."""

Params = dict[str, Any]


@dataclass(frozen=True)
class Speaker:
    """Whom a block of `params.yaml` talks to, and how.

    Attributes:
        block: where it stands in `params.yaml`, for messages, e.g. `models.good`.
        endpoint: id of the endpoint.
        model: the model's name, as the endpoint knows it.
        params: sampling parameters, passed to the API as they are.
        sample: raised by a person who wants another draw of the same requests.
        structured: how a reply schema is asked for: `json_schema`, `json_object` or `text`.
    """

    block: str
    endpoint: str
    model: str
    params: dict[str, Any]
    sample: int
    structured: str

    @property
    def made_by(self) -> dict[str, str]:
        """What a row says about its maker."""
        return {"endpoint": self.endpoint, "model": self.model}


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and check `params.yaml`.

    Raises:
        UserError: not YAML, breaks `schemas/params.schema.json`, or names an endpoint, model or corpus that is not
            there; names file, line and key.
    """
    params: Params = load_yaml(path)
    problem = first_problem(params, "params") or _cross_check(params)
    if problem:
        field, words = problem
        name = ".".join(map(str, field)) or "the file"
        raise UserError(f"{path}:{line_of(path, field)}: {name}: {words}")
    return params


def _cross_check(params: Params) -> tuple[list[str | int], str] | None:
    """What a schema cannot say: that the names used are names given."""
    endpoints, models = params["endpoints"], params["models"]
    for name, endpoint in endpoints.items():
        if name != STAND_IN and "base_url" not in endpoint:
            return ["endpoints", name], "the field 'base_url' is missing; only the stand-in does without"
    named: list[tuple[list[str | int], str, str, list[str]]] = []
    for block in ("translate", "generate", "judge"):
        named.append(([block, "endpoint"], "endpoint", params[block]["endpoint"], list(endpoints)))
    for id, model in models.items():
        if "endpoint" in model:
            named.append((["models", id, "endpoint"], "endpoint", model["endpoint"], list(endpoints)))
    for id, match in params["matches"].items():
        named += [(["matches", id, side], "model", match[side], list(models)) for side in ("model", "baseline")]
    for category in params["judge"]["reference_categories"]:
        named.append((["judge", "reference_categories"], "category", category, params["categories"]))
    for field, what, word, known in named:
        if word not in known:
            return field, f"unknown {what} {word!r}{did_you_mean(word, known)}"
    for id, match in params["matches"].items():
        if match["model"] == match["baseline"]:
            return ["matches", id], f"{match['model']!r} is matched against itself; name two models"
    taken = [block for block in ("categories", "matches") if "all" in params[block]]
    if taken:
        return [taken[0]], "'all' is the report's word for the total; give it another name"
    return None


def speaker(params: Params, block: str) -> Speaker:
    """Return whom `block` (`translate`, `generate`, `judge`, `models.<id>`) talks to.

    Raises:
        UserError: no such model in `params.yaml`.
    """
    value: Any = params
    for step in block.split("."):
        if step not in value:
            raise UserError(f"params.yaml: no {block!r}{did_you_mean(step, list(value))}")
        value = value[step]
    return Speaker(
        block=block,
        endpoint=value["endpoint"],
        model=value["model"],
        params=value.get("params", {}),
        sample=value.get("sample", 0),
        structured=params["endpoints"][value["endpoint"]]["structured"],
    )
