"""What changed between two texts, in any language, and two people's changes put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedbed.util.word_diff import Piece, difference, merge

texts = st.text(st.sampled_from("あいう漢字カナ ab12\n、。👨‍👩‍👧é\u3099"), max_size=40)


@given(texts, texts, texts)
def test_the_pieces_joined_are_the_texts(one: str, other: str, common: str) -> None:
    old, new = f"{one}{common}{one}", f"{one}{common}{other}"
    pieces = difference(old, new)
    assert "".join(piece.old for piece in pieces) == old
    assert "".join(piece.new for piece in pieces) == new
    assert any(piece.changed for piece in pieces) == (old != new)
    assert all(piece.old or piece.new for piece in pieces)


def marked(old: str, new: str) -> str:
    """Return the difference in the marks of `git diff --word-diff`."""
    return "".join(
        piece.old if not piece.changed else f"[-{piece.old}-]" * bool(piece.old) + f"{{+{piece.new}+}}" * bool(piece.new)
        for piece in difference(old, new)
    )


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("回答は2つです", "回答は3つです", "回答は[-2-]{+3+}つです"),
        ("正確さ、具体性", "正確さ、根拠、具体性", "正確さ、{+根拠、+}具体性"),
        ("東京に住む", "京都に住む", "[-東京-]{+京都+}に住む"),  # no character of a word alone
        ("the cat sat", "the cats sat", "the [-cat-]{+cats+} sat"),
        ("a, c and d", "a, b, c and d", "a, {+b, +}c and d"),
        ("one\ntwo\nthree", "one\nthree", "one\n[-two\n-]three"),
        ("안녕하세요 여러분", "안녕하세요 모두", "안녕하세요 [-여러분-]{+모두+}"),
        ("1 b 3", "2 b 4", "[-1-]{+2+} b [-3-]{+4+}"),
        ("a-b", "c-d", "[-a-b-]{+c-d+}"),  # one letter between two changes is chance
        ("same", "same", "same"),
        ("", "new", "{+new+}"),
    ],
)
def test_how_a_difference_reads(old: str, new: str, difference: str) -> None:
    assert marked(old, new) == difference


def test_no_piece_begins_or_ends_within_a_character_that_is_seen_as_one() -> None:
    assert marked("x👧", "x👩‍👧👧") == "x{+👩‍👧+}👧"
    assert marked("か\u3099き", "かき") == "[-か\u3099き-]{+かき+}"
    assert marked("1\ufe0f\u20e3 2", "1 2") == "[-1\ufe0f\u20e3-]{+1+} 2"


def test_texts_too_long_to_align_are_shown_as_changed_between_their_ends() -> None:
    old, new = "始まり。" + "あ1" * 15_000 + "終わり", "始まり。" + "い2" * 15_000 + "終わり"
    assert difference(old, new) == [
        Piece("始まり。", "始まり。"),
        Piece(old[4:-3], new[4:-3]),
        Piece("終わり", "終わり"),
    ]


@given(texts, texts)
def test_merging_with_an_unchanged_side_gives_the_other(base: str, other: str) -> None:
    assert merge(base, other, base) == (other, [])
    assert merge(base, base, other) == (other, [])
    assert merge(base, other, other) == (other, [])


def test_merging_takes_both_sides_and_counts_where_they_clash() -> None:
    base = "切符は30分有効です。駅で買えます。"
    merged = merge(base, "切符は三十分間有効です。駅で買えます。", "切符は30分有効です。駅の窓口で買えます。")
    assert merged == ("切符は三十分間有効です。駅の窓口で買えます。", [])
    assert merge("a b c", "a x c", "a y c") == ("a x c", [("x", "y")])
    assert merge("東京です", "京都です", "東北です") == ("京都です", [("京都", "東北")]), (
        "two words that share a character are not mixed"
    )
