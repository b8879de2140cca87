"""One register in a text: polite or plain."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.data.bundled import (
    FENCE,
    JAPANESE,
    one_register,
    repertoire,
    report,
)

MIXED = {
    "answers roleplay-02 good": "a storyteller's patter: polite to the audience, plain where he muses",
    "answers roleplay-04 good": "a guide to children, who wonders aloud",
    "answers writing-01 good": "a plain sentence that the next takes up: そういう人です",
}
"""Texts that mix registers on purpose, and why: few, and none of the seeds."""
LISTED = re.compile(r"^\s*(?:[-・*#|]|\d+[.．)]|（\d+）|【).*$", re.MULTILINE)
INNERMOST = re.compile(r"「[^「」]*」|『[^『』]*』|（[^（）]*）|“[^“”]*”")
POLITE = {"です", "ます", "くださる"}


@cache
def morphemes() -> Callable[[str], Any]:
    """Return SudachiPy's own tokeniser, which tells parts of speech."""
    from sudachipy import Dictionary, SplitMode

    tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.C)
    return lambda text: list(tokenizer.tokenize(text))


def register(sentence: str) -> str:
    """Return `polite`, `plain`, or nothing where the sentence ends in no predicate.

    The predicate is the run of auxiliaries and particles at the end, and the word before it. It is polite with です, ます
    or ください in it, else plain where its last inflected word is in a form that can end a sentence.
    """
    form = ""
    for word in reversed(morphemes()(sentence)):
        kind, detail, _, _, _, inflection = word.part_of_speech()
        if kind in ("補助記号", "空白"):
            continue
        if word.dictionary_form() in POLITE:
            return "polite"
        form = form or (inflection if inflection != "*" else "")
        if kind != "助動詞" and not (kind == "助詞" and detail in ("終助詞", "接続助詞", "準体助詞")):
            break
    return "plain" if form.startswith(("終止形", "連体形", "意志推量形")) else ""


def narration(text: str) -> list[str]:
    """Return the sentences of `text` without code, list items and what stands in brackets: speech, quotations, asides."""
    text, before = LISTED.sub("", FENCE.sub("\n", text)), ""
    while text != before:
        text, before = INNERMOST.sub("◇", text), text
    return [sentence for sentence in re.split(r"[。！？!?\n]", text) if JAPANESE.search(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("本を読みます", "polite"),
        ("そうではありません", "polite"),
        ("いかがでしょうか", "polite"),
        ("ご自愛くださいませ", "polite"),
        ("閉めてくださいね", "polite"),
        ("休むからです", "polite"),
        ("休館日である", "plain"),
        ("長くなった", "plain"),
        ("行けないからだ", "plain"),
        ("よいだろう", "plain"),
        ("ないよ", "plain"),
        ("三人の違い", ""),
        ("昼寝は短く、早めに", ""),
    ],
)
def test_the_detector_of_registers(sentence: str, expected: str) -> None:
    assert register(sentence) == expected


def test_speech_lists_and_code_are_no_narration() -> None:
    text = "彼は「行くよ。」と言いました。\n- 走る。\n1. 止まる。\n```\n寝る。\n```\nそれ（『犬』だ）です。"
    assert narration(text) == ["彼は◇と言いました", "それ◇です"]


def mixed(text: str) -> str:
    """Return two sentence ends of different registers, or nothing."""
    found = {register(sentence): sentence[-30:] for sentence in narration(text)}
    return f"{found['polite']!r} beside {found['plain']!r}" if {"polite", "plain"} <= set(found) else ""


def test_no_text_mixes_registers() -> None:
    found = {str(at): ends for at in one_register() if (ends := mixed(at.text))}
    problems = [f"{place}: {ends}" for place, ends in found.items() if place not in MIXED]
    problems += [f"{place}: exempt, but mixes nothing" for place in set(MIXED) - set(found)]
    report(problems)


def test_the_machine_mixes_registers() -> None:
    """One of its typical faults; and a sign that the detector is awake."""
    assert sum(bool(mixed(row["target"])) for row in repertoire("phrasebook")) >= 30


def test_what_frames_quote_is_polite() -> None:
    """A topic's sentences stand side by side with the frames' own."""
    problems = []
    for row in repertoire("topics"):
        said = {name: row[name] for name in ("definition", "benefit", "drawback", "difference")}
        said |= {f"aspects[{number}].text": aspect["text"] for number, aspect in enumerate(row["aspects"])}
        for field, text in said.items():
            if not text.endswith("。") or any(register(sentence) != "polite" for sentence in narration(text)):
                problems.append(f"topics {row['topic']} {field}: not a polite sentence: {text!r}")
    report(problems)
