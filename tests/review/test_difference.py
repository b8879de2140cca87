"""A difference cut to what stands around its changes."""

from hypothesis import given
from hypothesis import strategies as st

from seedbed.review.difference import shortened
from seedbed.util.word_diff import Piece, difference

texts = st.text(st.sampled_from("あいう漢 ab\n、👨‍👩‍👧é"), max_size=30)


@given(texts, texts)
def test_a_difference_is_cut_and_none_is_left_out(old: str, new: str) -> None:
    changed = [piece for piece in difference(old, new) if piece.changed]
    assert [piece for piece in shortened(difference(old, new)) if piece.changed] == changed


def test_long_stretches_that_are_the_same_keep_their_ends() -> None:
    before, between, after = "始" + "あ" * 50, "い" * 50, "う" * 50 + "終"
    pieces = difference(f"{before}1{between}2{after}", f"{before}3{between}4{after}")
    assert shortened(pieces) == [
        Piece(*[f" … {'あ' * 16}"] * 2),
        Piece("1", "3"),
        Piece(*[f"{'い' * 16} … {'い' * 16}"] * 2),
        Piece("2", "4"),
        Piece(*[f"{'う' * 16} … "] * 2),
    ]
