"""The stand-in answers at a given level: good, thin (right, but short and vague) or poor (wrong, or off the point)."""

from functools import cache

from rapidfuzz import fuzz, process

from seedbed.stand_in.repertoire import load

LEVELS = ("good", "thin", "poor")
_KNOWN = 60.0
"""Similarity, 0 to 100, from which a question counts as one of the repertoire's, edited."""


@cache
def _questions() -> tuple[list[str], list[dict[str, str]]]:
    rows = load("answers.ja")
    pairs = [(text, row) for row in rows for text in (row["question"], row["machine"])]
    return [text for text, _ in pairs], [row for _, row in pairs]


def answer(question: str, level: str) -> str:
    """Return the answer to the question of the repertoire that is most like `question`, or an all-purpose one."""
    known = _known(question)
    return known[level] if known else _all_purpose(question, level)


def own_answer(question: str) -> str:
    """Return the good answer where the repertoire knows the question, else nothing."""
    known = _known(question)
    return known["good"] if known else ""


def _known(question: str) -> dict[str, str] | None:
    texts, rows = _questions()
    found = process.extractOne(question, texts, scorer=fuzz.ratio, score_cutoff=_KNOWN)
    return rows[found[2]] if found else None


def _all_purpose(question: str, level: str) -> str:
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
