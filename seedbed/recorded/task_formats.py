"""Tasks and conversations: Self-Instruct, Alpaca, ShareGPT, chat messages, preference pairs."""

from collections.abc import Callable
from itertools import takewhile

from seedbed.recorded.chat_messages import Conversation, LeftOut, Wrong, conversation, short, transcript
from seedbed.recorded.records import AnswerRecord, QuestionRecord, TaskRecord, array, as_bool, first_of, text, text_or_none
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank

CONVERSATIONS = ("conversations", "conversation", "conversation_input")
"""What ShareGPT, LMSYS-Chat-1M and WildBench call a conversation."""
CHATS = ("messages", *CONVERSATIONS)
"""What holds the messages of a conversation."""
PROMPTS = ("prompt", "question", "instruction", "input")
"""What preference data sets call the task of a pair."""
_CUT = "has a later turn that cannot be used; the turns before it are kept"
_REJECTED = "has a rejected answer, which is dropped"


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


def _conversation_of(row: Row, *, whole: bool = True) -> Conversation:
    name = next(name for name in CHATS if name in row)
    return conversation(array(row, name), name, whole=whole)


def conversation_task(row: Row) -> TaskRecord:
    """Return a conversation, up to the first later exchange that is none."""
    return _task_of(row, _conversation_of(row, whole=False))


def _task_of(row: Row, chat: Conversation) -> TaskRecord:
    if not chat.answered or (first := chat.answered[0]) is None:
        raise LeftOut("it has no answer")
    later = zip(chat.asked[1:], chat.answered[1:], strict=False)  # the last question may have no answer
    further = [(asked, said) for asked, said in takewhile(lambda turn: turn[1] and not is_blank(turn[1]), later) if said]
    note = _CUT if chat.cut or len(chat.asked) > 1 + len(further) else None
    system = chat.system or _system_of(row)
    return TaskRecord(
        chat.asked[0], "", first, first_of(row, "id"), text_or_none(row, "task_type"), None, note, system, further
    )


def _system_of(row: Row) -> str | None:
    """Return the system message that stands in a field of its own, as LLaMA-Factory reads it; None where it is blank."""
    system = text(row, "system", "")
    return None if is_blank(system) else system


def alpaca_task(row: Row) -> TaskRecord:
    """Return a task with LLaMA-Factory's further fields: `system`, and `history`, the exchanges before it."""
    last, history = task(row)._replace(system=_system_of(row)), row.get("history") or []
    if not history:
        return last
    if not isinstance(history, list) or not all(map(_is_exchange, history)):
        raise Wrong(f"field history: expected exchanges, [[instruction, output], …], found {short(history)}")
    turns = [*map(tuple, history), ("\n\n".join(filter(None, (last.instruction, last.input))), last.output)]
    if any(is_blank(words) for turn in turns for words in turn):
        raise LeftOut("one of its turns is blank")
    return last._replace(instruction=turns[0][0], input="", output=turns[0][1], further=turns[1:])


def _is_exchange(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value)


def first_only(read: Callable[[Row], TaskRecord]) -> Callable[[Row], TaskRecord]:
    """Return what reads a row and takes its first exchange alone, as a seed task has it; what is dropped becomes the note."""

    def first(row: Row) -> TaskRecord:
        record = read(row)
        if record.further and record.note == _REJECTED:
            raise LeftOut("it has further turns, and the last answer is the chosen one")
        dropped = ["a system message"] if record.system else []
        dropped += ["further turns"] if record.further or record.note == _CUT else []
        if not dropped:
            return record
        dropped += ["a rejected answer"] if record.note == _REJECTED else []
        note = f"has {' and '.join(dropped)}, which {'is' if dropped == ['a system message'] else 'are'} dropped"
        return record._replace(system=None, further=(), note=note)

    return first


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
    record = _task_of(row, pair)
    if record.note == _CUT:
        raise LeftOut("one of its turns has no answer")
    return record._replace(input=input, note=_REJECTED)


def conversation_question(row: Row) -> QuestionRecord:
    """Return what the user asks in a conversation, turn by turn."""
    return QuestionRecord(_conversation_of(row).asked, first_of(row, "question_id", "uid", "id"), text_or_none(row, "category"))


def conversation_answer(row: Row) -> AnswerRecord:
    """Return what the assistant answers in a conversation, turn by turn."""
    chat = _conversation_of(row)
    turns = [*chat.answered, *[None] * (len(chat.asked) - len(chat.answered))]
    return AnswerRecord(turns, first_of(row, "question_id", "uid"), chat.asked, text_or_none(row, "model", "model_id"))
