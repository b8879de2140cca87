"""`params.yaml`: every knob, checked whole before anything is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from seedbed.project import paths
from seedbed.project.editions import other_edition
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.schemas import Problem, first_problem, problems
from seedbed.util.yaml12 import line_of, load_yaml

STAND_IN = "stand-in"
"""The endpoint id that always means the rule-based stand-in, in this process or served on a socket."""

Kind = Literal["task", "question"]
Sampling = dict[str, Any]
"""Sampling parameters, passed to the API as they are."""


class Endpoint(TypedDict):
    """What a server is: all that can change a reply."""

    structured: Literal["json_schema", "json_object", "text"]


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


class Asking(Attempts):
    """A block that asks one model."""

    endpoint: str
    model: str
    params: NotRequired[Sampling]
    sample: NotRequired[int]


class PostEdit(TypedDict):
    """What becomes of a row without an edit that holds."""

    unreviewed: Literal["use", "drop", "fail"]


class DemonstrationCounts(TypedDict):
    """How many rows of each kind a request of `generate` shows."""

    seeds: int
    generated: int


class Generate(Asking):
    """How instructions are generated."""

    seed: int
    target: int
    per_slot: int
    max_slots: int
    least_yield: NotRequired[float]
    wave: int
    demonstrations: DemonstrationCounts


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


class FilterSettings(TypedDict):
    """Which generated instructions are kept."""

    rules: list[str]
    tokeniser: dict[str, Any]
    characters: Characters
    similarity: Similarity
    settings: NotRequired[dict[str, dict[str, Any]]]


class TrainingSet(TypedDict):
    """Two files whose rows make a training set."""

    seeds: str
    rows: str


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


class Params(TypedDict):
    """The whole of `params.yaml`."""

    editions: dict[str, int]
    language: str
    endpoints: dict[str, Endpoint]
    servers: dict[str, Server]
    labels: Labels
    corpora: dict[str, Corpus]
    translate: Asking
    post_edit: PostEdit
    generate: Generate
    generations: dict[str, Generation]
    filter: FilterSettings
    sets: dict[str, TrainingSet]
    export: Export
    answer: Attempts
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
    """

    block: str
    endpoint: str
    model: str
    params: Sampling
    sample: int
    structured: str

    @property
    def made_by(self) -> dict[str, str]:
        """What a row says about its maker."""
        return {"endpoint": self.endpoint, "model": self.model}


Field = list[str | int]


def load_params(path: Path = paths.PARAMS) -> Params:
    """Read and check `params.yaml`.

    Raises:
        UserError: not YAML, breaks `schemas/params.schema.json`, is of another edition, or names an endpoint, model or
            corpus that is not there; names file, line and key.
    """
    params: Params = load_yaml(path)
    problem = first_problem(params, "params") or next(cross_problems(params), None)
    if problem:
        raise UserError(in_words(path, problem))
    return params


def params_problems(path: Path = paths.PARAMS) -> list[str]:
    """Return every mistake of `params.yaml`, each with its line, from the top.

    Raises:
        UserError: not YAML.
    """
    params: Params = load_yaml(path)
    found = problems(params, "params") or list(cross_problems(params))
    return [in_words(path, problem) for problem in sorted(found, key=lambda problem: line_of(path, problem[0]))]


def in_words(path: Path, problem: Problem) -> str:
    """Return a problem with its place: `params.yaml:12: judge.model: …`."""
    field, words = problem
    return f"{path}:{line_of(path, field)}: {'.'.join(map(str, field)) or 'the file'}: {words}"


def cross_problems(params: Params) -> Iterator[Problem]:
    """Yield what a schema cannot say: the edition, and that the names used are names given."""
    if other := other_edition(params["editions"]):
        yield ["editions", other[0]], other[1]
    for name in params["servers"]:
        if name not in params["endpoints"]:
            yield ["servers", name], f"unknown endpoint {name!r}{did_you_mean(name, list(params['endpoints']))}"
    for name in params["endpoints"]:
        if name != STAND_IN and "base_url" not in params["servers"].get(name, {}):
            yield (
                ["endpoints", name],
                f"servers.{name}.base_url is missing; only the endpoint {STAND_IN!r} does without an address",
            )
    for field, what, word, known in _names_used(params):
        if word not in known:
            yield field, f"unknown {what} {word!r}{did_you_mean(word, known)}"
    for id, match in params["matches"].items():
        if match["model"] == match["baseline"]:
            yield ["matches", id], f"{match['model']!r} is matched against itself; name two models"
    if "all" in params["labels"]["question"]:
        yield ["labels", "question"], "'all' is the report's word for the total; give it another name"
    if "all" in params["matches"]:
        yield ["matches", "all"], "'all' is the report's word for the total; give it another name"


def _names_used(params: Params) -> Iterator[tuple[Field, str, str, list[str]]]:
    """Yield (field, what it names, the name, the names there are)."""
    endpoints, models = list(params["endpoints"]), list(params["models"])
    for block in ("translate", "generate", "judge"):
        yield [block, "endpoint"], "endpoint", params[block]["endpoint"], endpoints
    for id, model in params["models"].items():
        if "endpoint" in model:
            yield ["models", id, "endpoint"], "endpoint", model["endpoint"], endpoints
    for id, match in params["matches"].items():
        yield ["matches", id, "model"], "model", match["model"], models
        yield ["matches", id, "baseline"], "model", match["baseline"], models
    for category in params["judge"]["reference_categories"]:
        yield ["judge", "reference_categories"], "category", category, params["labels"]["question"]


def model_settings(params: Params, block: str) -> ModelSettings:
    """Return the model that `block` (`translate`, `generate`, `judge`, `models.<id>`) asks.

    Raises:
        UserError: no such model in `params.yaml`.
    """
    value: Any = params
    for step in block.split("."):
        if step not in value:
            raise UserError(f"{paths.PARAMS}: no {block!r}{did_you_mean(step, list(value))}")
        value = value[step]
    return ModelSettings(
        block=block,
        endpoint=value["endpoint"],
        model=value["model"],
        params=value.get("params", {}),
        sample=value.get("sample", 0),
        structured=params["endpoints"][value["endpoint"]]["structured"],
    )


def server(params: Params, endpoint: str) -> Server:
    """Return how an endpoint is reached; an empty one where `params.yaml` says nothing."""
    return params["servers"].get(endpoint, {})
