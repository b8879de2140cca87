"""Numbers with their nouns."""


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 row` or `2 rows`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
