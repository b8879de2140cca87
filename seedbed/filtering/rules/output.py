"""Rules on a candidate's output."""

import re
from collections import Counter

from seedbed.filtering.language import first_match
from seedbed.filtering.rules.registry import Context, rule
from seedbed.filtering.tokenisers import fold
from seedbed.util.prose import prose
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank

_LEAST = 8
"""Characters of a piece whose repetition counts."""
_SHORT_LOOP = 12
"""Times from which the repetition of a shorter one counts: a chorus has fewer."""
_LOOP = re.compile(r"(.{8,200}?)\1{2,}", re.DOTALL)
_ENDS = re.compile(r"[。．.!?！？\n]")
_MARKS = ' \t\u3000「」『』“”"()（）⟦⟧-*•・#>'
"""What may stand around a sentence."""
_ITEM = re.compile(r"[ \t]*(?:[-*・•]|\d+[.)．、]|[①-⑳])\s*(\S.*)")
_QUOTES = {"「": "」", "『": "』"}
_SENTENCE_END = "。！？.!?」』）)”’"
_OPEN_CODE = re.compile(r"[-,=+*/<>|&:.\\(\[{]\Z")
"""What no line of code ends in."""
_AT_MARGIN = re.compile(r"(?!\w+\Z)\S")
_CUT = re.compile(r"[。！？] ?([^。！？\n]+)\Z")
"""What follows the last end of a sentence in the last line."""


@rule
def output_missing(candidate: Row, context: Context) -> str | None:
    """The output is blank, or says the instruction again."""
    if is_blank(candidate["output"]):
        return "the output is empty"
    same = fold(candidate["output"]).strip() == fold(candidate["instruction"]).strip()
    return "the output repeats the instruction" if same else None


@rule
def repetitive(candidate: Row, context: Context) -> str | None:
    """Half of the output's prose or more repeats what comes before it, in pieces of eight characters or more."""
    text = prose(candidate["output"]).strip()
    grams = {text[start : start + _LEAST] for start in range(len(text) - _LEAST + 1)}
    if len(grams) > 0.6 * len(text):
        return None  # most texts: nothing that is long enough is repeated often enough
    parts = [part.strip(_MARKS) for part in _ENDS.split(text)]
    pieces = Counter(part for part in parts if len(part) >= _LEAST)
    length = sum(len(piece) * times for piece, times in pieces.items())
    again = length - sum(map(len, pieces))
    if again and again >= sum(map(len, parts)) / 2:
        piece, times = pieces.most_common(1)[0]
        return f"{piece[:40]!r} stands {times} times"
    for loop in _LOOP.finditer(text):
        piece = loop[1][: (loop[1] + loop[1]).find(loop[1], 1)]  # what a piece that is itself a loop repeats
        times = len(loop[0]) // len(piece)
        long = len(piece) >= _LEAST or (times >= _SHORT_LOOP and len(set(filter(str.isalpha, piece))) > 1)
        if long and 2 * (len(loop[0]) - len(piece)) >= len(text):
            return f"{piece.strip()[:40]!r} stands {times} times"
    return None


@rule
def truncated(candidate: Row, context: Context) -> str | None:
    """The output ends in the middle of a sentence, a quotation, a bracket or a code block."""
    output = candidate["output"].rstrip()
    if output.count("```") % 2:
        return None if _ends(output[output.rfind("```") + 3 :]) else "a code block that is never closed"
    text = prose(output).rstrip()
    return (
        _open_bracket(text)
        or _unended(text, context.language.sentence_ends)
        or first_match(context.language.truncations, output)
    )


def _ends(code: str) -> bool:
    """Whether a code block that is never closed is whole all the same: models often leave out the last fence.

    Its brackets are closed, and its last line begins at the margin and is more than a word; what is indented may lack the rest.
    """
    lines = code.splitlines()[1:]  # after the fence stands the language
    closed = all(code.count(opening) == code.count(closing) for opening, closing in ("()", "[]", "{}"))
    return closed and bool(lines) and _AT_MARGIN.match(lines[-1]) is not None and not _OPEN_CODE.search(code)


def _open_bracket(text: str) -> str | None:
    """Return what is opened near the end of a text, and closed nowhere; None where there is nothing."""
    for opening, closing in _QUOTES.items():
        if text.count(opening) > text.count(closing) and (place := text.rfind(opening)) > text.rfind(closing):
            return f"{text[place : place + 40]!r} is never closed"
    bare = re.sub(r"[:;=]['-]?[(\[]", "", text)  # faces
    opened = re.subn(r"[(（\[［]", "", bare)[1] - re.subn(r"[)）\]］]", "", bare)[1]
    place = max(map(bare.rfind, "(（[［"))
    if opened > 0 and place > max(map(bare.rfind, ")）]］")):
        return f"{bare[place : place + 40]!r} is never closed"
    return None


def _unended(text: str, ends: list[re.Pattern[str]]) -> str | None:
    """Return a last sentence, or last item of a list, that has no end where the others have one; None where it has one.

    Args:
        text: the output's prose.
        ends: how a sentence ends that is whole without a full stop.
    """
    last = text[text.rfind("\n") + 1 :]
    if last[-1:].isalpha() and first_match(ends, last) is None:
        listed = _ITEM.fullmatch(last) is not None  # an item may be a title: the other items say how one ends
        if not listed and (cut := _CUT.search(last)) and sum(map(str.isalpha, cut[1])) >= 4:
            return f"{cut[1][-40:]!r} has no end"
        items = [item[1] for line in text.splitlines() if (item := _ITEM.fullmatch(line.rstrip()))]
        if len(items) >= 3 and _ITEM.fullmatch(last) and all(item[-1] in _SENTENCE_END for item in items[:-1]):
            return f"{items[-1][-40:]!r} has no end"
    return None
