"""Pseudo-localising: visible, and read back without loss."""

import json
import re
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.filtering.tokenisers import space
from seedbed.stand_in.alphabets import _CODES, SCRIPTS
from seedbed.stand_in.localise import CLOSE, OPEN, localise, unlocalise

LANGUAGES = ["ko", "de", "fr", "ru", "el", "he", "th", "zh", "ka", "pl", "hi", "xx"]
TRICKY = [
    *("`a b`", "```py\nx = 1\n```", "```", "`", "https://a.b/c?d=e", "http://", "${name}", "$name", "{x}", "{", "}"),
    *("%s", "%d", "<b>", "</b>", "<", " ", "\n", "_", "$", "5", "\xa0", "é", "ß", "Ä", "⟦", "⟧", "⟪", "⟫", "\u0332"),
    *("아", "아\u0332", "б", "З", "山", "א", "ą", "ı", "İ", "昭和"),
]
texts = st.lists(st.sampled_from(TRICKY) | st.text(max_size=3) | st.sampled_from(ascii_letters), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from(LANGUAGES))
def test_every_text_is_read_back(text: str, language: str) -> None:
    assert unlocalise(localise(text, language), language) == text


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ko", "⟦오̲피에나 타하에 다오오리.⟧"),
        ("de", "⟦Öpen the döör.⟧"),
        ("ru", "⟦Опен тхе доор.⟧"),
        ("el", "⟦Οπεν τηε δοορ.⟧"),
        ("zh", "⟦田̲石金心 雨月金 木田田米.⟧"),
        ("xx", "⟦Ópén thé dóór.⟧"),
        ("en", "Open the door."),
    ],
)
def test_what_it_looks_like(language: str, expected: str) -> None:
    assert localise("Open the door.", language) == expected


def test_blank_texts_and_texts_of_others_stay() -> None:
    assert localise("", "ko") == ""
    assert localise(" \n", "ko") == " \n"
    assert unlocalise("문을 여세요.", "ko") == "문을 여세요."


def test_a_lost_mark_does_no_harm() -> None:
    assert unlocalise(localise("Open the door.", "ko").removesuffix(CLOSE), "ko") == "Open the door."


@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_code_urls_and_placeholders_stay(language: str) -> None:
    text = "Add 12.5% of {sum}: `total(x)`, ${name} at https://example.org/a?b=c\n```python\nprint(1)\n``` or <b>%s</b>."
    found = localise(text, language)
    for kept in (
        "12.5%",
        "{sum}:",
        "`total(x)`",
        "${name}",
        "https://example.org/a?b=c\n",
        "```python\nprint(1)\n```",
        "<b>%s</b>.",
    ):
        assert kept in found
    assert found.startswith(OPEN)
    assert found.endswith(CLOSE)


def test_a_text_in_the_languages_own_letters_stays_whole() -> None:
    assert localise("Translate 시작이 반이다 now", "ko").split(" ", 1)[1].startswith("⟪시작이⟫ ⟪반이다⟫ ")
    assert "시작이 반이다" in localise("Translate 시작이 반이다 now", "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_keep_their_number_and_their_letters(language: str) -> None:
    text = "The quick brown fox jumps over the lazy dog near the river bank."
    ours, theirs = space(localise(text, language)), space(text)
    assert len(ours) == len(theirs)
    bare = [re.sub("\u0332", "", word) for word in ours]
    assert [len(word) for word in bare] == [len(word.replace("s", "ss") if language == "de" else word) for word in theirs]
    assert len(set(bare)) == len(set(theirs))


def test_json_stays_json() -> None:
    assert len(json.loads(localise('{"name": "a tide pool", "count": 3}', "ko").strip("⟦⟧"))) == 2


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_without_capitals_underlines_them(script: str) -> None:
    language = _CODES[script].split()[0]
    small, large = localise("a", language), localise("A", language)
    assert large in (small.upper(), small[:2] + "\u0332" + CLOSE)
    assert large != small
