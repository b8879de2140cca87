"""The formats that other tools write, told apart by the fields of a row, and what each of their rows says.

What a row says is the same whatever the tool: a task, a question, an answer or a verdict. The documentation of each format,
where it has one, is named in `docs/formats.md`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from seedbed.project.corpora import MOST_FOLLOW_UPS
from seedbed.recorded.chat_messages import Conversation, LeftOut, Wrong, content, conversation, short
from seedbed.recorded.fastchat import ERROR
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank

SEEDS, ROWS, QUESTIONS, ANSWERS, VERDICTS = "seeds", "rows", "questions", "answers", "verdicts"
_TASKS = (SEEDS, ROWS)
_ALL = (*_TASKS, QUESTIONS, ANSWERS, VERDICTS)
MOST_TURNS = 1 + MOST_FOLLOW_UPS


class Task(NamedTuple):
    """What a row says of a task."""

    instruction: str
    input: str
    output: str
    id: object = None
    task_type: str | None = None
    is_classification: bool | None = None
    note: str | None = None


class Asked(NamedTuple):
    """What a row says of a question."""

    turns: list[str]
    id: object = None
    category: str | None = None


class Answered(NamedTuple):
    """What a row says of a model's answer: to which question, by its id or its text; a turn without an answer is None."""

    turns: list[str | None]
    id: object = None
    question: list[str] | None = None
    model: str | None = None


class Judged(NamedTuple):
    """What a row says of two answers. Winners are FastChat's words; `g2` is None where one order alone was judged."""

    models: tuple[str, str]
    g1: str
    g2: str | None
    id: object = None
    question: list[str] | None = None
    turn: int = 1
    explanations: tuple[str | None, str | None] = (None, None)
    answers: tuple[str | None, str | None] = (None, None)


Said = Task | Asked | Answered | Judged


@dataclass(frozen=True)
class Format:
    """A format of another tool.

    Attributes:
        name: for `--format`.
        label: in words.
        fields: that a row has, all of them; those of one line separated by `|` stand for each other.
        used: further fields that are read, where they are there.
        read: what a row says, by what is made of it.
        instead: what to do where what is wanted cannot be made of it, by what that is.
    """

    name: str
    label: str
    fields: tuple[str, ...]
    used: tuple[str, ...] = ()
    read: Mapping[str, Callable[[Row], Said]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)

    def fits(self, row: Row) -> bool:
        """Whether a row has the fields of this format."""
        return not self.missing(row)

    def missing(self, row: Row) -> list[str]:
        """Return the fields that a row lacks."""
        return [field for field in self.fields if not any(name in row for name in field.split("|"))]

    @property
    def reads(self) -> set[str]:
        """The fields that are read."""
        return {name for field in (*self.fields, *self.used) for name in field.split("|")}


def text(row: Row, name: str, default: str | None = None) -> str:
    """Return a text of a row; `default` where it is missing or null.

    Raises:
        Wrong: it is no text, or is missing.
    """
    value = row.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise Wrong(f"field {name}: {'missing' if name not in row else f'expected a text, found {short(value)}'}")
    return value


def text_or_none(row: Row, *names: str) -> str | None:
    """Return the first of some fields that is there and is a text that is not blank."""
    return next((row[name] for name in names if isinstance(row.get(name), str) and not is_blank(row[name])), None)


def _list(row: Row, name: str) -> list[Any]:
    value = row.get(name)
    if not isinstance(value, list):
        raise Wrong(f"field {name}: {'missing' if name not in row else f'expected an array, found {short(value)}'}")
    if not value:
        raise LeftOut(f"{name} is empty")
    return value


def _id(row: Row, *names: str) -> object:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _task(row: Row, instruction: str, input: str = "input", output: str = "output") -> Task:
    is_class = row.get("is_classification")
    return Task(
        text(row, instruction),
        text(row, input, ""),
        text(row, output),
        _id(row, "id"),
        text_or_none(row, "task_type"),
        as_bool(is_class) if is_class is not None else None,
    )


def as_bool(value: object) -> bool:
    """Return whether something is true, as JSON or a spreadsheet writes it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false", "1", "0", "yes", "no", ""):
        return value.strip().lower() in ("true", "1", "yes")
    raise Wrong(f"field is_classification: expected true or false, found {short(value)}")


def _self_instruct(row: Row) -> Task:
    first, *more = _list(row, "instances")
    if not isinstance(first, dict):
        raise Wrong(f"field instances.0: expected an object with input and output, found {short(first)}")
    note = "has more instances; only the first is used" if more else None
    try:
        input, output = text(first, "input", ""), text(first, "output")
    except Wrong as error:
        raise Wrong(str(error).replace("field ", "field instances.0.")) from None
    return _task(row | {"input": input, "output": output}, "instruction")._replace(note=note)


def _conversation_of(row: Row) -> Conversation:
    name = next(name for name in ("messages", "conversations", "conversation") if name in row)
    return conversation(_list(row, name), name)


def _conversation_task(row: Row) -> Task:
    said = _conversation_of(row)
    if not said.answered or said.answered[0] is None:
        raise LeftOut("it has no answer")
    notes = ["a system message, which is dropped"] if said.system else []
    notes += ["further turns; only the first is used"] if len(said.asked) > 1 else []
    note = f"has {' and '.join(notes)}" if notes else None
    return Task(said.asked[0], "", said.answered[0], _id(row, "id"), text_or_none(row, "task_type"), note=note)


def _conversation_question(row: Row) -> Asked:
    return Asked(_conversation_of(row).asked, _id(row, "question_id", "uid", "id"), text_or_none(row, "category"))


def _conversation_answer(row: Row) -> Answered:
    said = _conversation_of(row)
    turns = [*said.answered, *[None] * (len(said.asked) - len(said.answered))]
    return Answered(turns, _id(row, "question_id", "uid"), said.asked, text_or_none(row, "model", "model_id"))


def _turns(values: Sequence[Any], field: str) -> list[str | None]:
    texts = [content(value, f"{field}.{place}") for place, value in enumerate(values)]
    return [None if each is None or each.strip() == ERROR else each for each in texts]


def _asked(turns: Sequence[str | None], id: object, category: str | None) -> Asked:
    if any(turn is None or is_blank(turn) for turn in turns):
        raise LeftOut("a turn of the question is blank")
    return Asked([turn for turn in turns if turn is not None], id, category)


def _fastchat_question(row: Row) -> Asked:
    return _asked(_turns(_list(row, "turns"), "turns"), _id(row, "question_id"), text_or_none(row, "category"))


def _fastchat_answer(row: Row) -> Answered:
    choices = _list(row, "choices")
    if any(not isinstance(each, dict) for each in choices):
        raise Wrong("field choices: expected objects with turns")
    first = min(enumerate(choices), key=lambda pair: pair[1].get("index", pair[0]))[1]
    model = text_or_none(row, "model_id", "model")
    return Answered(_turns(_list(first, "turns"), "choices.turns"), _id(row, "question_id", "uid"), None, model)


def _winner(row: Row, name: str) -> str:
    value = text(row, name)
    if value not in ("model_1", "model_2", "tie", "error"):
        raise Wrong(f"field {name}: expected one of model_1, model_2, tie, error, found {short(value)}")
    return value


def _fastchat_verdict(row: Row) -> Judged:
    turn = row.get("turn")
    if turn is not None and (isinstance(turn, bool) or not str(turn).isdigit() or int(turn) < 1):
        raise Wrong(f"field turn: expected a whole number from 1, found {short(turn)}")
    return Judged(
        (text(row, "model_1"), text(row, "model_2")),
        _winner(row, "g1_winner"),
        _winner(row, "g2_winner"),
        _id(row, "question_id"),
        turn=int(turn or 1),
        explanations=(text_or_none(row, "g1_judgment"), text_or_none(row, "g2_judgment")),
        answers=(text_or_none(row, "answer_1"), text_or_none(row, "answer_2")),
    )


_ARENA = {
    "A>>B": "A",
    "A>B": "A",
    "A=B": "tie",
    "B>A": "B",
    "B>>A": "B",
    "A<B": "B",
    "A<<B": "B",
    "B<A": "A",
    "B<<A": "A",
    "B=A": "tie",
}
"""What each label of Arena-Hard says: the assistant that is better."""


def _arena_verdict(row: Row) -> Judged:
    """Return the verdict of two games: the baseline is assistant A in the first, the model in the second."""
    games = _list(row, "games")
    if len(games) != 2:
        raise LeftOut(f"it has {len(games)} games, where both orders are two")
    winners, words = list[str](), list[str | None]()
    for place, (game, sides) in enumerate(zip(games, (("model_2", "model_1"), ("model_1", "model_2")), strict=True)):
        label = game.get("score") if isinstance(game, dict) else None
        if label is not None and label not in _ARENA:
            raise Wrong(f"field games.{place}.score: expected one of {', '.join(_ARENA)}, found {short(label)}")
        better = _ARENA.get(label or "")
        winners.append({"A": sides[0], "B": sides[1], "tie": "tie"}.get(better or "", "error"))
        words.append(content(game.get("judgment"), f"games.{place}.judgment") if isinstance(game, dict) else None)
    return Judged(
        (text(row, "model"), text(row, "baseline", "gpt-4-0314")),  # the baseline of version 0.1, whose rows do not say it
        winners[1],
        winners[0],
        _id(row, "uid", "question_id"),
        explanations=(words[1], words[0]),
    )


def _number(value: Any) -> Any:
    """Return a number that CSV or a spreadsheet has as a text, None where that is blank, and any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return float(value) if value.strip() else None
    except ValueError:
        return value


def _alpaca_verdict(row: Row) -> Judged:
    """Return an annotation: `output_1` is the baseline's, and one order, drawn by chance, was judged."""
    preference = _number(row["preference"])
    if preference is not None and (
        isinstance(preference, bool) or not isinstance(preference, int | float) or not 0 <= preference <= 2
    ):
        raise Wrong(f"field preference: expected a number from 1 to 2, or null, found {short(preference)}")
    winner = (
        "error" if preference is None else "tie" if preference in (0, 1.5) else "model_1" if preference > 1.5 else "model_2"
    )
    return Judged(
        (text(row, "generator_2", "model"), text(row, "generator_1", "baseline")),
        winner,
        None,
        question=[text(row, "instruction")],
        answers=(text(row, "output_2"), text(row, "output_1")),
    )


def _flexeval_asked(row: Row) -> tuple[list[str], list[str | None]]:
    inner = row.get("extra_info", row.get("task_inputs"))
    messages = inner.get("messages") if isinstance(inner, dict) else None
    if isinstance(messages, list) and messages:
        said = conversation(messages, "extra_info.messages")
        return said.asked, said.answered
    return [text(row, "lm_prompt")], []


def _flexeval_question(row: Row) -> Asked:
    inner = row.get("extra_info", row.get("task_inputs"))
    about = inner if isinstance(inner, dict) else {}
    return Asked(_flexeval_asked(row)[0], _id(about, "question_id", "id"), text_or_none(about, "category"))


def _flexeval_answer(row: Row) -> Answered:
    inner = row.get("extra_info", row.get("task_inputs"))
    asked, answered = _flexeval_asked(row)
    id = _id(inner if isinstance(inner, dict) else {}, "question_id")
    return Answered([*answered, content(row.get("lm_output"), "lm_output")], id, asked)


CONVERSATION: dict[str, Callable[[Row], Said]] = {
    **dict.fromkeys(_TASKS, _conversation_task),
    QUESTIONS: _conversation_question,
    ANSWERS: _conversation_answer,
}
FORMATS = (
    Format(
        "fastchat-pair",
        "FastChat's verdicts on pairs",
        ("question_id", "model_1", "model_2", "g1_winner", "g2_winner"),
        ("turn", "g1_judgment", "g2_judgment", "answer_1", "answer_2"),
        {VERDICTS: _fastchat_verdict},
    ),
    Format(
        "fastchat-single",
        "FastChat's ratings of single answers",
        ("question_id", "model", "score"),
        instead=dict.fromkeys(_ALL, "`seedbed import fastchat --scores FILE` imports them"),
    ),
    Format(
        "arena-hard-verdicts",
        "Arena-Hard's judgments",
        ("uid|question_id", "model", "games"),
        ("baseline",),
        {VERDICTS: _arena_verdict},
    ),
    Format(
        "fastchat-answers",
        "answers in FastChat's or Arena-Hard's format",
        ("question_id|uid", "choices"),
        ("model_id", "model"),
        {ANSWERS: _fastchat_answer},
    ),
    Format(
        "arena-hard-answers",
        "Arena-Hard's answers",
        ("uid", "messages", "model"),
        read={ANSWERS: _conversation_answer, QUESTIONS: _conversation_question},
    ),
    Format(
        "arena-hard-questions",
        "Arena-Hard's questions",
        ("uid", "prompt"),
        ("category",),
        {QUESTIONS: lambda row: _asked([text(row, "prompt")], row["uid"], text_or_none(row, "category"))},
    ),
    Format(
        "fastchat-questions",
        "FastChat's or MT-bench's questions",
        ("question_id", "turns"),
        ("category",),
        {QUESTIONS: _fastchat_question},
    ),
    Format(
        "alpaca-eval-verdicts",
        "AlpacaEval's annotations",
        ("instruction", "output_1", "output_2", "preference"),
        ("generator_1", "generator_2"),
        {VERDICTS: _alpaca_verdict},
        {ANSWERS: "to use one of its outputs, add --map answer=output_1 --map question=instruction"},
    ),
    Format(
        "alpaca-eval-outputs",
        "AlpacaEval's outputs",
        ("instruction", "output", "generator"),
        ("dataset",),
        {
            QUESTIONS: lambda row: _asked([text(row, "instruction")], None, text_or_none(row, "dataset")),
            ANSWERS: lambda row: Answered(
                [content(row["output"], "output")], None, [text(row, "instruction")], text_or_none(row, "generator")
            ),
            **dict.fromkeys(_TASKS, lambda row: _task(row, "instruction")),
        },
    ),
    Format(
        "flexeval",
        "flexeval's outputs.jsonl",
        ("lm_output", "extra_info|task_inputs"),
        ("lm_prompt",),
        {QUESTIONS: _flexeval_question, ANSWERS: _flexeval_answer},
    ),
    Format(
        "self-instruct",
        "Self-Instruct's seed tasks",
        ("instruction", "instances"),
        ("id", "is_classification", "task_type"),
        dict.fromkeys(_TASKS, _self_instruct),
    ),
    Format(
        "sharegpt", "ShareGPT conversations", ("conversations|conversation",), ("id", "category", "task_type"), CONVERSATION
    ),
    Format("messages", "chat messages", ("messages",), ("id", "category", "task_type"), CONVERSATION),
    Format(
        "preferences",
        "preference pairs",
        ("chosen", "rejected"),
        instead=dict.fromkeys(_ALL, "to use the chosen text, add --map instruction=prompt --map output=chosen"),
    ),
    Format(
        "alpaca",
        "an Alpaca file",
        ("instruction", "output"),
        ("input", "id", "task_type", "is_classification"),
        {
            **dict.fromkeys(_TASKS, lambda row: _task(row, "instruction")),
            QUESTIONS: lambda row: _asked(
                ["\n\n".join(filter(None, (text(row, "instruction"), text(row, "input", ""))))],
                _id(row, "id"),
                text_or_none(row, "category"),
            ),
        },
    ),
    Format(
        "questions",
        "questions of Seedbed",
        ("text", "category"),
        ("id", "follow_ups"),
        {
            QUESTIONS: lambda row: _asked(
                [text(row, "text"), *_turns(row.get("follow_ups") or [], "follow_ups")],
                _id(row, "id"),
                text_or_none(row, "category"),
            )
        },
    ),
)
MAPPED = {
    **dict.fromkeys(_TASKS, ("instruction", "input", "output", "id", "task_type", "is_classification")),
    QUESTIONS: ("text", "category", "id", "turns"),
    ANSWERS: ("answer", "turns", "id", "question"),
}
"""What `--map` can name, by what is made of the file; a row has at least the first, or `turns`."""


def mapped(target: str, row: Row) -> Said:
    """Return what a row says whose fields `--map` named.

    Raises:
        Wrong: a field is missing or has another form.
    """
    if target in _TASKS:
        return _task(row, "instruction")
    if target == QUESTIONS:
        turns = _turns(_list(row, "turns"), "turns") if "turns" in row else [text(row, "text")]
        return _asked(turns, _id(row, "id"), text_or_none(row, "category"))
    turns = _turns(_list(row, "turns"), "turns") if "turns" in row else _turns([row.get("answer")], "answer")
    return Answered(turns, _id(row, "id"), [text(row, "question")] if "question" in row else None)
