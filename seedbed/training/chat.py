"""Convert messages to text for a base: with its tokenizer's chat template, or with a built-in one."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from seedbed.training.settings import AllSettings
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

TEMPLATES = {
    "alpaca": (
        "{% for message in messages %}"
        "{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}"
        "{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}"
        "{% else %}{{ '### Response:\\n' + message['content'] + eos_token }}{% endif %}"
        "{% endfor %}"
        "{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}"
    ),
    "chatml": (
        "{% for message in messages %}"
        "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
        "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}"
        "{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    ),
}
"""Jinja, by the name that `bases.<id>.chat_template` gives."""


class Part(NamedTuple):
    """What is trained on at once.

    Attributes:
        row: the number of its row, from 1.
        prompt: the messages before the answer.
        completion: the answer, as the one message.
    """

    row: int
    prompt: list[Row]
    completion: list[Row]


def parts(rows: Iterable[Row], settings: AllSettings, tokenizer: Any) -> Iterator[Part]:
    """Yield what is trained on: each answer after all that was said before it; with the loss on all, each row once.

    An answer after the first that begins beyond `max_length` is left out, since it would have no loss.

    Args:
        rows: `messages`, the last of them the assistant's.
        settings: of `train`, every one.
        tokenizer: of transformers, with a template.
    """
    for number, row in enumerate(rows, 1):
        messages = row["messages"]
        places = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
        for place in places if settings["loss_on"] == "answer" else places[-1:]:
            prompt = messages[:place]
            if settings["loss_on"] == "answer" and place > places[0]:
                text = tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
                if len(tokenizer(text)["input_ids"]) >= settings["max_length"]:
                    break
            yield Part(number, prompt, [messages[place]])


_SYSTEM = "Z5Q-system-Z5Q"


def use_template(tokenizer: Any, name: str, base: str) -> None:
    """Give a tokenizer its chat template, and a padding token.

    Args:
        tokenizer: of transformers.
        name: `own`, or one of `TEMPLATES`.
        base: id of the base, for messages.

    Raises:
        UserError: there is no template, it drops the system message, or the tokenizer has no end-of-text token.
    """
    if name != "own":
        tokenizer.chat_template = TEMPLATES[name]
    if not tokenizer.chat_template:
        raise UserError(f"bases.{base}: its tokenizer has no chat template; set chat_template to one of {', '.join(TEMPLATES)}")
    if tokenizer.eos_token is None:
        raise UserError(f"bases.{base}: its tokenizer has no end-of-text token (eos_token); add it to tokenizer_config.json")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    messages = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": "?"}]
    try:
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except Exception as error:  # a template is a program of somebody else's, and raises what it likes
        raise UserError(f"bases.{base}: its chat template refuses a system message ({error}); {_ANOTHER}") from None
    if _SYSTEM not in text:
        raise UserError(f"bases.{base}: its chat template drops the system message; {_ANOTHER}")


_ANOTHER = f"set chat_template to one of {', '.join(TEMPLATES)}"
