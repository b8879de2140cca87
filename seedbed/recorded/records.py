"""What a row of another tool's file says: a task, a question, an answer or a verdict; and how its fields are read."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from seedbed.recorded.chat_messages import LeftOut, Wrong, content, short
from seedbed.recorded.fastchat_files import ERROR
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank


class TaskRecord(NamedTuple):
    """What a row says of a task; of a conversation the first exchange, the system message and the further exchanges."""

    instruction: str
    input: str
    output: str
    id: object = None
    task_type: str | None = None
    is_classification: bool | None = None
    note: str | None = None
    system: str | None = None
    further: Sequence[tuple[str, str]] = ()


class QuestionRecord(NamedTuple):
    """What a row says of a question."""

    turns: list[str]
    id: object = None
    category: str | None = None


class AnswerRecord(NamedTuple):
    """What a row says of a model's answer: to which question, by its id or its text; a turn without an answer is None."""

    turns: list[str | None]
    id: object = None
    question: list[str] | None = None
    model: str | None = None


class VerdictRecord(NamedTuple):
    """What a row says of two answers. Winners are FastChat's words; `g2` is None where one order alone was judged."""

    models: tuple[str, str]
    g1: str
    g2: str | None
    id: object = None
    question: list[str] | None = None
    turn: int = 1
    explanations: tuple[str | None, str | None] = (None, None)
    answers: tuple[str | None, str | None] = (None, None)


_SAID = frozenset({"instruction", "output", "prompt", "text"})
"""Texts that leave their row out where they are blank, so that null does too; of others, such as names, it is a mistake."""
Record = TaskRecord | QuestionRecord | AnswerRecord | VerdictRecord


def text(row: Row, name: str, default: str | None = None) -> str:
    """Return a text of a row; `default` where it is missing or null. Null is as blank where a blank text leaves its row out.

    Raises:
        Wrong: it is no text, or is missing.
    """
    value = row.get(name)
    if value is None and default is not None:
        return default
    if value is None and name in row and name in _SAID:
        return ""
    if not isinstance(value, str):
        raise Wrong(f"field {name}: {'missing' if name not in row else f'expected a text, found {short(value)}'}")
    return value


def text_or_none(row: Row, *names: str) -> str | None:
    """Return the first of some fields that is there and is a text that is not blank."""
    return next((row[name] for name in names if isinstance(row.get(name), str) and not is_blank(row[name])), None)


def as_bool(value: object) -> bool:
    """Return whether something is true, as JSON or a spreadsheet writes it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false", "1", "0", "yes", "no", ""):
        return value.strip().lower() in ("true", "1", "yes")
    raise Wrong(f"field is_classification: expected true or false, found {short(value)}")


def array(row: Row, name: str) -> list[Any]:
    """Return an array of a row.

    Raises:
        LeftOut: it is empty.
        Wrong: it is none, or is missing.
    """
    value = row.get(name)
    if not isinstance(value, list):
        raise Wrong(f"field {name}: {'missing' if name not in row else f'expected an array, found {short(value)}'}")
    if not value:
        raise LeftOut(f"{name} is empty")
    return value


def first_of(row: Row, *names: str) -> object:
    """Return the first of some fields that is there and is not null; a whole number in a column of floats as that number."""
    value = next((row[name] for name in names if row.get(name) is not None), None)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def turns_of_texts(values: Sequence[Any], field: str) -> list[str | None]:
    """Return the text of each turn; None where it is null, or FastChat's mark for no answer."""
    texts = [content(value, f"{field}.{place}") for place, value in enumerate(values)]
    return [None if each is None or each.strip() == ERROR else each for each in texts]


def question_record(turns: Sequence[str | None], id: object, category: str | None) -> QuestionRecord:
    """Return a question of some turns.

    Raises:
        LeftOut: a turn is blank.
    """
    if any(turn is None or is_blank(turn) for turn in turns):
        raise LeftOut("a turn of the question is blank")
    return QuestionRecord([turn for turn in turns if turn is not None], id, category)
