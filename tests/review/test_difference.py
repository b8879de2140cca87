"""What an edit changed, and two edits of one text merged."""

from hypothesis import given
from hypothesis import strategies as st

from seedbed.review.difference import difference, merge, shortened

texts = st.text(st.sampled_from("あいう漢 ab\n、👨‍👩‍👧é"), max_size=30)


@given(texts, texts)
def test_a_difference_holds_both_texts(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(piece.old for piece in pieces) == old
    assert "".join(piece.new for piece in pieces) == new
    assert any(piece.changed for piece in pieces) == (old != new)
    assert bool(shortened(pieces)) == (old != new)


@given(texts, texts)
def test_merging_with_an_unchanged_side_gives_the_other(base: str, other: str) -> None:
    assert merge(base, other, base) == (other, 0)
    assert merge(base, base, other) == (other, 0)
    assert merge(base, other, other) == (other, 0)


def test_merging_takes_both_sides_and_counts_where_they_clash() -> None:
    base = "切符は30分有効です。駅で買えます。"
    merged = merge(base, "切符は三十分間有効です。駅で買えます。", "切符は30分有効です。駅の窓口で買えます。")
    assert merged == ("切符は三十分間有効です。駅の窓口で買えます。", 0)
    assert merge("a b c", "a x c", "a y c") == ("a x c", 1)
