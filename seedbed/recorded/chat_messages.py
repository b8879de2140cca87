"""Chat messages, as tools write them: OpenAI's `role` and `content`, ShareGPT's `from` and `value`."""

import json
import re
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, NamedTuple

from seedbed.util.visible import is_blank

_OF_JSON = (bool, int, float, str, list, dict, NoneType)


class LeftOut(Exception):
    """A row that is passed over, and counted; the message is the reason."""


class Wrong(Exception):
    """A field that is not what the format says; the message is the field and what is wrong with it."""


def content(value: Any, field: str) -> str | None:
    """Return the text of a message's content: a text, parts of type text, or an object that holds it; None where it is null."""
    match value:
        case None | str():
            return value
        case {"answer": str() | None as inner} | {"content": str() | None as inner} | {"text": str() | None as inner}:
            return inner
        case [*parts]:
            texts = [  # OpenAI's parts have `text`, LLaMA-Factory's `value`
                part.get("text", part.get("value")) if isinstance(part, dict) and part.get("type", "text") == "text" else None
                for part in parts
            ]
            if any(not isinstance(each, str) for each in texts):
                raise LeftOut("a message has parts that are no text")
            return "".join(filter(None, texts))
    raise Wrong(f"field {field}: expected a text, found {short(value)}")


_ROLES = {
    **dict.fromkeys(("human", "user", "prompter"), "user"),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "bing", "bard", "model", "ai"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
}


class Conversation(NamedTuple):
    """A conversation: what was asked and answered, turn by turn; None where an answer is missing.

    Attributes:
        system: the system message; None where there is none, or it is blank.
        asked: by the user.
        answered: by the assistant; the last answer may be missing.
        cut: whether it went on, and no further exchange is taken since the next one is none.
    """

    system: str | None
    asked: list[str]
    answered: list[str | None]
    cut: bool = False


def conversation(messages: Sequence[Any], field: str, *, whole: bool = True) -> Conversation:
    """Return a conversation of chat messages (`role`, `content`), ShareGPT's (`from`, `value`), or texts of either in turn.

    Args:
        messages: of the conversation.
        field: its name, for messages.
        whole: whether all of it is needed; otherwise it ends before the first later exchange that is none.

    Raises:
        LeftOut: it is no exchange of texts between one user and one assistant.
        Wrong: a message is none.
    """
    if all(isinstance(message, str) for message in messages):  # as LIMA and UltraChat have them
        messages = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(messages)]
    chat = Conversation(None, [], [])
    for place, message in enumerate(messages):
        try:
            chat = _taken(chat, message, f"{field}.{place}")
        except LeftOut:
            begins = isinstance(message, dict) and _role_of(message) in ("user", "system")
            kept = len(chat.answered) if begins else len(chat.asked) - 1  # what follows a question belongs to its exchange
            if whole or kept < 1:
                raise
            return Conversation(chat.system, chat.asked[:kept], chat.answered[:kept], cut=True)
    if not chat.asked:
        raise LeftOut("nobody asks anything in it")
    return chat


def _role_of(message: Mapping[str, Any]) -> str | None:
    """Return whose a message is, `user`, `assistant` or `system`; None for anybody else's."""
    given = message.get("role", message.get("from"))
    return _ROLES.get(given.lower()) if isinstance(given, str) else None


def _taken(chat: Conversation, message: Any, name: str) -> Conversation:
    """Return a conversation with its next message.

    Args:
        chat: so far; its lists grow.
        message: any value.
        name: the field, for messages.
    """
    if not isinstance(message, dict) or not (key := next((k for k in ("role", "from") if k in message), None)):
        raise Wrong(f"field {name}: expected a message with role and content, or from and value, found {short(message)}")
    role = _role_of(message)
    if role is None:
        raise LeftOut(f"a message is of {short(message[key])}, neither user nor assistant")
    words = content(message.get("content" if key == "role" else "value"), f"{name}.{'content' if key == 'role' else 'value'}")
    if role == "system":
        if chat.asked:
            raise LeftOut("a system message stands amid the conversation")
        return chat._replace(system="\n\n".join(each for each in (chat.system, words) if each and not is_blank(each)) or None)
    if role == "user":
        if len(chat.answered) < len(chat.asked):
            raise LeftOut("two messages of the user stand one after the other")
        if words is None or is_blank(words):
            raise LeftOut("a message of the user is blank")
        chat.asked.append(words)
    elif len(chat.answered) == len(chat.asked):
        raise LeftOut(
            "the conversation begins with the assistant" if not chat.asked else "two answers stand one after the other"
        )
    else:
        chat.answered.append(words)
    return chat


def transcript(text: str) -> list[dict[str, str]]:
    r"""Return the messages of a transcript as HH-RLHF has it, `\n\nHuman: …\n\nAssistant: …`; none of any other text."""
    if not text.startswith("\n\nHuman:"):
        return []
    _, *parts = re.split(r"\n\n(Human|Assistant):", text)
    return [{"role": role, "content": words.strip()} for role, words in zip(parts[::2], parts[1::2], strict=True)]


def short(value: object) -> str:
    """Return a value as messages show it, cut where it is long."""
    shown = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, _OF_JSON) else repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
