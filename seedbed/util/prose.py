"""Extract the prose of a text, without code, tags, tables and URLs."""

import re
from functools import lru_cache

_NOT_PROSE = re.compile(
    r"```.*?(?:```|\Z)"  # a fenced block, also one that never ends
    r"|`[^`\n]+`"
    r"|https?://\S+"
    r"|</?[A-Za-z][^<>\n]*>"  # tags
    r"|^[ \t]*\|.*\|[ \t]*$",  # rows of a table
    re.DOTALL | re.MULTILINE,
)


@lru_cache(maxsize=16)  # one rule after the other asks for that of the same few texts
def prose(text: str) -> str:
    """Return `text` with what is no prose replaced by a space."""
    return _NOT_PROSE.sub(" ", text)


_QUOTATION = re.compile(
    r"「[^」]*」|『[^』]*』"
    r"|“[^”“\n]*[”“]|„[^“”\n]*[“”]|«[^»\n]*»|»[^«\n]*«"
    r"|(?<!\w)\"[^\"\n]*\"(?!\w)|(?<!\w)'[^'\n]*'(?!\w)|‘[^’\n]*’(?!\w)"
)


@lru_cache(maxsize=16)
def without_quotations(text: str) -> str:
    """Return `text` with each quotation replaced by a space, its marks too."""
    return _QUOTATION.sub(" ", text)
