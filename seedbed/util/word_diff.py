"""Two texts, word by word, in any language.

pieces("回答は2つです", "回答は3つです")  →  [(" ", "回答は"), ("-", "2"), ("+", "3"), (" ", "つです")]
"""

from difflib import SequenceMatcher

import regex

Pieces = list[tuple[str, str]]
"""(`" "` kept, `"-"` gone or `"+"` new; text), in reading order."""

# A word is a run of one script. Japanese puts no space between words, and a run of kanji, of hiragana or of katakana is
# about as long as one; everything else (punctuation, a space, Thai or Khmer without spaces) goes letter by letter.
_WORD = regex.compile(
    r"\p{Han}+|\p{Hiragana}+|[\p{Katakana}ー]+|\p{Hangul}+|[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}\p{M}'’_]+|\d+|\X"
)
_MOST = 6_000
"""Words in both texts together beyond which the middle is shown as replaced whole: difflib's time is quadratic."""

_TURNS = 200
"""Letters by which a change is moved to a better place, at most."""


def pieces(old: str, new: str) -> Pieces:
    """Return what to keep, take out and put in to turn `old` into `new`."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    start = _same(before, after)
    end = _same(before[start:][::-1], after[start:][::-1])
    one, other = before[start : len(before) - end], after[start : len(after) - end]
    found = [(" ", "".join(before[:start]))]
    if len(one) + len(other) > _MOST:
        found += [("-", "".join(one)), ("+", "".join(other))]
    else:
        for _, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            same = one[i:j] == other[k:m]
            found += [(" ", "".join(one[i:j]))] if same else [("-", "".join(one[i:j])), ("+", "".join(other[k:m]))]
    found.append((" ", "".join(before[len(before) - end :])))
    return _slid(_joined([(kind, text) for kind, text in found if text]))


def _same(one: list[str], other: list[str]) -> int:
    """Return how many words both lists begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _joined(found: Pieces) -> Pieces:
    """Close gaps of a single letter or blank between two changes: changes with one letter between read as one."""
    made: Pieces = []
    place = 0
    while place < len(found):
        gone = new = ""
        while place < len(found) and (
            found[place][0] != " "
            or ((gone or new) and len(found[place][1]) == 1 and found[place][1] != "\n" and place + 1 < len(found))
        ):
            kind, text = found[place]
            gone += text if kind in "- " else ""
            new += text if kind in "+ " else ""
            place += 1
        made += [pair for pair in (("-", gone), ("+", new)) if pair[1]]
        if place < len(found):
            made.append(found[place])
            place += 1
    return made


def _slid(found: Pieces) -> Pieces:
    """Move each change that stands alone to where a reader expects it: `a, [b, ]c` rather than `a[, b], c`."""
    for place in range(1, len(found) - 1):
        (one, before), (kind, text), (other, after) = found[place - 1 : place + 2]
        if kind != " " and one == other == " ":
            found[place - 1 : place + 2] = zip((" ", kind, " "), _best(before, text, after), strict=True)
    return found


def _best(before: str, text: str, after: str) -> tuple[str, str, str]:
    """Return the split of the same three texts, the middle one turned round, that begins and ends at the best places."""
    steps = 0
    while len(before) > 1 and text[-1] == before[-1] and steps < _TURNS:
        before, text, after = before[:-1], text[-1] + text[:-1], text[-1] + after
        steps += 1
    best, score = (before, text, after), _score(before, text) + _score(text, after)
    while len(after) > 1 and text[0] == after[0] and steps < 3 * _TURNS:
        before, text, after = before + text[0], text[1:] + text[0], after[1:]
        steps += 1
        if (now := _score(before, text) + _score(text, after)) > score:
            best, score = (before, text, after), now
    return best


def _score(before: str, after: str) -> int:
    """How good the place between two texts is to begin or end a change at: never within a word where another will do."""
    last = before[-1:]
    if last.isspace():
        return 4 if last == "\n" else 3
    return 2 if not last.isalnum() else 1 if not after[:1].isalnum() else 0
