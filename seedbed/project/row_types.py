"""Types of all kinds of rows; `schemas/rows/` has the same fields, and a test keeps both equal.

What is read from disk was checked against its schema, so `read_rows` gives `Any`, and who takes a row names its kind.
"""

from typing import Literal, NotRequired, TypedDict, final

from seedbed.util.canonical import JsonObject

Status = Literal["edited", "outdated", "approved", "unreviewed", "stale", "original"]
"""What a row of `post_edit` rests on; see `seedbed.project.corpora.status_of`."""
Standing = Status | Literal["rejected"]
"""What people have decided of a row of `translate`; a rejected one is no row of `post_edit`."""
MadeBy = dict[str, str]
"""`{"endpoint", "model"}` that wrote a row, or the file that it was `{"recorded"}` in."""
Fields = dict[str, str]
"""The translated fields of a task or a question, by name; of a question's follow-ups `follow_up_1`, `follow_up_2`, …"""
Verdict = Literal["model", "baseline", "tie", "both_bad"]
"""A person's, of two answers; a judge's is `first` or `second`, the places in which it was shown them."""
Check = JsonObject
"""What code can decide of an answer; `schemas/rows/question.schema.json` says which fields each `kind` has."""


class Failure(TypedDict):
    """Why there is no value, with the last raw text."""

    reason: str
    detail: str
    text: str | None


@final  # so that a field which only one kind has tells it from the other
class Question(TypedDict):
    """A question as people wrote it."""

    id: str
    category: str
    language: NotRequired[str]
    text: str
    follow_ups: NotRequired[list[str]]
    rubric: NotRequired[list[str]]
    checks: NotRequired[list[Check]]


@final
class Task(TypedDict):
    """A seed task or baseline task as people wrote it."""

    id: str
    task_type: str
    is_classification: bool
    language: NotRequired[str]
    instruction: str
    input: str
    output: str


@final
class TranslatedQuestion(TypedDict):
    """A question of `translate`; `made_by` is None where it was in the target language already."""

    id: str
    category: str
    language: NotRequired[str]
    rubric: NotRequired[list[str]]
    checks: NotRequired[list[Check]]
    source: Fields
    translation: Fields | None
    failure: Failure | None
    made_by: MadeBy | None
    request: NotRequired[str]


@final
class TranslatedTask(TypedDict):
    """A task of `translate`; `made_by` is None where it was in the target language already."""

    id: str
    task_type: str
    is_classification: bool
    language: NotRequired[str]
    source: Fields
    translation: Fields | None
    failure: Failure | None
    made_by: MadeBy | None
    request: NotRequired[str]


class EditedQuestion(TypedDict):
    """A question of `post_edit`."""

    id: str
    category: str
    rubric: NotRequired[list[str]]
    checks: NotRequired[list[Check]]
    text: str
    follow_ups: NotRequired[list[str]]
    source: NotRequired[Fields]
    status: Status
    made_by: MadeBy | None


class EditedTask(TypedDict):
    """A seed task of `post_edit` or `as_translated`."""

    id: str
    task_type: str
    is_classification: bool
    instruction: str
    input: str
    output: str
    status: Status
    made_by: MadeBy | None


class Confirmed(TypedDict):
    """A second person's word on an edit."""

    by: str
    hash: str


class Rejection(TypedDict):
    """Why a row is not to be used."""

    by: NotRequired[str]
    reason: str
    source_hash: str


class Edit(TypedDict):
    """A person's decision about one machine translation."""

    id: str
    decision: Literal["edited", "approved", "rejected"]
    source_hash: str
    machine_hash: str
    fields: Fields
    source: NotRequired[Fields]
    machine: NotRequired[Fields]
    editor: NotRequired[str]
    confirmed: NotRequired[Confirmed]
    rejected: NotRequired[Rejection]
    seconds: NotRequired[float]
    note: NotRequired[str]
    request: NotRequired[str]
    made_by: NotRequired[MadeBy]
    order: NotRequired[int]


class Passage(TypedDict):
    """A passage of a document; its id stays when its text is edited."""

    id: str
    document: str
    text: str


class ShownPassage(TypedDict):
    """What a row says of a passage that its request showed: its id, and the hash of its text."""

    id: str
    hash: str


class Candidate(TypedDict):
    """A generated instruction, before the filter; one that it kept has the same fields."""

    id: str
    slot: int
    index: int
    task_type: str
    instruction: str
    input: str
    output: str
    topic_group: NotRequired[str]
    topic: NotRequired[str]
    demonstrations: list[str]
    avoided: NotRequired[list[str]]
    material: NotRequired[list[ShownPassage]]
    request: str
    output_request: NotRequired[str]
    output_by: NotRequired[MadeBy]
    made_by: MadeBy


class Decision(TypedDict):
    """What the filter says of one candidate; all None where it is kept."""

    id: str
    reason: str | None
    detail: str | None
    neighbour: str | None
    score: float | None


class Rejected(Candidate):
    """A candidate that the filter rejected, with its reason."""

    reason: str
    detail: str
    neighbour: str | None
    score: float | None


class Answer(TypedDict):
    """One model's answer to one question; `text` is None where it failed, `request` where it was recorded.

    Of a conversation `text` is all of its turns, and `request` that of the last one.
    """

    id: str
    model: str
    text: str | None
    turns: NotRequired[list[str]]
    failed_turn: NotRequired[int]
    cut: NotRequired[bool]
    failure: Failure | None
    request: str | None
    made_by: MadeBy


class Reference(TypedDict):
    """A known-good answer."""

    id: str
    reference: str
    tests: NotRequired[str]
    check: NotRequired[str]
    range: NotRequired[list[float]]
    follow_ups: NotRequired[list[str]]


class Retest(TypedDict):
    """What a judge said when it was asked a second time."""

    verdict: Literal["first", "second", "tie", "invalid"]
    strength: NotRequired[Literal["slight", "strong"]]
    request: str


class Judgment(TypedDict):
    """One order of one question of a match, by one judge; `request` is None where nothing was asked."""

    match: str
    model: str
    baseline: str
    question: str
    turn: NotRequired[int]
    order: Literal["ab", "ba"]
    judge: str
    verdict: Literal["first", "second", "tie", "invalid"]
    strength: NotRequired[Literal["slight", "strong"]]
    retest: NotRequired[Retest]
    one_order: NotRequired[Literal[True]]
    explanation: str | None
    failure: Failure | None
    request: str | None
    made_by: MadeBy


class Score(TypedDict):
    """A judge's rating of one turn of an answer; `rating` is None where there is none, `request` where it was recorded.

    A rating is a whole number; only a recorded one may be a decimal.
    """

    model: str
    question: str
    turn: NotRequired[int]
    judge: str
    rating: float | None
    explanation: str | None
    failure: Failure | None
    request: str | None
    made_by: MadeBy


class Vote(TypedDict):
    """A person's verdict on two answers, as its line has it."""

    match: str
    question: str
    verdict: Verdict
    model_hash: str
    baseline_hash: str
    reason: NotRequired[str]
    seconds: NotRequired[float]


class CastVote(Vote):
    """A vote with whose it is, which its file's name says."""

    annotator: str


Source = Task | Question
Translated = TranslatedTask | TranslatedQuestion
Edited = EditedTask | EditedQuestion
