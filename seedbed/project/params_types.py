"""Types of the blocks of `params.yaml`; `schemas/params.schema.json` has the same fields with units and defaults."""

from typing import Literal, NotRequired, TypedDict

from seedbed.util.canonical import JsonObject

STAND_IN = "stand-in"
"""The endpoint id that always means the rule-based stand-in, in this process or served on a socket."""

DEFAULT_JUDGE = "judge"
"""Id of the one judge where `judges` names none."""
RECORDED_JUDGE = "recorded"
"""Id of the judge of verdicts that were recorded elsewhere."""

Kind = Literal["task", "question"]
Sampling = JsonObject
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


class Asked(TypedDict):
    """Which model is asked, where, and how."""

    endpoint: str
    model: str
    server: NotRequired[str]
    structured: NotRequired[Structured]
    params: NotRequired[Sampling]
    sample: NotRequired[int]


class Asking(Attempts, Asked):
    """A block that asks one model."""


class Translate(Asking):
    """Who translates, and what it is shown beside a row."""

    examples: NotRequired[int]
    examples_from: str


class PostEdit(TypedDict):
    """What people edit, which rows count as reviewed, and what is done with the others."""

    require: NotRequired[Literal["edited", "confirmed"]]
    unreviewed: Literal["use", "drop", "fail"]
    corpora: dict[str, str]


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
    avoid: NotRequired[int]
    material: NotRequired[int]
    answer: NotRequired[Literal["same", "separate"]]
    outputs: NotRequired[Asked]


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


class EngineSettings(TypedDict):
    """Where work is done; the results are the same."""

    filter: NotRequired[Literal["local", "ray"]]


class FilterSettings(TypedDict):
    """Which generated instructions are kept."""

    rules: list[str]
    tokeniser: JsonObject
    characters: Characters
    similarity: Similarity
    semantic: NotRequired[Semantic]
    settings: NotRequired[dict[str, JsonObject]]


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
    family: str


class Base(TypedDict):
    """A model before fine-tuning."""

    model: str
    revision: NotRequired[str]
    chat_template: NotRequired[Literal["own", "alpaca", "chatml"]]
    dtype: NotRequired[Literal["float32", "bfloat16", "float16"]]
    family: NotRequired[str]


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
    retest: NotRequired[int]
    verdict_format: NotRequired[str]
    family: NotRequired[str]


class JuryMember(TypedDict, total=False):
    """One judge of a jury, as far as it differs from `judge`."""

    endpoint: str
    model: str
    server: str
    structured: Structured
    params: Sampling
    sample: int
    family: str


class Match(TypedDict):
    """Two models compared."""

    model: str
    baseline: str
    recorded: NotRequired[str]


class ScoredModel(TypedDict, total=False):
    """A model whose answers are rated by themselves: by the judge, or recorded."""

    recorded: str


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
    language: NotRequired[Literal["en", "ja"]]
    epsilon: NotRequired[float]
    run_code: NotRequired[bool]
    labels: NotRequired[str]
    slight: NotRequired[Literal["win", "tie"]]
    strong_weight: NotRequired[float]


class Gates(TypedDict, total=False):
    """Limits of `seedbed check --release`; shares from 0 to 1, and `ngram` in characters."""

    ngram: int
    overlap: float
    subject: float
    overlapping: float
    personal: float
    licenses: list[str]
    unreviewed: float
    stand_in: float


class Publish(TypedDict, total=False):
    """What is said of the data set where it is given away; nobody's dependency."""

    name: str
    license: str
    description: str
    limits: list[str]
    citation: str
    test: float
    benchmarks: dict[str, str]
    gates: Gates


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
    judges: dict[str, JuryMember]
    criteria: dict[str, str]
    matches: dict[str, Match]
    scores: dict[str, ScoredModel]
    engine: NotRequired[EngineSettings]
    publish: NotRequired[Publish]
    budget: NotRequired[BudgetSettings]
    prices: NotRequired[dict[str, PriceSettings]]
    report: Report
