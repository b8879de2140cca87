"""The formats that other tools write, told apart by the fields of a row, and what each of their rows says.

What a row says is the same whatever the tool: a task, a question, an answer or a verdict. The documentation of each format,
where it has one, is named in `docs/formats.md`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from seedbed.project.corpora import MOST_FOLLOW_UPS
from seedbed.recorded.benchmark_formats import (
    alpaca_eval_verdict,
    arena_hard_verdict,
    fastchat_answer,
    fastchat_question,
    fastchat_verdict,
    flexeval_answer,
    flexeval_question,
)
from seedbed.recorded.chat_messages import content
from seedbed.recorded.records import (
    AnswerRecord,
    Record,
    TaskRecord,
    array,
    first_of,
    question_record,
    text,
    text_or_none,
    turns_of_texts,
)
from seedbed.recorded.task_formats import (
    CHATS,
    CONVERSATIONS,
    PROMPTS,
    alpaca_task,
    conversation_answer,
    conversation_question,
    conversation_task,
    first_only,
    preferred_task,
    self_instruct,
    task,
)
from seedbed.util.rows import Row

SEEDS, ROWS, QUESTIONS, ANSWERS, VERDICTS = "seeds", "rows", "questions", "answers", "verdicts"
_TASKS = (SEEDS, ROWS)
_ALL = (*_TASKS, QUESTIONS, ANSWERS, VERDICTS)
MOST_TURNS = 1 + MOST_FOLLOW_UPS


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
    read: Mapping[str, Callable[[Row], Record]] = field(default_factory=dict)
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


_ASKED_IN_ARENA = "`seedbed import questions FILE --language CODE --map text=conversation_a.0.content`"


def _as_tasks(read: Callable[[Row], TaskRecord]) -> dict[str, Callable[[Row], Record]]:
    """Return what reads a row: as a row of a training set, which may be a conversation, and as a seed task, which is none."""
    return {SEEDS: first_only(read), ROWS: read}


CONVERSATION: dict[str, Callable[[Row], Record]] = {
    **_as_tasks(conversation_task),
    QUESTIONS: conversation_question,
    ANSWERS: conversation_answer,
}
FORMATS = (
    Format(
        "fastchat-pair",
        "FastChat's verdicts on pairs",
        ("question_id", "model_1", "model_2", "g1_winner", "g2_winner"),
        ("turn", "g1_judgment", "g2_judgment", "answer_1", "answer_2"),
        {VERDICTS: fastchat_verdict},
    ),
    Format(
        "arena-votes",
        "votes of people on two models, as of Chatbot Arena or MT-bench",
        ("model_a", "model_b", "winner"),
        instead=dict.fromkeys(_ALL, f"only what was asked can be imported: {_ASKED_IN_ARENA}"),
    ),
    Format(
        "oasst-messages",
        "OpenAssistant's messages, one a row",
        ("message_id", "parent_id", "text", "role"),
        instead=dict.fromkeys(
            _ALL,
            "import the file of trees instead, with --map instruction=prompt.text --map output=prompt.replies.0.text",
        ),
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
        {VERDICTS: arena_hard_verdict},
    ),
    Format(
        "fastchat-answers",
        "answers in FastChat's or Arena-Hard's format",
        ("question_id|uid", "choices"),
        ("model_id", "model"),
        {ANSWERS: fastchat_answer},
    ),
    Format(
        "arena-hard-answers",
        "Arena-Hard's answers",
        ("uid", "messages", "model"),
        read={ANSWERS: conversation_answer, QUESTIONS: conversation_question},
    ),
    Format(
        "arena-hard-questions",
        "Arena-Hard's questions",
        ("uid", "prompt"),
        ("category",),
        {QUESTIONS: lambda row: question_record([text(row, "prompt")], row["uid"], text_or_none(row, "category"))},
    ),
    Format(
        "fastchat-questions",
        "FastChat's or MT-bench's questions",
        ("question_id", "turns"),
        ("category",),
        {QUESTIONS: fastchat_question},
    ),
    Format(
        "alpaca-eval-verdicts",
        "AlpacaEval's annotations",
        ("instruction", "output_1", "output_2", "preference"),
        ("generator_1", "generator_2"),
        {VERDICTS: alpaca_eval_verdict},
        {ANSWERS: "to use one of its outputs, add --map answer=output_1 --map question=instruction"},
    ),
    Format(
        "alpaca-eval-outputs",
        "AlpacaEval's outputs",
        ("instruction", "output", "generator"),
        ("dataset",),
        {
            QUESTIONS: lambda row: question_record([text(row, "instruction")], None, text_or_none(row, "dataset")),
            ANSWERS: lambda row: AnswerRecord(
                [content(row["output"], "output")], None, [text(row, "instruction")], text_or_none(row, "generator")
            ),
            **dict.fromkeys(_TASKS, task),
        },
    ),
    Format(
        "flexeval",
        "flexeval's outputs.jsonl",
        ("lm_output", "extra_info|task_inputs"),
        ("lm_prompt",),
        {QUESTIONS: flexeval_question, ANSWERS: flexeval_answer},
    ),
    Format(
        "self-instruct",
        "Self-Instruct's seed tasks",
        ("instruction", "instances"),
        ("id", "is_classification", "task_type"),
        dict.fromkeys(_TASKS, self_instruct),
    ),
    Format(
        "sharegpt",
        "ShareGPT conversations",
        ("|".join(CONVERSATIONS),),
        ("id", "category", "task_type", "system"),
        CONVERSATION,
    ),
    Format("messages", "chat messages", ("messages",), ("id", "category", "task_type", "system"), CONVERSATION),
    Format(
        "preferences",
        "preference pairs",
        ("chosen", "rejected"),
        (*PROMPTS, *CHATS, "id", "task_type", "system"),
        _as_tasks(preferred_task),
    ),
    Format(
        "alpaca",
        "an Alpaca file",
        ("instruction", "output"),
        ("input", "id", "task_type", "is_classification", "system", "history"),
        {
            **_as_tasks(alpaca_task),
            QUESTIONS: lambda row: question_record(
                ["\n\n".join(filter(None, (text(row, "instruction"), text(row, "input", ""))))],
                first_of(row, "id"),
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
            QUESTIONS: lambda row: question_record(
                [text(row, "text"), *turns_of_texts(row.get("follow_ups") or [], "follow_ups")],
                first_of(row, "id"),
                text_or_none(row, "category"),
            )
        },
    ),
)
_MAPPED_TASKS = _as_tasks(alpaca_task)
MAPPED = {
    **dict.fromkeys(_TASKS, ("instruction", "input", "output", "id", "task_type", "is_classification", "system", "history")),
    QUESTIONS: ("text", "category", "id", "turns"),
    ANSWERS: ("answer", "turns", "id", "question"),
}
"""What `--map` can name, by what is made of the file; a row has at least the first, or `turns`."""


def mapped(target: str, row: Row) -> Record:
    """Return what a row says whose fields `--map` named.

    Raises:
        Wrong: a field is missing or has another form.
    """
    if target in _TASKS:
        return _MAPPED_TASKS[target](row)
    if target == QUESTIONS:
        turns = turns_of_texts(array(row, "turns"), "turns") if "turns" in row else [text(row, "text")]
        return question_record(turns, first_of(row, "id"), text_or_none(row, "category"))
    turns = turns_of_texts(array(row, "turns"), "turns") if "turns" in row else turns_of_texts([row.get("answer")], "answer")
    return AnswerRecord(turns, first_of(row, "id"), [text(row, "question")] if "question" in row else None)
