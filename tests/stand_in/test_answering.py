"""Answers and verdicts in other languages than Japanese."""

import random
import re
from collections import Counter

import pytest

from seedbed.stand_in.answering import answer, own_answer
from seedbed.stand_in.judging import judge
from seedbed.stand_in.localise import localise, unlocalise
from seedbed.stand_in.models import LEVELS
from seedbed.stand_in.repertoire import load
from tests.harness import ROOT
from tests.stand_in.filters import examples

QUESTIONS = [row["text"] for row in examples("questions", "question")]
OTHERS = re.findall(r'"text":"([^"\\]+)"\}', (ROOT / "data" / "questions.en.jsonl").read_text(encoding="utf-8"))


def test_the_example_questions_have_three_answers_each() -> None:
    rows = load("answers.en")
    assert [row["question"] for row in rows] == QUESTIONS
    assert all(set(row) == {"question", *LEVELS} and len({row[level] for level in LEVELS}) == 3 for row in rows)
    assert all(set(row) == set(LEVELS) for row in load("all_purpose.en"))
    assert len(load("all_purpose.en")) >= 3


@pytest.mark.parametrize("language", ["en", "ko", "de"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_known_question_is_answered_from_the_repertoire(language: str, level: str) -> None:
    for row in load("answers.en"):
        found = answer(localise(row["question"], language), level, language)
        assert unlocalise(found, language) == row[level]


def test_a_question_that_was_edited_or_stands_in_a_sentence_is_still_known() -> None:
    asked = QUESTIONS[1].replace("Why is", "Can you tell me why")
    assert answer(asked, "good", "en") == load("answers.en")[1]["good"]
    assert answer(f"한국어로 답해 주세요.\n{localise(asked, 'ko')}", "thin", "ko") == localise(
        load("answers.en")[1]["thin"], "ko"
    )


def test_the_sum_of_the_example_question_is_right() -> None:
    row = next(row for row in load("answers.en") if "240 metres" in row["question"])
    left = str((80 - 4) * (40 - 4))
    assert left in row["good"]
    assert left in row["thin"]
    assert left not in row["poor"]


def test_any_other_question_gets_an_all_purpose_answer_that_quotes_it() -> None:
    asked = "How do I remove candle wax from a wooden table? It has been there for a week."
    assert "“How do I remove candle wax from a…”" in answer(asked, "good", "en")
    localised = answer(localise(asked, "ru"), "good", "ru")
    assert "“How do I remove candle wax from a…”" in unlocalise(localised, "ru")
    assert "“양초 왁스를 어떻게 지우나요”" in answer("양초 왁스를 어떻게 지우나요?", "good", "ko")
    assert own_answer(asked, "en") == ""


@pytest.mark.parametrize("language", ["en", "ko"])
def test_good_wins_and_poor_does_not(language: str) -> None:
    """Over many questions, in both orders; a mild bias for the first answer shows, as in Japanese."""
    verdicts: Counter[str] = Counter()
    first = 0
    for number, question in enumerate([*QUESTIONS, *OTHERS]):
        asked = localise(question, language)
        answers = {level: answer(asked, level, language) for level in LEVELS}
        for better, worse in (("good", "thin"), ("thin", "poor")):
            for one, other in ((better, worse), (worse, better)):
                blocks = {"question": asked, "answer_a": answers[one], "answer_b": answers[other]}
                verdict = judge(blocks, random.Random(f"{number} {one} {other}"), language)[1]
                winner = {"A": one, "B": other, "C": "tie"}[verdict]
                verdicts["right" if winner == better else "wrong" if winner == worse else "tie", better] += 1  # type: ignore[index]
                first += {"A": 1, "B": -1, "C": 0}[verdict]
    assert verdicts["right", "good"] > 9 * verdicts["wrong", "good"]  # type: ignore[index]
    assert verdicts["right", "thin"] > verdicts["wrong", "thin"]  # type: ignore[index]
    assert 0 < first < sum(verdicts.values()) / 2


def test_many_repetitions_are_remarked_on() -> None:
    blocks = {"question": "Why?", "answer_a": "It is so because it is so. " * 6, "answer_b": "1. Because.\n2. Therefore."}
    assert judge(blocks, random.Random(0), "en")[0] == (
        "Answer A has 162 characters, with many repetitions. Answer B has 25 characters, with 2 points in a list. "
        "All in all, answer B is the better one."
    )
