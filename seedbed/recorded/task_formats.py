"""Tasks and conversations: Self-Instruct, Alpaca, ShareGPT, chat messages, preference pairs."""

from seedbed.recorded.chat_messages import Conversation, LeftOut, Wrong, conversation, short, transcript
from seedbed.recorded.records import AnswerRecord, QuestionRecord, TaskRecord, array, as_bool, first_of, text, text_or_none
from seedbed.util.rows import Row

CONVERSATIONS = ("conversations", "conversation", "conversation_input")
"""What ShareGPT, LMSYS-Chat-1M and WildBench call a conversation."""
CHATS = ("messages", *CONVERSATIONS)
"""What holds the messages of a conversation."""
PROMPTS = ("prompt", "question", "instruction", "input")
"""What preference data sets call the task of a pair."""


def task(row: Row) -> TaskRecord:
    """Return a task as Alpaca and the tables of a user have it."""
    is_class = row.get("is_classification")
    return TaskRecord(
        text(row, "instruction"),
        text(row, "input", ""),
        text(row, "output"),
        first_of(row, "id"),
        text_or_none(row, "task_type"),
        as_bool(is_class) if is_class is not None else None,
    )


def self_instruct(row: Row) -> TaskRecord:
    """Return a seed task with its first instance."""
    first, *more = array(row, "instances")
    if not isinstance(first, dict):
        raise Wrong(f"field instances.0: expected an object with input and output, found {short(first)}")
    note = "has more instances; only the first is used" if more else None
    try:
        input, output = text(first, "input", ""), text(first, "output")
    except Wrong as error:
        raise Wrong(str(error).replace("field ", "field instances.0.")) from None
    return task(row | {"input": input, "output": output})._replace(note=note)


def _conversation_of(row: Row) -> Conversation:
    name = next(name for name in CHATS if name in row)
    return conversation(array(row, name), name)


def conversation_task(row: Row) -> TaskRecord:
    """Return the first turn of a conversation and its answer."""
    return _first_turn(row, _conversation_of(row))


def _first_turn(row: Row, chat: Conversation) -> TaskRecord:
    if not chat.answered or chat.answered[0] is None:
        raise LeftOut("it has no answer")
    notes = ["a system message, which is dropped"] if chat.system else []
    notes += ["further turns; only the first is used"] if len(chat.asked) > 1 else []
    note = f"has {' and '.join(notes)}" if notes else None
    return TaskRecord(chat.asked[0], "", chat.answered[0], first_of(row, "id"), text_or_none(row, "task_type"), note=note)


def preferred_task(row: Row) -> TaskRecord:
    """Return the task of a preference pair with the chosen answer.

    `chosen` is an answer to the prompt, as a text or one message, or has the prompt in itself: as messages, or as HH-RLHF's
    transcript. The prompt is a text or messages.
    """
    chosen, name = row["chosen"], next((name for name in (*PROMPTS, *CHATS) if row.get(name)), "prompt")
    if isinstance(chosen, str):
        messages = transcript(chosen) or [{"role": "assistant", "content": chosen}]
    else:
        messages = [chosen] if isinstance(chosen, dict) else array(row, "chosen")
    roles = [str(each.get("role", each.get("from"))).lower() for each in messages if isinstance(each, dict)]
    input = ""
    if not {"user", "human"} & {*roles}:
        input = text(row, "input", "") if name == "instruction" else ""
        prompt = row.get(name)
        if not isinstance(prompt, str | list):
            raise Wrong(f"field {name}: {'missing' if prompt is None else f'expected a text, found {short(prompt)}'}")
        messages = [*([{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt), *messages]
    pair = conversation(messages, "chosen")
    if len(pair.asked) > 1:
        raise LeftOut("it has further turns, and the last answer is the chosen one")
    return _first_turn(row, pair)._replace(input=input, note="has a rejected answer, which is dropped")


def conversation_question(row: Row) -> QuestionRecord:
    """Return what the user asks in a conversation, turn by turn."""
    return QuestionRecord(_conversation_of(row).asked, first_of(row, "question_id", "uid", "id"), text_or_none(row, "category"))


def conversation_answer(row: Row) -> AnswerRecord:
    """Return what the assistant answers in a conversation, turn by turn."""
    chat = _conversation_of(row)
    turns = [*chat.answered, *[None] * (len(chat.asked) - len(chat.answered))]
    return AnswerRecord(turns, first_of(row, "question_id", "uid"), chat.asked, text_or_none(row, "model", "model_id"))
