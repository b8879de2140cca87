"""What differs between two revisions, as types: the structure that `compare` returns and `seedbed diff --json` prints."""

from typing import Any, Literal, NotRequired, TypedDict

from seedbed.reporting.points import PointsWithTest
from seedbed.util.canonical import JsonObject

Side = Literal["old", "new"]
SIDES: tuple[Side, Side] = ("old", "new")
Change = Literal["added", "removed", "changed"]


class Named(TypedDict):
    """A revision; `commit` is None for the working tree."""

    name: str
    commit: str | None


class Unread(TypedDict):
    """An output that is not on this machine, and the command that fetches it."""

    revision: str
    path: str
    fetch: str


class NotBuilt(TypedDict):
    """A stage whose inputs are others than `dvc.lock` says, and which."""

    revision: str
    stage: str
    why: list[str]


class Leaf(TypedDict):
    """A value that differs, by its dotted name; the side that lacks it is None, and named in `lacking`."""

    name: str
    old: Any
    new: Any
    lacking: Side | None


class PromptKey(TypedDict):
    """A key of a prompt that differs; a side that lacks it is None."""

    key: str
    old: str | None
    new: str | None


class PromptChange(TypedDict):
    """A prompt that changed, with the keys that did."""

    prompt: str
    change: Change
    keys: list[PromptKey]


class ChangedRow(TypedDict):
    """A row whose content changed, with what did."""

    id: str
    fields: list[Leaf]


class WholeRow(TypedDict):
    """A row that one side alone has, with its content by dotted name."""

    id: str
    fields: JsonObject


class Samples(TypedDict):
    """Up to five rows of each kind of change."""

    added: NotRequired[list[WholeRow]]
    removed: NotRequired[list[WholeRow]]
    changed: NotRequired[list[ChangedRow]]


class DatasetChange(TypedDict):
    """A changed dataset: its rows in both revisions, and how they changed.

    `same_text` are rows with the same id and content of which only the origin changed.
    """

    dataset: str
    old: int
    new: int
    added: int
    removed: int
    changed: int
    same_text: int
    samples: Samples


class ReasonChange(TypedDict):
    """How often a generation's candidates were `kept`, or rejected for one reason."""

    generation: str
    decision: str
    old: int
    new: int
    change: int


class DecisionFlip(TypedDict):
    """A candidate that the filter kept in one revision and rejected in the other; `same_text`: the candidate is the same."""

    generation: str
    id: str
    old: str
    new: str
    same_text: bool
    instruction: str
    old_neighbour: str | None
    old_score: float | None
    new_neighbour: str | None
    new_score: float | None


class FilterChange(TypedDict):
    """What the filter decided otherwise, the flips of candidates with the same text first."""

    reasons: list[ReasonChange]
    flips: list[DecisionFlip]


class SetChange(TypedDict):
    """A training set whose examples differ."""

    training_set: str
    old: int
    new: int
    added: int
    removed: int


class AnswerChange(TypedDict):
    """How many of a model's answers in a category say something else."""

    model: str
    category: str
    compared: int
    changed: int


class VerdictCounts(TypedDict):
    """Changes of one match in one category; `queries/diff/verdict_counts.sql` defines the fields."""

    match: str
    corpus: str
    category: str
    judged: int
    compared: int
    verdicts: int
    outcomes: int
    better: int
    worse: int
    validity: int


class VerdictFlip(TypedDict):
    """A question whose verdict or outcome changed; without a judge, only the outcome changed."""

    match: str
    question: str
    corpus: str
    category: str
    judge: str | None
    old: str
    new: str
    old_ab: str | None
    new_ab: str | None
    old_ba: str | None
    new_ba: str | None


class FlowPart(TypedDict):
    """The questions of one match and corpus whose outcome went from one kind to another, or stayed."""

    match: str
    corpus: str
    old: str
    new: str
    questions: int
    ids: list[str]


class VerdictChange(TypedDict):
    """Which verdicts and outcomes changed."""

    by_category: list[VerdictCounts]
    flips: list[VerdictFlip]
    flow: list[FlowPart]


class Rate(TypedDict):
    """A rate as a report has it, in percent, of ratings in their own points; `rate` is None where nothing is valid."""

    rate: float | None
    low: float | None
    high: float | None
    n: int
    invalid: int


class RateChange(TypedDict):
    """A rate that changed: of a `match`, or of a `model` where it is a rating; a side that lacks it is None.

    `change` is None where a side has no rate; `paired` is None then, and where a side cannot be read.
    """

    match: NotRequired[str]
    model: NotRequired[str]
    corpus: NotRequired[str]
    turn: NotRequired[str]
    category: str
    old: Rate | None
    new: Rate | None
    change: float | None
    paired: PointsWithTest | None


class Difference(TypedDict):
    """A difference of training sets as `reports/methods.csv` has it."""

    difference: float
    low: float
    high: float


class MethodChange(TypedDict):
    """A comparison of training sets that changed; a side that lacks it is None, and so are `change` and `paired` then."""

    comparison: str
    new_set: str
    old_set: str
    base: str
    old: Difference | None
    new: Difference | None
    change: float | None
    paired: PointsWithTest | None


class NewResponses(TypedDict):
    """Responses of one stage and model that the new revision uses and the old one does not.

    `uncounted` of them came without a count of tokens; `usd`, at list price, is None where the price is unknown.
    """

    stage: str
    endpoint: str
    model: str
    responses: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    uncounted: int
    usd: float | None


class Rates(TypedDict):
    """The rates that changed, by the report's file that has them."""

    win_rates: list[RateChange]
    turns: list[RateChange]
    ratings: list[RateChange]


class Comparison(Rates):
    """All that differs: each key holds a list that is empty where there is nothing to say."""

    old: Named
    new: Named
    stand_in: list[str]
    unread: list[Unread]
    not_built: list[NotBuilt]
    prompts: list[PromptChange]
    parameters: list[Leaf]
    sources: list[DatasetChange]
    rows: list[DatasetChange]
    filter: FilterChange
    training_sets: list[SetChange]
    answers: list[AnswerChange]
    verdicts: VerdictChange
    methods: list[MethodChange]
    responses: list[NewResponses]


def rates_of(row: RateChange) -> tuple[float, float]:
    """Return the old and the new rate of a row whose change is known."""
    old, new = (side["rate"] if side else None for side in (row["old"], row["new"]))
    assert old is not None, row
    assert new is not None, row
    return old, new
