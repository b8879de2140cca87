"""A translation that is none is unusable, and what may stay as it is may."""

import re
from typing import Any

import pytest

from seedbed.exchange.replies import Unusable
from seedbed.exchange.requests import Request
from seedbed.filtering.language import Language
from seedbed.steps.translating import reader
from seedbed.util.canonical import canonical

ENGLISH = "Name the three longest rivers of this country, and say through which towns they flow."
CODE = "```python\nfor number in range(10):\n    print(number * number, number * number * number)\n```"
JAPANESE = Language([(re.compile("[ぁ-んァ-ヶ一-龠]"), 0.5)], [], [], [], [])


def read(source: str, translation: str, language: Language = JAPANESE) -> dict[str, str]:
    request = Request("q1", {"reply": {"structured": "json_schema", "name": "translated_question", "schema": {}}})
    response = {
        **{"text": canonical({"text": translation}), "refusal": None, "finish_reason": "stop"},
        **{"model": "m", "usage": None},
    }
    row: Any = {"id": "q1", "category": "generic", "text": source}
    return reader([row], "question", language)(request, response)


@pytest.mark.parametrize(
    "translation",
    ["\u200b \u00ad", ENGLISH, ENGLISH.lower(), "가장 긴 강 세 개를 말하고 어느 도시를 흐르는지 설명하세요."],
)
def test_a_blank_one_the_source_and_another_script_are_none(translation: str) -> None:
    with pytest.raises(Unusable) as unusable:
        read(ENGLISH, translation)
    assert unusable.value.reason == "untranslated"


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        (ENGLISH, "この国で最も長い川を三つ挙げ、どの町を流れているかを述べてください。"),
        (CODE, CODE),
        ("42", "42"),
        ("Spell out NASA.", "NASAを正式名称で書いてください。"),
        ("", ""),
    ],
)
def test_a_translation_is_taken(source: str, translation: str) -> None:
    assert read(source, translation) == {"text": translation}


def test_a_language_without_scripts_refuses_no_script() -> None:
    other = Language([], [], [], [], [])
    assert read(ENGLISH, "Nombra los tres ríos más largos del país.", other)
    with pytest.raises(Unusable):
        read(ENGLISH, " ", other)
