"""No seed is about what a question asks: measured by subject words, which ROUGE-L does not see."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from seedbed.stand_in import japanese
from seedbed.stand_in.filling import PARTS
from tests.data.bundled import edits, final, report

MOST = 0.25
"""Greatest likeness of subjects (`likeness`) of a seed with a question."""
MOST_GENERATED, MOST_OF_ONE_WORD = 0.3, 0.4
"""The same for a generated row, and for one that has a single word in common with a question: short questions have few."""
KNOWN_BY_ALL = 16
"""A noun in as many rows and questions as this, or more, is no subject."""


@cache
def morphemes() -> Callable[[str], Any]:
    """Return SudachiPy's own tokeniser, which tells parts of speech."""
    from sudachipy import Dictionary, SplitMode

    found: Callable[[str], Any] = Dictionary(dict="core").tokenizer(mode=SplitMode.C).tokenize
    return found


def nouns(text: str) -> Counter[str]:
    """Return how often each noun stands in a text, in its normal form: 子ども and 子供 are one."""
    found: Counter[str] = Counter()
    for word in morphemes()(text):
        kind, detail, more, *_ = word.part_of_speech()
        if kind == "名詞" and detail in ("普通名詞", "固有名詞") and more != "助数詞可能":
            form = word.normalized_form()
            if len(form) > 1 or "一" <= form <= "鿿":
                found[form] += 1
    return found


@cache
def questions() -> dict[str, Counter[str]]:
    """Return the nouns of each question, and of both turns of each conversation."""
    conversations = {id: nouns("\n".join(edit["fields"].values())) for id, edit in edits("two_turns").items()}
    return {row["id"]: nouns(row["text"]) for row in final("questions")} | conversations


@cache
def seeds() -> dict[str, Counter[str]]:
    """Return the nouns of each seed: of its instruction, its input and its output."""
    return {
        row["id"]: nouns("\n".join(row[field] for field in ("instruction", "input", "output"))) for row in final("seed_tasks")
    }


@cache
def weights() -> dict[str, float]:
    """Return how much each noun says of a subject: the fewer texts have it, the more."""
    texts = Counter(noun for counts in (*questions().values(), *seeds().values()) for noun in counts)
    return {noun: max(0.0, math.log(KNOWN_BY_ALL / number)) for noun, number in texts.items()}


def likeness(task: Counter[str], question: Counter[str]) -> float:
    """Return the cosine of two texts' subject words, 0 to 1; a word counts three times at most, in a question twice."""
    rare = weights()
    ours = {noun: min(number, 3) * rare.get(noun, math.log(KNOWN_BY_ALL)) ** 0.5 for noun, number in task.items()}
    theirs = {noun: min(number, 2) * rare[noun] ** 0.5 for noun, number in question.items()}
    length = math.hypot(*ours.values()) * math.hypot(*theirs.values())
    return sum(ours[noun] * theirs[noun] for noun in ours.keys() & theirs.keys()) / length if length else 0.0


def too_near(tasks: dict[str, Counter[str]], most: float, of_one_word: float) -> Iterator[str]:
    """Yield each task whose subject a question shares."""
    for id, task in tasks.items():
        for question, asked in questions().items():
            shared = sorted(noun for noun in task.keys() & asked.keys() if weights()[noun])
            if (found := likeness(task, asked)) > (of_one_word if len(shared) == 1 else most):
                yield f"{id}: {found:.2f} with {question}: {', '.join(shared)}"


def test_no_seed_shares_its_subject_with_a_question() -> None:
    report(list(too_near(seeds(), MOST, MOST)))


@pytest.mark.slow
def test_no_generated_row_shares_its_subject_with_a_question() -> None:
    chance = random.Random(5)
    rows = [japanese.compose(chance) for _ in range(800)]
    tasks = {f"{row['instruction'][:40]!r}": nouns("\n".join(row[part] for part in PARTS)) for row in rows}
    report(list(too_near(tasks, MOST_GENERATED, MOST_OF_ONE_WORD)))


@pytest.mark.parametrize(
    ("question", "task"),
    [
        (
            "knowledge-02",
            "江戸時代の参勤交代とはどのような制度でしたか。参勤交代とは、大名が江戸と領地とに一年交代で住む制度です。",
        ),
        (
            "knowledge-05",
            "うるう年かどうかを見分ける方法を説明してください。4で割り切れる年はうるう年です。2000年はうるう年でした。",
        ),
        ("roleplay-03", "自動販売機が二台並んでいます。冬の真夜中に何を話すでしょうか。古い自動販売機「今日は何か売れたかい」"),
    ],
)
def test_the_measure_sees_a_shared_subject(question: str, task: str) -> None:
    assert likeness(nouns(task), questions()[question]) > MOST
