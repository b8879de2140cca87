"""`data/again.jsonl`: rows to request again, although their replies are in the store.

{"id":"fermi-01","stage":"answer@good","times":1}

The number is part of the request's key, so that a colleague's build asks for the same and is served from the transcript.
"""

from collections.abc import Iterable

from seedbed.project import paths
from seedbed.util.rows import Row, read_rows, write_rows


def read_again(stage: str) -> dict[str, int]:
    """Return how often to request each row of a stage again, by request id; rows with 0 are left out.

    Raises:
        UserError: the file breaks its schema.
    """
    return {row["id"]: row["times"] for row in _rows() if row["stage"] == stage}


def ask_again(stage: str, ids: Iterable[str]) -> None:
    """Raise the number of each of a stage's rows by one."""
    rows = {(row["stage"], row["id"]): row["times"] for row in _rows()}
    for id in ids:
        rows[stage, id] = rows.get((stage, id), 0) + 1
    written = [{"stage": stage, "id": id, "times": times} for (stage, id), times in sorted(rows.items())]
    write_rows(paths.AGAIN, written, "again")


def _rows() -> Iterable[Row]:
    return read_rows(paths.AGAIN, "again", unique=None) if paths.AGAIN.is_file() else ()
