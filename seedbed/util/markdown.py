"""Write Markdown in which text cannot become markup."""

import re
from collections.abc import Mapping, Sequence

_MARKS = re.compile(r"[\\`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown would read as its own; an underscore within a word it leaves alone."""


def table(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str], right: Sequence[str] = (), heads: Sequence[str] = ()
) -> str:
    """Return a Markdown table, numbers to the right, nothing in a cell able to end it.

    Args:
        rows: may have more than is shown.
        columns: the keys to show; their underscores are blanks in the head.
        right: columns of texts that stand to the right all the same.
        heads: what the columns are called, where not as their keys.
    """
    numeric = {name for name in columns if rows and not any(isinstance(row[name], str) for row in rows)} | set(right)
    lines = [
        [*heads] or [name.replace("_", " ") for name in columns],
        ["---:" if name in numeric else "---" for name in columns],
    ]
    lines += [[escaped(row[name]) for name in columns] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(value: object) -> str:
    """Return a value as one line that shows as it is; nothing for None."""
    text = "" if value is None else str(value)
    return _MARKS.sub(r"\\\g<0>", " ".join(text.replace("&", "&amp;").replace("<", "&lt;").split()))
