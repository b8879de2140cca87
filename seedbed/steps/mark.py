"""The verdict's mark in a free text: `[[A]]`, `[[B]]` or `[[C]]`, read where the prompt asks for it.

That is the last sentence of the last line that is not blank, and it must hold one mark and no other: a mark in the
reasoning, in a quotation or in code is none.
"""

import re
import unicodedata

from seedbed.util.visible import without_invisible

_MARK = re.compile(r"(?<![A-Za-z0-9_\])])\[\[([ABC])\]\]")
"""Not behind a name: `rows[[A]]` is code."""
_ANY_MARK = re.compile(r"\[\[[^\[\]]*\]\]")
_QUOTED = re.compile(r"「[^「」]*」|『[^『』]*』|“[^“”]*”|\"[^\"]*\"|`[^`]*`|'[^']*'|‘[^‘’]*’|«[^«»]*»|„[^„“]*“")
_SENTENCE_END = re.compile(r"(?<=[。!?])|(?<=[.])(?!\d)")


def read_mark(text: str) -> str | None:
    """Return the letter of the mark that a reply ends with; None where it has none there, or several."""
    lines = [line for line in without_invisible(unicodedata.normalize("NFKC", text)).splitlines() if line.strip()]
    if not lines:
        return None
    plain = re.sub(r"\[\s*\[\s*|\s*\]\s*\]", lambda bracket: "".join(bracket[0].split()), re.sub(r"\*+|__+", "", lines[-1]))
    bare = _QUOTED.sub(_unless_mark, plain)
    sentences = [sentence for sentence in _SENTENCE_END.split(bare) if re.search(r"[\w\[]", sentence)]
    last = sentences[-1] if sentences else ""
    marks = _ANY_MARK.findall(last)
    found = _MARK.findall(last)
    return found[0] if len(marks) == len(found) == 1 else None


def _unless_mark(quotation: re.Match[str]) -> str:
    """Set a quotation aside, unless it holds the mark and nothing else."""
    return quotation[0][1:-1] if _MARK.fullmatch(quotation[0][1:-1]) else " "
