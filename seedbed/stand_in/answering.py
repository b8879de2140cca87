"""The stand-in answers at a given level: good, thin (right, but short and vague) or poor (wrong, or off the point)."""

import re
from functools import cache
from string import Template
from zlib import crc32

from rapidfuzz import fuzz, process

from seedbed.stand_in.localise import CLOSE, OPEN, localise, unlocalise
from seedbed.stand_in.models import JAPANESE
from seedbed.stand_in.repertoire import load

_KNOWN = 60.0
"""Similarity, 0 to 100, from which a question counts as one of the repertoire's, edited."""
_TOPIC = 40
"""Characters of a question that an all-purpose answer quotes."""


@cache
def _questions(language: str) -> tuple[list[str], list[dict[str, str]]]:
    """The questions that have answers of their own, in Japanese or in English, and the rows of these answers."""
    if language != JAPANESE:
        rows = load("answers.en")
        return [row["question"] for row in rows], list(rows)
    pairs = [(text, row) for row in load("answers.ja") for text in (row["question"], row["machine"])]
    return [text for text, _ in pairs], [row for _, row in pairs]


def answer(question: str, level: str, language: str = JAPANESE) -> str:
    """Return the answer to the question of the repertoire that is most like `question`, or an all-purpose one."""
    known = _known(question, language)
    if language == JAPANESE:
        return known[level] if known else _all_purpose_in_japanese(question, level)
    return localise(known[level], language) if known else _all_purpose(question, level, language)


def own_answer(question: str, language: str = JAPANESE) -> str:
    """Return the good answer where the repertoire knows the question, else nothing."""
    return answer(question, "good", language) if _known(question, language) else ""


def _known(question: str, language: str) -> dict[str, str] | None:
    texts, rows = _questions(language)
    if language != JAPANESE:
        question = unlocalise(_marked(question), language)
    match = process.extractOne(question, texts, scorer=fuzz.ratio, score_cutoff=_KNOWN)
    return rows[match[2]] if match else None


def _marked(text: str) -> str:
    """Return the pseudo-localised part of a text; all of it where it has none, for instance after a person's edit."""
    match = re.search(f"{OPEN}.*{CLOSE}", text, re.DOTALL)
    return match[0] if match else text


def _all_purpose(question: str, level: str, language: str) -> str:
    """One of a few answers that fit any question, drawn by the question, which is quoted in its own letters."""
    rows = load("all_purpose.en")
    row = rows[crc32(question.encode()) % len(rows)]
    line = _marked(question).strip(f"{OPEN}{CLOSE} \n").split("\n")[0]
    topic = line.rstrip(" .?!。？") if len(line) <= _TOPIC else line[:_TOPIC].rsplit(" ", 1)[0] + "…"
    return Template(localise(row[level], language)).substitute(topic=topic)


def _all_purpose_in_japanese(question: str, level: str) -> str:
    topic = question.splitlines()[0][:30].rstrip("。？?")
    if level == "thin":
        return f"「{topic}」については、状況によって答えが変わります。"
    if level == "poor":
        return "それはとてもよい質問です。よい質問なので、よい答えがあります。答えはよい質問の中にあります。"
    return (
        f"「{topic}」という点について、順に整理します。\n"
        "1. 前提：何が分かっていて、何が分かっていないのかを書き出します。\n"
        "2. 要点：影響の大きいものから三つに絞り、それぞれに理由を添えます。\n"
        "3. 進め方：小さく試し、結果を確かめてから広げます。\n"
        "条件をもう少し教えていただければ、より具体的にお答えできます。"
    )
