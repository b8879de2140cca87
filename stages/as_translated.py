"""as_translated: a seed task as the machine translated it, in the form of an edited one.

{"id":"email-03","input":"","instruction":"…","is_classification":false,"made_by":{…},"output":"…","status":"unreviewed",…}
"""

import argparse
from pathlib import Path

from seedbed.project.params import load_params
from seedbed.steps.post_editing import as_translated
from seedbed.util.errors import run
from seedbed.util.rows import read_rows, write_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--translated", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    load_params()  # which refuses a project of another edition
    write_rows(args.out, as_translated(read_rows(args.translated, "translated_task"), "task"), "edited_task")


if __name__ == "__main__":
    run(main)
