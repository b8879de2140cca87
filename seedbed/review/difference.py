"""What changed between two texts, in pieces a reader takes in, and two people's changes put together.

The unit is a word in Latin script and a character elsewhere, found by the longest common subsequence.
"""

from typing import NamedTuple

import regex
from rapidfuzz.distance import LCSseq

_TOKEN = regex.compile(r"[A-Za-z0-9_]+|\X", regex.DOTALL)
_MOST_CELLS = 400_000_000
"""Size of the comparison above which only the texts' common beginning and end are found."""
_CONTEXT = 16
"""Characters kept on either side of a change in a shortened difference."""


class Piece(NamedTuple):
    """A stretch of two texts; the same in both where `old == new`."""

    old: str
    new: str

    @property
    def changed(self) -> bool:
        """Whether the stretch differs."""
        return self.old != self.new


class _Change(NamedTuple):
    start: int  # in tokens of the old text
    end: int
    new: list[str]


def difference(old: str, new: str) -> list[Piece]:
    """Return the pieces of two texts, in order; joined they are the texts again."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    pieces, at = [], 0
    for change in _joined(_changes(before, after), before):
        pieces.append(Piece(*["".join(before[at : change.start])] * 2))
        pieces.append(Piece("".join(before[change.start : change.end]), "".join(change.new)))
        at = change.end
    pieces.append(Piece(*["".join(before[at:])] * 2))
    return [piece for piece in pieces if piece.old or piece.new]


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


def merge(base: str, mine: str, theirs: str) -> tuple[str, int]:
    """Put together what two texts made of `base`.

    Returns:
        The text with both sides' changes, and at how many places both changed the same words differently; `mine`
        stands there.
    """
    tokens = _TOKEN.findall(base)
    sides = [_changes(tokens, _TOKEN.findall(text)) for text in (mine, theirs)]
    text: list[str] = []
    at = clashes = 0
    while any(sides):
        start = min(side[0].start for side in sides if side)
        end, taken = start, [list[_Change](), list[_Change]()]
        grown = True
        while grown:
            grown = False
            for side, group in zip(sides, taken, strict=True):
                while side and (side[0].start < end or side[0].start == start):
                    group.append(side.pop(0))
                    end, grown = max(end, group[-1].end), True
        versions = [_apply(tokens, start, end, group) for group in taken]
        if all(taken) and versions[0] != versions[1]:
            clashes += 1
        text += tokens[at:start] + (versions[0] if taken[0] else versions[1])
        at = end
    return "".join(text + tokens[at:]), clashes


def _apply(tokens: list[str], start: int, end: int, changes: list[_Change]) -> list[str]:
    made, at = [], start
    for change in changes:
        made += tokens[at : change.start] + change.new
        at = change.end
    return made + tokens[at:end]


def _changes(old: list[str], new: list[str]) -> list[_Change]:
    """Return what turns one list of tokens into the other, in order, no two touching."""
    if len(old) * len(new) > _MOST_CELLS:
        return _coarse(old, new)
    changes: list[_Change] = []
    for step in LCSseq.opcodes(old, new):
        if step.tag == "equal":
            continue
        start, end, from_, to = step.src_start, step.src_end, step.dest_start, step.dest_end
        if changes and changes[-1].end == start:
            changes[-1] = _Change(changes[-1].start, end, changes[-1].new + new[from_:to])
        else:
            changes.append(_Change(start, end, new[from_:to]))
    return changes


def _coarse(old: list[str], new: list[str]) -> list[_Change]:
    if old == new:
        return []
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
    return [_Change(head, len(old) - tail, new[head : len(new) - tail])]


def _joined(changes: list[_Change], old: list[str]) -> list[_Change]:
    """Join changes with a single token between them: islands of one letter are chance, and tire the eye."""
    joined: list[_Change] = []
    for change in changes:
        if joined and change.start - joined[-1].end == 1:
            last = joined[-1]
            joined[-1] = _Change(last.start, change.end, last.new + old[last.end : change.start] + change.new)
        else:
            joined.append(change)
    return joined
