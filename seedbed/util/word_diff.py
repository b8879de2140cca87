"""Word-level diff in any language, and three-way merge of texts.

difference("回答は2つです", "回答は3つです")  →  [("回答は", "回答は"), ("2", "3"), ("つです", "つです")]

The words are aligned by their longest common subsequence.
"""

from typing import NamedTuple

import regex
from rapidfuzz.distance import LCSseq

# A word is a run of one script, with its marks and joiners. Japanese puts no space between words, and a run of kanji, of
# hiragana or of katakana is about as long as one; everything else (punctuation, a space, Thai or Khmer without spaces)
# goes letter by letter.
_WORD = regex.compile(
    r"""
      (?: \p{Han} [\p{M}\u200c\u200d]*)+
    | (?: \p{Hiragana} [\p{M}\u200c\u200d]*)+
    | (?: [\p{Katakana}ー] [\p{M}\u200c\u200d]*)+
    | (?: \p{Hangul} [\p{M}\u200c\u200d]*)+
    | [\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}\p{M}\u200c\u200d'’_]+
    | (?: \d [\p{M}\u200c\u200d]*)+
    | \X
    """,
    regex.VERBOSE,
)
_MOST_CELLS = 400_000_000
"""Product of the numbers of words that differ beyond which the whole middle counts as changed: it is 50 MB of memory."""
_ALIKE = 0.3
"""Share of the longer text that both must have in common for marks within it to be of use."""
_MOST_TURNS = 200
"""Words by which a change is moved to a better place, at most."""


class Piece(NamedTuple):
    """A stretch of two texts; the same in both where nothing changed."""

    old: str
    new: str

    @property
    def changed(self) -> bool:
        """Whether the stretch differs."""
        return self.old != self.new


class _Change(NamedTuple):
    start: int  # in words of the old text
    end: int
    new: list[str]


def difference(old: str, new: str) -> list[Piece]:
    """Return the pieces of two texts, in reading order; joined they are the texts again."""
    before = _WORD.findall(old)
    common, changed = [], []
    at = 0
    for change in _changes(before, _WORD.findall(new)):
        common.append(before[at : change.start])
        changed.append((before[change.start : change.end], change.new))
        at = change.end
    common.append(before[at:])
    for place, (gone, added) in enumerate(changed):
        if not (gone and added) and common[place] and common[place + 1]:
            _slide(common[place], gone or added, common[place + 1])
    pieces = [Piece(*["".join(common[0])] * 2)]
    for (gone, added), after in zip(changed, common[1:], strict=True):
        pieces += [Piece("".join(gone), "".join(added)), Piece(*["".join(after)] * 2)]
    return _without_islands([piece for piece in pieces if piece.old or piece.new])


def alike(pieces: list[Piece]) -> bool:
    """Whether two texts have enough in common for their words to be compared: three tenths of the longer one."""
    longer = max(sum(len(piece.old) for piece in pieces), sum(len(piece.new) for piece in pieces))
    return sum(len(piece.old) for piece in pieces if not piece.changed) >= _ALIKE * longer


def merge(base: str, mine: str, theirs: str) -> tuple[str, list[tuple[str, str]]]:
    """Put together what two texts made of `base`.

    Returns:
        The text with both sides' changes, and the places where both changed the same words differently, each as what
        `mine` has there, which stands, and what `theirs` has.
    """
    words = _WORD.findall(base)
    sides = [_changes(words, _WORD.findall(text)) for text in (mine, theirs)]
    text: list[str] = []
    clashes: list[tuple[str, str]] = []
    at = 0
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
        versions = [_apply(words, start, end, group) for group in taken]
        if all(taken) and versions[0] != versions[1]:
            clashes.append(("".join(versions[0]), "".join(versions[1])))
        text += words[at:start] + (versions[0] if taken[0] else versions[1])
        at = end
    return "".join(text + words[at:]), clashes


def _apply(words: list[str], start: int, end: int, changes: list[_Change]) -> list[str]:
    changed, at = [], start
    for change in changes:
        changed += words[at : change.start] + change.new
        at = change.end
    return changed + words[at:end]


def _changes(old: list[str], new: list[str]) -> list[_Change]:
    """Return what turns one list of words into the other, in order, no two touching."""
    if old == new:
        return []
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
    one, other = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(one) * len(other) > _MOST_CELLS:
        return [_Change(head, len(old) - tail, other)]
    changes: list[_Change] = []
    for step in LCSseq.opcodes(one, other):
        if step.tag == "equal":
            continue
        start, end, words = head + step.src_start, head + step.src_end, other[step.dest_start : step.dest_end]
        if changes and changes[-1].end == start:
            changes[-1] = _Change(changes[-1].start, end, changes[-1].new + words)
        else:
            changes.append(_Change(start, end, words))
    return changes


def _slide(before: list[str], words: list[str], after: list[str]) -> None:
    """Move a change that only one text has to where a reader expects it: `a, [b, ]c` rather than `a[, b], c`.

    The lists are changed in place; their words together stay the same.
    """
    turns = 0
    while len(before) > 1 and words[-1] == before[-1] and turns < _MOST_TURNS:
        _turn(after, words, before)
        turns += 1
    best, score, at = 0, _score(before, words) + _score(words, after), 0
    while len(after) > 1 and words[0] == after[0] and at < turns + _MOST_TURNS:
        before.append(words.pop(0))
        words.append(after.pop(0))
        at += 1
        if (now := _score(before, words) + _score(words, after)) > score:
            best, score = at, now
    for _ in range(at - best):
        _turn(after, words, before)


def _turn(after: list[str], words: list[str], before: list[str]) -> None:
    """Move a change back by a word."""
    after.insert(0, words.pop())
    words.insert(0, before.pop())


def _score(before: list[str], after: list[str]) -> int:
    """How good the place between two lists of words is to begin or end a change at: best at the ends of lines."""
    last = before[-1][-1]
    if last.isspace():
        return 4 if last == "\n" else 3
    return 2 if not last.isalnum() else 1 if not after[0][0].isalnum() else 0


def _without_islands(pieces: list[Piece]) -> list[Piece]:
    """Close gaps of a single letter or blank between two changes: they are chance, and tire the eye."""
    joined: list[Piece] = []
    for piece in pieces:
        gap = joined[-1].old if len(joined) > 1 and not joined[-1].changed and joined[-2].changed else ""
        if piece.changed and len(gap) == 1 and gap != "\n":
            del joined[-1]
            last = joined.pop()
            joined.append(Piece(last.old + gap + piece.old, last.new + gap + piece.new))
        else:
            joined.append(piece)
    return joined
