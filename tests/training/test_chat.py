"""What is trained on of a conversation; without a tokenizer of a real base."""

from typing import Any

import pytest

from seedbed.training.chat import parts
from seedbed.training.settings import settings_of

TALK = [
    {"role": role, "content": words}
    for role, words in (("system", "s"), ("user", "one"), ("assistant", "1"), ("user", "two"), ("assistant", "2"))
]
PLAIN = [{"role": "user", "content": "x" * 99}, {"role": "assistant", "content": "y"}]


class Tokenizer:
    """One token a letter."""

    def apply_chat_template(self, messages: Any, *, tokenize: bool, add_generation_prompt: bool) -> str:
        return "".join(message["content"] for message in messages)

    def __call__(self, text: str) -> dict[str, list[str]]:
        return {"input_ids": [*text]}


@pytest.mark.parametrize(
    ("train", "expected"),
    [
        ({}, [(1, 2), (1, 4), (2, 1)]),  # every answer, after all before it
        ({"loss_on": "all"}, [(1, 4), (2, 1)]),
        ({"max_length": 8}, [(1, 2), (2, 1)]),  # the second answer begins beyond it; a first one is never left out
        ({"max_length": 9}, [(1, 2), (1, 4), (2, 1)]),
    ],
)
def test_each_answer_is_learnt_after_all_that_was_said_before(train: Any, expected: list[tuple[int, int]]) -> None:
    rows = [{"messages": TALK}, {"messages": PLAIN}]
    found = list(parts(rows, settings_of(train), Tokenizer()))
    assert [(part.row, len(part.prompt)) for part in found] == expected
    for part in found:
        messages = rows[part.row - 1]["messages"]
        assert [*part.prompt, *part.completion] == messages[: len(part.prompt) + 1]
