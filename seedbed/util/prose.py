"""The prose of a text: what is left when code, tags, tables and addresses are set aside."""

import re

_NOT_PROSE = re.compile(
    r"```.*?(?:```|\Z)"  # a fenced block, also one that never ends
    r"|`[^`\n]+`"
    r"|https?://\S+"
    r"|</?[A-Za-z][^<>\n]*>"  # tags
    r"|^[ \t]*\|.*\|[ \t]*$",  # rows of a table
    re.DOTALL | re.MULTILINE,
)


def prose(text: str) -> str:
    """Return `text` with what is no prose replaced by a space."""
    return _NOT_PROSE.sub(" ", text)
