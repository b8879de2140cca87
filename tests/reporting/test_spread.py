"""How much tasks differ once what many share is put aside: core text, self-BLEU, and the two queries."""

import math

import pytest

from seedbed.reporting.spread import asking, core_tokens, self_bleu
from tests.reporting.test_diversity import made, measured, row


@pytest.mark.parametrize(
    ("instruction", "sentence"),
    [
        ("My aunt asked me. What is a tide pool? It is for a poster.", " What is a tide pool?"),
        ("It is for a poster. Name three birds.", " Name three birds."),
        ("日記に書いてあった。これは何ですか？", "これは何ですか？"),
        ("no mark at all", "no mark at all"),
        ("…", "…"),
    ],
)
def test_the_sentence_that_asks(instruction: str, sentence: str) -> None:
    assert asking(instruction) == sentence


def test_a_short_core_gives_way_to_the_whole_instruction() -> None:
    assert core_tokens(["why"], [], ["a", "b", "why"]) == ["a", "b", "why"]
    assert core_tokens([*"abcdefgh"], ["x"], ["zzz"]) == [*"abcdefgh", "x"]


def test_self_bleu_of_equal_texts_and_of_different_ones() -> None:
    assert self_bleu([[*"abcdef"]] * 3) == pytest.approx(100)
    assert self_bleu([[*"abcd"], [*"efgh"]]) == 0
    assert self_bleu([[*"abcd"]]) is None
    assert self_bleu([["a"], ["b"]]) is None


def test_self_bleu_by_hand() -> None:
    """abcde and abcdf: 4 of 5, 3 of 4, 2 of 3 and 1 of 2 n-grams shared, no penalty."""
    expected = 100 * math.prod([4 / 5, 3 / 4, 2 / 3, 1 / 2]) ** 0.25
    assert self_bleu([[*"abcde"], [*"abcdf"]]) == pytest.approx(expected)


def test_counts_are_clipped_at_the_most_of_another_text() -> None:
    """aaaaa has three aaa and two aaaa, aabaaaa has two and one; aaaaa is the shorter, which costs it exp(1 - 7/5)."""
    found = self_bleu([[*"aaaaa"], [*"aabaaaa"]])
    first = math.prod([5 / 5, 4 / 4, 2 / 3, 1 / 2]) ** 0.25 * math.exp(1 - 7 / 5)
    second = math.prod([5 / 7, 4 / 6, 2 / 5, 1 / 4]) ** 0.25
    assert found == pytest.approx(100 * (first + second) / 2)


def test_padding_hides_no_repetition() -> None:
    """Three instructions that ask the same behind three openings are no near-duplicates as a whole, and are by their core."""
    ask = "一番古い橋はどこにありますか？"
    opening = [
        "祖父の手紙を読み返していて、ふと思い出しました。",
        "町内会の集まりで話題になった件です。",
        "明朝までに調べておく約束です。",
    ]
    found = measured(made([(f"{first}{ask}", "", "北の川です。") for first in opening]))
    spread = row(found["spread"], dataset="instructions")
    assert (spread["near"], spread["core_near"]) == (0.0, 100.0)
    assert row(found["spread"], dataset="written") == spread | {"dataset": "written"}


def test_the_same_output_is_counted_from_twenty_letters_on() -> None:
    long = "北の川に架かる橋が、この町で一番古いと言われています。"
    rows = [
        ("橋はどこですか。", "", long),
        ("古い橋を教えて。", "", f"「{long}」"),
        ("三つ目の問い。", "", long[:-8] + "新しいと聞きました。"),
    ]
    found = measured(made([*rows, ("はい？", "", "はい"), ("いいえ？", "", "はい")]))
    assert row(found["spread"], dataset="instructions")["output_duplicates"] == pytest.approx(66.67)


def test_there_is_no_coverage_without_topics() -> None:
    assert measured(made([("橋はどこですか。", "", "北です。")]))["coverage"] == []
