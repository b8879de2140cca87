"""Split a text into passages: by section, and long sections by paragraph."""

import re
from collections.abc import Iterator

_HEADING = re.compile(r"#{1,6}\s|.+\n(?:=+|-+)$")
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[。！？!?])\s*|(?<=\.)\s+|\n")


def passages(text: str, longest: int, shortest: int) -> list[str]:
    """Return a text in passages, in order. A section begins a new one, so that an edit of one leaves the others as they are.

    Args:
        text: of a document; headings as Markdown has them.
        longest: characters of a passage; a longer paragraph is cut between sentences.
        shortest: characters; a passage with fewer joins its neighbour, and a document with fewer is one passage.
    """
    cut: list[str] = []
    for block, begins in _blocks(text, longest):
        joined = f"{cut[-1]}\n\n{block}" if cut else block
        too_short = bool(cut) and len(cut[-1]) < shortest
        if cut and len(joined) <= longest and (not begins or too_short):
            cut[-1] = joined
        elif too_short and len(block) > shortest:  # such as a heading before a long paragraph, which gives up its end
            cut[-1:] = _parts(joined, longest)
        else:
            cut.append(block)
    if len(cut) > 1 and len(cut[-1]) < shortest and len(cut[-2]) + len(cut[-1]) + 2 <= longest:
        last = cut.pop()
        cut[-1] = f"{cut[-1]}\n\n{last}"
    return cut


def _blocks(text: str, longest: int) -> Iterator[tuple[str, bool]]:
    """Yield (paragraph, whether a heading begins it); a long one in parts."""
    for block in _paragraphs(text):
        begins = bool(_HEADING.match(block))
        for part in _parts(block, longest):
            yield part, begins
            begins = False


def _paragraphs(text: str) -> Iterator[str]:
    """Yield what blank lines separate; a block of code is one paragraph."""
    held: list[str] = []
    fences = 0
    for block in re.split(r"\n[ \t]*\n", text):
        held.append(block)
        fences += len(_FENCE.findall(block))
        if fences % 2 == 0:
            if paragraph := _trimmed("\n\n".join(held)):
                yield paragraph
            held = []
    if paragraph := _trimmed("\n\n".join(held)):
        yield paragraph


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n ")


def _parts(block: str, longest: int) -> Iterator[str]:
    """Yield a paragraph in parts of at most `longest` characters, cut between sentences where it can be."""
    part = ""
    for sentence in _pieces(block, longest):
        if part and len(part) + len(sentence) > longest:
            if part.strip():
                yield part.strip()
            part = ""
        part += sentence
    if part.strip():
        yield part.strip()


def _pieces(block: str, longest: int) -> Iterator[str]:
    """Yield a paragraph sentence by sentence, with what separates them; a sentence that is too long in equal steps."""
    start = 0
    for match in (*_SENTENCE.finditer(block), None):
        end = match.end() if match else len(block)
        for place in range(start, end, longest):
            yield block[place : min(place + longest, end)]
        start = end
