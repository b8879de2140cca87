"""Counted nouns, and lists that end in "and n more"."""

from collections.abc import Sequence


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 row` or `2 rows`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def few(words: Sequence[str], shown: int) -> str:
    """Return the first `shown` words, and how many more there are: `a, b and 3 more`."""
    more = f" and {len(words) - shown:,} more" if len(words) > shown else ""
    return ", ".join(words[:shown]) + more
