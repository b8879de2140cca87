"""`params.yaml`: every knob, checked whole before anything is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from seedbed.project import paths
from seedbed.project.editions import other_edition
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.schemas import Problem, first_problem, problems
from seedbed.util.yaml12 import line_of, load_yaml, located

STAND_IN = "stand-in"
"""The endpoint id that always means the rule-based stand-in, in this process or served on a socket."""

DEFAULT_MAX_TOKENS = {"translate": 4096, "generate": 4096, "answer": 2048, "judge": 2048}
"""The limit of a reply's tokens where a block sets none: without one a small model fills a JSON string until it is stopped."""
Kind = Literal["task", "question"]
Sampling = dict[str, Any]
"""Sampling parameters, passed to the API as they are."""


Structured = Literal["json_schema", "json_object", "text"]
Retry = Literal["repeat", "explain", "vary"]


class Endpoint(TypedDict):
    """What a server is: all that can change a reply."""

    structured: Structured
    schema_lengths: NotRequired[bool]


class Server(TypedDict, total=False):
    """How an endpoint is reached; nobody's dependency."""

    base_url: str
    api_key_env: str
    max_concurrency: int
    requests_per_minute: float
    tokens_per_minute: float
    timeout_s: float
    mode: Literal["chat", "batch"]
    poll_s: float
    max_retries: int
    endpoint: str
    headers: dict[str, str]
    query: dict[str, str]
    output_limit: Literal["max_tokens", "max_completion_tokens"]
    price: "PriceSettings"
    command: str
    weights: str
    base: str
    revision: str
    start_timeout_s: float
    idle_s: float


class Labels(TypedDict):
    """Task types of tasks, and categories of questions in the report's order."""

    task: list[str]
    question: list[str]


class Corpus(TypedDict):
    """What people wrote."""

    source: str
    language: str
    kind: Kind


class Attempts(TypedDict):
    """How often a request is asked, and how many rows may fail."""

    max_attempts: int
    max_failed: float
    retry: NotRequired[Retry]


class TrainedAnswers(TypedDict):
    """How bases and trained models answer."""

    endpoint: str
    params: NotRequired[Sampling]
    sample: NotRequired[int]


class AnswerSettings(Attempts):
    """How answers are collected."""

    cut: NotRequired[Literal["judge", "fail"]]
    trained: NotRequired[TrainedAnswers]


class Asking(Attempts):
    """A block that asks one model."""

    endpoint: str
    model: str
    server: NotRequired[str]
    structured: NotRequired[Structured]
    params: NotRequired[Sampling]
    sample: NotRequired[int]


class Translate(Asking):
    """Who translates, and what it is shown beside a row."""

    examples: NotRequired[int]
    examples_from: str


class PostEdit(TypedDict):
    """What becomes of a row without an edit that holds."""

    unreviewed: Literal["use", "drop", "fail"]


class DemonstrationCounts(TypedDict):
    """How many rows of each kind a request of `generate` shows."""

    seeds: int
    generated: int


class OutputSettings(TypedDict):
    """Who writes the outputs, where another model does than the one that writes the instructions."""

    endpoint: str
    model: str
    server: NotRequired[str]
    structured: NotRequired[Structured]
    params: NotRequired[Sampling]
    sample: NotRequired[int]


class Generate(Asking):
    """How instructions are generated."""

    seed: int
    target: int
    per_slot: int
    max_slots: int
    least_yield: NotRequired[float]
    wave: int
    demonstrations: DemonstrationCounts
    avoid: NotRequired[int]
    answer: NotRequired[Literal["same", "separate"]]
    outputs: NotRequired[OutputSettings]


class Generation(TypedDict):
    """Which form of the seed tasks a generation shows."""

    seeds: Literal["edited", "machine"]


class Characters(TypedDict):
    """Bounds on lengths, in characters."""

    least: int
    most: int


class Similarity(TypedDict):
    """When two texts are too similar, in ROUGE-L F."""

    threshold: float
    leak_threshold: float
    reject: Literal[">=", ">"]


class Semantic(TypedDict):
    """Whose embeddings tell that two texts mean the same."""

    endpoint: str
    model: str
    server: NotRequired[str]
    params: NotRequired[Sampling]
    threshold: NotRequired[float]


class FilterSettings(TypedDict):
    """Which generated instructions are kept."""

    rules: list[str]
    tokeniser: dict[str, Any]
    characters: Characters
    similarity: Similarity
    semantic: NotRequired[Semantic]
    settings: NotRequired[dict[str, dict[str, Any]]]


class TrainingSet(TypedDict):
    """Two files whose rows make a training set; with `weights`, `rows` is a folder of several."""

    seeds: str
    rows: str
    first: NotRequired[int]
    weights: NotRequired[dict[str, float]]


class Export(TypedDict):
    """The formats that are written beside `messages`."""

    formats: list[str]


class Model(TypedDict, total=False):
    """A model that answers: at an endpoint, or recorded."""

    endpoint: str
    model: str
    params: Sampling
    sample: int
    recorded: str
    name: str
    base: str
    set: str


class Base(TypedDict):
    """A model before fine-tuning."""

    model: str
    revision: NotRequired[str]
    chat_template: NotRequired[Literal["own", "alpaca", "chatml"]]
    dtype: NotRequired[Literal["float32", "bfloat16", "float16"]]


class TrainSettings(TypedDict, total=False):
    """How every base is fine-tuned; `seedbed.training.settings` has the defaults."""

    method: Literal["lora", "full"]
    rank: int
    alpha: float
    dropout: float
    target_modules: list[str]
    epochs: float
    max_steps: int
    learning_rate: float
    schedule: Literal["cosine", "linear", "constant"]
    warmup: float
    batch_size: int
    accumulation: int
    max_length: int
    packing: bool
    loss_on: Literal["answer", "all"]
    command: str


class Trained(TypedDict):
    """A base, fine-tuned on a training set."""

    base: str
    set: str
    seed: NotRequired[int]


class Judge(Asking):
    """Who judges, and how."""

    reference_categories: list[str]
    verdict_format: NotRequired[str]


class Match(TypedDict):
    """Two models compared."""

    model: str
    baseline: str
    recorded: NotRequired[str]


class BudgetSettings(TypedDict, total=False):
    """What one build may spend."""

    usd: float | None
    requests: int | None


class PriceSettings(TypedDict):
    """USD per million tokens."""

    input: float
    output: float
    cached_input: NotRequired[float]
    batch_discount: NotRequired[float]


class Report(TypedDict):
    """How intervals are made."""

    bootstrap: int
    confidence: float
    seed: int
    epsilon: NotRequired[float]


class Params(TypedDict):
    """The whole of `params.yaml`."""

    editions: dict[str, int]
    language: str
    endpoints: dict[str, Endpoint]
    servers: dict[str, Server]
    labels: Labels
    corpora: dict[str, Corpus]
    translate: Translate
    post_edit: PostEdit
    generate: Generate
    generations: dict[str, Generation]
    filter: FilterSettings
    sets: dict[str, TrainingSet]
    export: Export
    bases: dict[str, Base]
    train: TrainSettings
    trained: dict[str, Trained]
    answer: AnswerSettings
    models: dict[str, Model]
    judge: Judge
    matches: dict[str, Match]
    budget: NotRequired[BudgetSettings]
    prices: NotRequired[dict[str, PriceSettings]]
    report: Report


@dataclass(frozen=True)
class ModelSettings:
    """Which model a block of `params.yaml` asks, where, and how.

    Attributes:
        block: where it stands in `params.yaml`, for messages, e.g. `models.good`.
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


Field = list[str | int]


def with_weights(params: Params, to: ModelSettings, base: Base, adapter: Path | None) -> Params:
    """Return params in which the server of `to` is started with these weights: `{base}`, `{revision}` and `{weights}`."""
    server: Server = {"base": base["model"], "revision": base.get("revision", "main"), "weights": str(adapter or "")}
    servers = params["servers"] | {server_id(to): params["servers"].get(server_id(to), {}) | server}
    return params | {"servers": servers}


def load_params(path: Path = paths.PARAMS) -> Params:
    """Read and check `params.yaml`.

    Raises:
        UserError: not YAML, breaks `schemas/params.schema.json`, is of another edition, or names an endpoint, model or
            corpus that is not there; names file, line and key.
    """
    params: Params = load_yaml(path)
    problem = first_problem(params, "params") or next(cross_problems(params), None)
    if problem:
        raise UserError(located(path, *problem))
    return params


def params_problems(path: Path = paths.PARAMS) -> list[str]:
    """Return every mistake of `params.yaml`, each with its line, from the top.

    Raises:
        UserError: not YAML.
    """
    params: Params = load_yaml(path)
    found = problems(params, "params") or list(cross_problems(params))
    return [located(path, *problem) for problem in sorted(found, key=lambda problem: line_of(path, problem[0]))]


def cross_problems(params: Params) -> Iterator[Problem]:
    """Yield what a schema cannot say: the edition, and that the names used are names given."""
    if other := other_edition(params["editions"]):
        yield ["editions", other[0]], other[1]
    yield from _server_problems(params)
    yield from _semantic_problems(params)
    yield from _shown_problems(params)
    for field, what, word, known in _names_used(params):
        if word not in known:
            yield field, f"unknown {what} {word!r}{did_you_mean(word, known)}"
    for id, match in params["matches"].items():
        if match["model"] == match["baseline"]:
            yield ["matches", id], f"{match['model']!r} is matched against itself; name two models"
    yield from _training_problems(params)
    if "all" in params["labels"]["question"]:
        yield ["labels", "question"], "'all' is the report's word for the total; give it another name"
    if "all" in params["matches"]:
        yield ["matches", "all"], "'all' is the report's word for the total; give it another name"


def _training_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with bases and trained models: each answers under its own id, on a server that is started."""
    kinds = ("models", "bases", "trained")
    for place, kind in enumerate(kinds):
        for id in params[kind]:  # type: ignore[literal-required]
            for other in kinds[:place]:
                if id in params[other]:  # type: ignore[literal-required]
                    yield [kind, id], f"{other} has {id!r} too, and both would write {paths.answers(id)}; rename one"
    if not params["bases"]:
        return
    settings = params["answer"].get("trained")
    if settings is None:
        yield ["answer"], "answer.trained is missing: it names the endpoint that bases and trained models answer at"
        return
    if "{model}" not in params["servers"].get(settings["endpoint"], {}).get("command", ""):
        yield (
            ["answer", "trained", "endpoint"],
            f"servers.{settings['endpoint']} has no command with {{model}} in it: a base or a trained model answers on a "
            "server that its stage starts, e.g. `python -m seedbed.training.serve {model} --port {port}`",
        )


def _semantic_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with the rule that asks for embeddings."""
    block, rules = params["filter"].get("semantic"), params["filter"]["rules"]
    if block is None and "semantic_duplicate" in rules:
        field: Field = ["filter", "rules", rules.index("semantic_duplicate")]
        yield field, "the rule semantic_duplicate asks a model for embeddings; name it in filter.semantic: endpoint, model"
    elif block and params["servers"].get(block.get("server", block["endpoint"]), {}).get("mode") == "batch":
        yield (
            ["filter", "semantic"],
            "embeddings are not sent in batches; name in filter.semantic.server one of the endpoint without `mode: batch`",
        )


def _shown_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with the settings that say what requests show, and who writes outputs."""
    generate, translate = params["generate"], params["translate"]
    if generate.get("answer", "same") == "separate" and "outputs" not in generate:
        yield (
            ["generate", "answer"],
            "separate asks another model for the outputs; name it in generate.outputs: endpoint, model",
        )
    if translate.get("examples", 0) and translate["examples_from"] != str(paths.EDITS):
        yield ["translate", "examples"], f"edits are shown from {paths.EDITS}: set translate.examples_from to that folder"


def _server_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with endpoints and servers together: a server is of one endpoint, its own id's by default."""
    endpoints, servers = params["endpoints"], params["servers"]
    for name, settings in servers.items():
        endpoint = settings.get("endpoint", name)
        if endpoint not in endpoints:
            field: Field = ["servers", name, "endpoint"] if "endpoint" in settings else ["servers", name]
            yield field, f"unknown endpoint {endpoint!r}{did_you_mean(endpoint, list(endpoints))}"
    reached = {settings.get("endpoint", name) for name, settings in servers.items() if {"base_url", "command"} & {*settings}}
    for name in endpoints:
        if name != STAND_IN and name not in reached:
            yield (
                ["endpoints", name],
                f"servers.{name} with a base_url (or a command that starts it) is missing; only the endpoint {STAND_IN!r} does "
                "without",
            )
    for name, block in named_blocks(params).items():
        named, place = block.get("server"), [*name.split("."), "server"]
        if named is not None and named not in servers:
            yield [*place], f"unknown server {named!r}{did_you_mean(named, list(servers))}"
        elif named is not None and servers[named].get("endpoint", named) != block["endpoint"]:
            yield [*place], f"the server {named!r} is of another endpoint than {block['endpoint']!r}"


def _names_used(params: Params) -> Iterator[tuple[Field, str, str, list[str]]]:
    """Yield (field, what it names, the name, the names there are)."""
    endpoints, models = list(params["endpoints"]), list(answering_models(params))
    for id, trained in params["trained"].items():
        yield ["trained", id, "base"], "base", trained["base"], list(params["bases"])
        yield ["trained", id, "set"], "training set", trained["set"], list(params["sets"])
    for name, block in named_blocks(params).items():
        yield [*name.split("."), "endpoint"], "endpoint", block["endpoint"], endpoints
    for id, match in params["matches"].items():
        yield ["matches", id, "model"], "model", match["model"], models
        yield ["matches", id, "baseline"], "model", match["baseline"], models
    for category in params["judge"]["reference_categories"]:
        yield ["judge", "reference_categories"], "category", category, params["labels"]["question"]


def asking_blocks(params: Params) -> dict[str, Mapping[str, Any]]:
    """Return the blocks that ask a model, by the name that `model_settings` takes; a recorded model asks nothing."""
    blocks: dict[str, Mapping[str, Any]] = {name: params[name] for name in ("translate", "generate", "judge")}
    return blocks | {f"models.{id}": model for id, model in params["models"].items() if "endpoint" in model}


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


def asking_block(stage: str) -> str:
    """Return the block that says whom a stage asks: `models.good` of `answer@good`, `judge` of `judge@good-vs-thin`."""
    kind, _, id = stage.partition("@")
    return {"answer": f"models.{id}", "answer_base": "answer.trained", "answer_trained": "answer.trained"}.get(kind, kind)


def named_blocks(params: Params) -> dict[str, Mapping[str, Any]]:
    """Return all blocks that name an endpoint: those of `asking_blocks`, of embeddings, and of models trained here."""
    others: dict[str, Any] = {
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
    """Return the model that `block` (`translate`, `generate`, `generate.outputs`, `judge`, `models.<id>`, …) asks.

    `answer.trained` names no model: see `answering_settings`.

    Raises:
        UserError: no such model in `params.yaml`.
    """
    value: Any = params
    for step in block.split("."):
        if step not in value:
            raise UserError(f"{paths.PARAMS}: no {block!r}{did_you_mean(step, list(value))}")
        value = value[step]
    endpoint = params["endpoints"][value["endpoint"]]
    stage = "answer" if block.startswith(("models.", "answer.")) else block.partition(".")[0]
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
