"""A difference cut to what stands around its changes."""

from seedbed.util.word_diff import Piece

_CONTEXT = 16
"""Characters kept on either side of a change in a shortened difference."""


def shortened(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with long equal stretches cut to their ends, an ellipsis between; none where nothing changed."""
    if not any(piece.changed for piece in pieces):
        return []
    short, last = [], len(pieces) - 1
    for number, piece in enumerate(pieces):
        text = piece.old
        if not piece.changed and len(text) > 2 * _CONTEXT + 8:
            head = "" if number == 0 else text[:_CONTEXT]
            tail = "" if number == last else text[-_CONTEXT:]
            piece = Piece(*[f"{head} … {tail}"] * 2)  # noqa: PLW2901
        short.append(piece)
    return short
