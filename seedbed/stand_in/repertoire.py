"""What the stand-in can say: the files of `repertoire/`."""

from functools import cache
from pathlib import Path

from seedbed.util.rows import Row, read_rows

_FOLDER = Path(__file__).parent / "repertoire"


@cache
def load(kind: str) -> tuple[Row, ...]:
    """Return the rows of `repertoire/<kind>.jsonl`, e.g. `"topics.ja"`."""
    return tuple(read_rows(_FOLDER / f"{kind}.jsonl", unique=None))
