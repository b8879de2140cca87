"""Which model each block of `params.yaml` uses, on which endpoint and server, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.project.params_types import DEFAULT_JUDGE, STAND_IN, Base, Judge, JuryMember, Params, Sampling, Server
from seedbed.util.errors import UserError, did_you_mean

DEFAULT_MAX_TOKENS = {"translate": 4096, "generate": 4096, "answer": 2048, "judge": 2048}
"""The limit of a reply's tokens where a block sets none: without one a small model fills a JSON string until it is stopped."""


@dataclass(frozen=True)
class ModelSettings:
    """Which model a block of `params.yaml` asks, where, and how.

    Attributes:
        block: where it is in `params.yaml`, for messages, e.g. `models.good`.
        endpoint: id of the endpoint.
        model: the model's name, as the endpoint knows it.
        params: sampling parameters, passed to the API as they are.
        sample: raised by a person who wants another draw of the same requests.
        structured: how a reply schema is asked for: `json_schema`, `json_object` or `text`.
        schema_lengths: whether the lengths of a reply schema's texts are sent: some servers refuse them.
        retry: how an attempt after an unusable reply differs: `repeat`, `explain` or `vary`.
        server: the entry of `servers` to send to; None for the endpoint's own. It changes no reply.
        weights: content hash of the weights that answer, of a model that this project trained or serves; else None.
    """

    block: str
    endpoint: str
    model: str
    params: Sampling
    sample: int
    structured: str
    schema_lengths: bool = True
    retry: str = "repeat"
    server: str | None = None
    weights: str | None = None

    @property
    def made_by(self) -> dict[str, str]:
        """What a row says about its maker."""
        return {"endpoint": self.endpoint, "model": self.model}


def with_weights(params: Params, to: ModelSettings, base: Base, adapter: Path | None) -> Params:
    """Return params in which the server of `to` is started with these weights: `{base}`, `{revision}` and `{weights}`."""
    server: Server = {"base": base["model"], "revision": base.get("revision", "main"), "weights": str(adapter or "")}
    servers = params["servers"] | {server_id(to): params["servers"].get(server_id(to), {}) | server}
    return params | {"servers": servers}


def asking_blocks(params: Params) -> dict[str, Mapping[str, Any]]:
    """Return the blocks that ask a model, by the name that `model_settings` takes; a recorded model asks nothing."""
    blocks: dict[str, Mapping[str, Any]] = {name: params[name] for name in ("translate", "generate")}
    blocks |= {judge_block(params, id): block for id, block in judge_blocks(params).items()}
    return blocks | {f"models.{id}": model for id, model in params["models"].items() if "endpoint" in model}


def judge_blocks(params: Params) -> dict[str, Mapping[str, Any]]:
    """Return the judges by id: the entries of `judges`, each over what `judge` says; where there is none, `judge` alone.

    An entry with another endpoint takes over neither server nor form of reply, and one with another model no family.
    """
    shared = params["judge"]
    return {id: _member(shared, entry) for id, entry in params["judges"].items()} or {DEFAULT_JUDGE: shared}


def _member(shared: Judge, entry: JuryMember) -> Mapping[str, Any]:
    other_endpoint = entry.get("endpoint", shared["endpoint"]) != shared["endpoint"]
    other_model = entry.get("model", shared["model"]) != shared["model"]
    own = {*(("server", "structured") if other_endpoint else ()), *(("family",) if other_model else ())}
    return {name: value for name, value in shared.items() if name not in own} | entry


def judge_block(params: Params, id: str) -> str:
    """Return the block of `params.yaml` that a judge of `judge_blocks` is declared in: `judge`, or `judges.<id>`."""
    return f"judges.{id}" if params["judges"] else "judge"


def judge_settings(params: Params) -> dict[str, ModelSettings]:
    """Return how each judge of `judge_blocks` is asked, by id."""
    return {id: model_settings(params, judge_block(params, id)) for id in judge_blocks(params)}


def answering_models(params: Params) -> dict[str, str]:
    """Return the block of `params.yaml` by the id of each model that answers: `models`, `bases` or `trained`."""
    return {id: kind for kind in ("models", "bases", "trained") for id in params[kind]}


def answer_stage(params: Params, model: str) -> str:
    """Return the stage that collects a model's answers, e.g. `answer@good` or `answer_trained@llama-native`."""
    stages = {"models": "answer", "bases": "answer_base", "trained": "answer_trained"}
    return f"{stages[answering_models(params)[model]]}@{model}"


def answering_settings(params: Params, model: str, weights: str | None = None) -> ModelSettings:
    """Return how a model of `models`, `bases` or `trained` is asked.

    Args:
        params: the whole of `params.yaml`.
        model: its id.
        weights: content hash of the weights of a base or a trained model; None where they are not known yet.
    """
    if answering_models(params)[model] == "models":
        return model_settings(params, f"models.{model}")
    return replace(model_settings(params, "answer.trained"), model=model, weights=weights)


def blocks_asked(params: Params, stage: str) -> list[str]:
    """Return the blocks that set a stage's models: `models.good` of `answer@good`, each judge's of `judge@good-vs-thin`."""
    kind, _, id = stage.partition("@")
    if kind in ("judge", "score"):
        return [judge_block(params, judge) for judge in judge_blocks(params)]
    return [{"answer": f"models.{id}", "answer_base": "answer.trained", "answer_trained": "answer.trained"}.get(kind, kind)]


def named_blocks(params: Params) -> dict[str, Mapping[str, Any]]:
    """Return all blocks that name an endpoint: those of `asking_blocks`, of embeddings, and of models trained here."""
    others: dict[str, Mapping[str, Any] | None] = {
        "generate.outputs": params["generate"].get("outputs") if writes_outputs_apart(params) else None,
        "filter.semantic": params["filter"].get("semantic"),
        "answer.trained": params["answer"].get("trained"),
    }
    return asking_blocks(params) | {name: block for name, block in others.items() if block}


def writes_outputs_apart(params: Params) -> bool:
    """Whether the outputs of generated instructions come from requests of their own, to `generate.outputs`."""
    return params["generate"].get("answer", "same") == "separate"


def embedding_settings(params: Params) -> ModelSettings:
    """Return the model that `filter.semantic` names; `params` must hold that block."""
    block = params["filter"]["semantic"]
    return ModelSettings(
        block="filter.semantic",
        endpoint=block["endpoint"],
        model=block["model"],
        params=block.get("params", {}),
        sample=0,
        structured="embedding",
        server=block.get("server"),
    )


def model_settings(params: Params, block: str) -> ModelSettings:
    """Return the model that `block` (`translate`, `generate`, `judge`, `judges.<id>`, `models.<id>`, `answer.trained`) asks.

    `answer.trained` names no model: see `answering_settings`.

    Raises:
        UserError: no such model in `params.yaml`.
    """
    kind, _, id = block.partition(".")
    value: Any = judge_blocks(params) if kind == "judges" else params
    for step in [id] if kind == "judges" else block.split("."):
        if step not in value:
            raise UserError(f"{paths.PARAMS}: no {block!r}{did_you_mean(step, list(value))}")
        value = value[step]
    endpoint = params["endpoints"][value["endpoint"]]
    stage = {"models": "answer", "judges": "judge"}.get(kind, kind)
    return ModelSettings(
        block=block,
        endpoint=value["endpoint"],
        model=value.get("model", ""),
        params=limited(value.get("params", {}), DEFAULT_MAX_TOKENS[stage]),
        sample=value.get("sample", 0),
        structured=value.get("structured", endpoint["structured"]),
        schema_lengths=endpoint.get("schema_lengths", True),
        server=value.get("server"),
        retry=value.get("retry", params[stage].get("retry", "repeat")),  # type: ignore[literal-required]
    )


def limited(params: Sampling, most: int) -> Sampling:
    """Return sampling parameters with a limit of the reply's tokens, under the one name that a request's key knows."""
    rest = {name: value for name, value in params.items() if name not in ("max_tokens", "max_completion_tokens")}
    return rest | {"max_tokens": params.get("max_tokens", params.get("max_completion_tokens", most))}


def server_id(to: ModelSettings) -> str:
    """Return which entry of `servers` a block's requests go to: the one it names, else that of the endpoint's id."""
    return to.server or to.endpoint


def server(params: Params, to: ModelSettings) -> Server:
    """Return how a block's endpoint is reached; an empty one where `params.yaml` says nothing."""
    return params["servers"].get(server_id(to), {})


def in_process(params: Params, to: ModelSettings) -> bool:
    """Whether a model is the stand-in in this process, which needs no server and gives the same for nothing."""
    return is_stand_in_here(params, to.endpoint, to.server)


def is_stand_in_here(params: Params, endpoint: str, server: str | None) -> bool:
    """Whether a block with this endpoint and, where it names one, this server asks the stand-in in this process."""
    return endpoint == STAND_IN and not {"base_url", "command"} & {*params["servers"].get(server or endpoint, {})}
