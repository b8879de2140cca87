"""post_edit: the translated row after the person's edit, with its status.

{"category":"fermi","id":"fermi-01","made_by":{…},"status":"edited","text":"大阪市内に…"}
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from seedbed.project.corpora import FIELDS, status_of
from seedbed.project.edits import read_edits
from seedbed.project.params import load_params
from seedbed.util.errors import UserError, run
from seedbed.util.rows import Row, read_rows, write_rows

_APPLIED = {"edited", "outdated", "approved"}
_NOT_REVIEWED = {"unreviewed", "stale"}


def edited(translated: list[Row], edits: dict[str, Row], kind: str, unreviewed: str) -> Iterator[Row]:
    """Yield the rows that stay, in order.

    Args:
        translated: rows of `translate`; one without a translation is dropped.
        edits: the edits, by row id.
        kind: `task` or `question`.
        unreviewed: `use`, `drop` or `fail`: what becomes of a row without an edit that holds.
    """
    found = [(row, status_of(row, edits.get(row["id"]))) for row in translated if row["translation"] is not None]
    waiting = [(row["id"], status) for row, status in found if status in _NOT_REVIEWED]
    if waiting and unreviewed == "fail":
        id, status = waiting[0]
        more = f", {len(waiting) - 1} more are not reviewed" if len(waiting) > 1 else ""
        raise UserError(
            f"row {id!r} is {status}{more}, and post_edit.unreviewed is 'fail': review with `seedbed review`, "
            "or set it to use or drop"
        )
    for row, status in found:
        edit = edits.get(row["id"])
        if status in _NOT_REVIEWED and unreviewed == "drop":
            continue
        fields = edit["fields"] if edit and status in _APPLIED else row["translation"]
        rest = {name: value for name, value in row.items() if name not in ("source", "translation", "failure")}
        yield rest | {name: fields[name] for name in FIELDS[kind]} | {"status": status}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True, help="id of a corpus in params.yaml")
    parser.add_argument("--translated", type=Path, required=True)
    parser.add_argument("--edits", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    params = load_params()
    kind = params["corpora"][args.corpus]["kind"]
    translated = list(read_rows(args.translated, f"translated_{kind}"))
    edits = read_edits(args.edits, kind)
    rows = list(edited(translated, edits, kind, params["post_edit"]["unreviewed"]))
    write_rows(args.out, rows, f"edited_{kind}")

    counts = Counter(row["status"] for row in rows)
    counts["orphaned edits"] = len(edits.keys() - {row["id"] for row in translated})
    counts["dropped"] = len(translated) - len(rows)
    words = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count)
    print(f"post_edit@{args.corpus}: {words}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
