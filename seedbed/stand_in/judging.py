"""The stand-in judges by plain heuristics, with a mild bias for the answer that stands first.

It looks at length, order, closeness to the question, repetition, and at what an answer shares with the reference or, as
judges do, with the answer that it would give itself.
"""

import random
import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from seedbed.stand_in import answering
from seedbed.stand_in.localise import localise
from seedbed.stand_in.models import JAPANESE

_FIRST = 0.35
"""What standing first is worth: the bias that the judge's health report is there to show."""
_TIE = 0.25
"""Two scores closer than this are a tie."""
_MUCH_BETTER = 1.0
"""From this lead on an answer is much better, where the verdict has five steps."""
STEPS = {"A": ("A>B", "A>>B"), "B": ("B>A", "B>>A"), "C": ("A=B", "A=B")}
"""A verdict in five steps: slight, strong."""
_LONG, _LONG_IN_LETTERS = 220, 500
"""Characters from which an answer gains nothing by being longer: in Japanese, and where words are spelled in letters."""
_MUCH = 0.25
"""Share of repetition that is worth a remark."""


def judge(
    blocks: Mapping[str, str], chance: random.Random, language: str = JAPANESE, in_steps: bool = False
) -> tuple[str, str]:
    """Return (explanation, verdict `A`, `B` or `C`, or one of five steps) on the blocks `answer_a` and `answer_b`."""
    question, reference = blocks.get("question", ""), blocks.get("reference", "")
    reference = reference or answering.own_answer(question, language)
    answers = {name: blocks[f"answer_{name.lower()}"] for name in "AB"}
    scores = {name: _score(answer, question, reference, language) for name, answer in answers.items()}
    lead = scores["A"] - scores["B"] + _FIRST + chance.gauss(0, 0.4)
    verdict = "C" if abs(lead) < _TIE else "A" if lead > 0 else "B"
    shown_verdict = STEPS[verdict][abs(lead) >= _MUCH_BETTER] if in_steps else verdict
    if language == JAPANESE:
        return _in_japanese(answers, verdict), shown_verdict
    return localise(_in_english(answers, verdict, language), language), shown_verdict


def rate(blocks: Mapping[str, str], chance: random.Random, language: str = JAPANESE) -> tuple[str, int]:
    """Return (explanation, rating from 1 to 10) of the block `answer`."""
    question = blocks.get("question", "")
    reference = blocks.get("reference", "") or answering.own_answer(question, language)
    answer = blocks["answer"]
    rating = min(10, max(1, round(1 + 2 * _score(answer, question, reference, language) + chance.gauss(0, 0.5))))
    if language == JAPANESE:
        seen = [f"{len(answer)}文字"] + ([f"{_items(answer)}項目の箇条書き"] if _items(answer) else [])
        seen += ["同じ言い回しの繰り返しが目立つ"] if _repetition(answer, JAPANESE) > _MUCH else []
        return f"回答は{'、'.join(seen)}の文章です。以上から、{rating}点とします。", rating
    return localise(f"The answer has {len(answer)} characters, and its rating is {rating}.", language), rating


def _score(answer: str, question: str, reference: str, language: str) -> float:
    length = min(len(answer) / (_LONG if language == JAPANESE else _LONG_IN_LETTERS), 1.0)
    order = 0.15 * min(_items(answer), 4)
    question_pairs, answer_pairs = set(_pairs(question, language)), set(_pairs(answer, language))
    to_the_point = 2 * len(question_pairs & answer_pairs) / len(question_pairs) if question_pairs else 0.0
    right = len(set(_pairs(reference, language)) & answer_pairs) / max(1, len(answer_pairs))
    return length + order + to_the_point + 4 * right - 4 * _repetition(answer, language)


def _pairs(text: str, language: str) -> list[Any]:
    """Pairs of characters in Japanese; of words where letters alone say little."""
    if language == JAPANESE:
        return [text[i : i + 2] for i in range(len(text) - 1)]
    return list(pairwise(text.casefold().split()))


def _items(text: str) -> int:
    return len(re.findall(r"^\s*(?:[-・*]|\d+[.．、)])", text, re.MULTILINE))


def _repetition(text: str, language: str) -> float:
    """Share of the text's pairs that are there more than twice."""
    counts = Counter(_pairs(text, language))
    return sum(count for count in counts.values() if count > 2) / max(1, sum(counts.values()))


def _in_japanese(answers: Mapping[str, str], verdict: str) -> str:
    words = []
    for name, answer in answers.items():
        seen = [f"{len(answer)}文字"]
        seen += [f"{_items(answer)}項目の箇条書き"] if _items(answer) else []
        seen += ["同じ言い回しの繰り返しが目立つ"] if _repetition(answer, JAPANESE) > _MUCH else []
        words.append(f"回答{name}は{'、'.join(seen)}の文章です。")
    end = {"A": "回答Aのほうが優れています。", "B": "回答Bのほうが優れています。", "C": "優劣はつけがたく、引き分けとします。"}
    return "".join([*words, "以上から、", end[verdict]])


def _in_english(answers: Mapping[str, str], verdict: str, language: str) -> str:
    words = []
    for name, answer in answers.items():
        seen = [f"{_items(answer)} points in a list"] if _items(answer) else []
        seen += ["many repetitions"] if _repetition(answer, language) > _MUCH else []
        words.append(f"Answer {name} has {len(answer)} characters" + (f", with {' and '.join(seen)}." if seen else "."))
    end = {"A": "answer A is the better one.", "B": "answer B is the better one.", "C": "neither is better, so it is a tie."}
    return " ".join([*words, f"All in all, {end[verdict]}"])
