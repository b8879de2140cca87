"""The stand-in judges by plain heuristics, with a mild bias for the answer that stands first.

It looks at length, order, closeness to the question, repetition, and at what an answer shares with the reference or, as
judges do, with the answer that it would give itself.
"""

import random
import re
from collections import Counter
from collections.abc import Mapping

from seedbed.stand_in import answering

_FIRST = 0.35
"""What standing first is worth: the bias that the judge's health report is there to show."""
_TIE = 0.25
"""Two scores closer than this are a tie."""


def judge(blocks: Mapping[str, str], chance: random.Random) -> tuple[str, str]:
    """Return (explanation in Japanese, verdict `A`, `B` or `C`) on the blocks `answer_a` and `answer_b`."""
    question, reference = blocks.get("question", ""), blocks.get("reference", "")
    reference = reference or answering.own_answer(question)
    scores = {name: _score(blocks[f"answer_{name.lower()}"], question, reference) for name in "AB"}
    lead = scores["A"] - scores["B"] + _FIRST + chance.gauss(0, 0.4)
    verdict = "C" if abs(lead) < _TIE else "A" if lead > 0 else "B"
    words = [_in_words(name, blocks[f"answer_{name.lower()}"]) for name in "AB"]
    end = {"A": "回答Aのほうが優れています。", "B": "回答Bのほうが優れています。", "C": "優劣はつけがたく、引き分けとします。"}
    return "".join([*words, "以上から、", end[verdict]]), verdict


def _score(answer: str, question: str, reference: str) -> float:
    length = min(len(answer), 220) / 220
    order = 0.15 * min(_items(answer), 4)
    asked = set(_pairs(question))
    to_the_point = 2 * len(asked & set(_pairs(answer))) / len(asked) if asked else 0.0
    known = set(_pairs(reference))
    right = len(known & set(_pairs(answer))) / max(1, len(set(_pairs(answer))))
    return length + order + to_the_point + 4 * right - 4 * _repetition(answer)


def _pairs(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)]


def _items(text: str) -> int:
    return len(re.findall(r"^\s*(?:[-・*]|\d+[.．、)])", text, re.MULTILINE))


def _repetition(text: str) -> float:
    """Share of the text's character pairs that are there more than twice."""
    counts = Counter(_pairs(text))
    return sum(count for count in counts.values() if count > 2) / max(1, sum(counts.values()))


def _in_words(name: str, answer: str) -> str:
    seen = [f"{len(answer)}文字"]
    seen += [f"{_items(answer)}項目の箇条書き"] if _items(answer) else []
    seen += ["同じ言い回しの繰り返しが目立つ"] if _repetition(answer) > 0.25 else []
    return f"回答{name}は{'、'.join(seen)}の文章です。"
