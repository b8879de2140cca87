"""post_edit: the translated row after the person's edit, with its status.

{"category":"fermi","id":"fermi-01","made_by":{…},"status":"edited","text":"大阪市内に…"}
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from seedbed.project.corpora import status_of
from seedbed.project.edits import read_edits
from seedbed.project.params import load_params
from seedbed.project.sign_off import is_confirmed
from seedbed.steps.post_editing import edited
from seedbed.util.errors import run
from seedbed.util.rows import read_rows, write_rows


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
    settings = params["post_edit"]
    require = settings.get("require", "edited")
    rows = list(edited(translated, edits, kind, settings["unreviewed"], require))
    write_rows(args.out, rows, f"edited_{kind}")

    counts = Counter[str](row["status"] for row in rows)
    counts["orphaned edits"] = len(edits.keys() - {row["id"] for row in translated})
    counts["rejected"] = sum(status_of(row, edits.get(row["id"])) == "rejected" for row in translated)
    counts["dropped"] = len(translated) - len(rows) - counts["rejected"]
    if require == "confirmed":
        counts["confirmed"] = sum(is_confirmed(row, edits.get(row["id"])) for row in translated)
    words = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count)
    print(f"post_edit@{args.corpus}: {words or 'no rows'}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
