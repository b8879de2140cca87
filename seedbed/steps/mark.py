"""The verdict's mark in a free text, `[[A]]`, `[[B]]` or `[[C]]` (or in five steps), read where the prompt asks for it.

That is the last sentence of the last line that is not blank, and it must hold one mark and no other: a mark in the
reasoning, in a quotation or in code is none.
"""

import re
import unicodedata
from collections.abc import Collection

from seedbed.util.visible import without_invisible

LETTERS = ("A", "B", "C")
_BEFORE = r"(?<![A-Za-z0-9_\])])"
"""Not behind a name: `rows[[A]]` is code."""
_SIGNS = str.maketrans({"≫": ">>", "≪": "<<"})
_ANY_MARK = re.compile(r"\[\[[^\[\]]*\]\]")
_QUOTED = re.compile(r"「[^「」]*」|『[^『』]*』|“[^“”]*”|\"[^\"]*\"|`[^`]*`|'[^']*'|‘[^‘’]*’|«[^«»]*»|„[^„“]*“")
_SENTENCE_END = re.compile(r"(?<=[。!?])|(?<=[.])(?!\d)")


def read_mark(text: str, known: Collection[str] = LETTERS) -> str | None:
    """Return the content of the mark that a reply ends with; None where it has none there, or several.

    Args:
        text: the reply.
        known: what a mark may hold.
    """
    lines = [line for line in without_invisible(unicodedata.normalize("NFKC", text)).splitlines() if line.strip()]
    if not lines:
        return None
    mark = re.compile(rf"{_BEFORE}\[\[({'|'.join(map(re.escape, known))})\]\]")
    plain = re.sub(r"\[\s*\[\s*|\s*\]\s*\]", lambda bracket: "".join(bracket[0].split()), re.sub(r"\*+|__+", "", lines[-1]))
    plain = re.sub(r"\[\[([AB])\s*([<>=≫≪]+)\s*([AB])\]\]", r"[[\1\2\3]]", plain).translate(_SIGNS)
    # A quotation is set aside, unless it holds the mark and nothing else.
    bare = _QUOTED.sub(lambda quotation: quotation[0][1:-1] if mark.fullmatch(quotation[0][1:-1]) else " ", plain)
    sentences = [sentence for sentence in _SENTENCE_END.split(bare) if re.search(r"[\w\[]", sentence)]
    last = sentences[-1] if sentences else ""
    marks = _ANY_MARK.findall(last)
    letters = mark.findall(last)
    return letters[0] if len(marks) == len(letters) == 1 else None
