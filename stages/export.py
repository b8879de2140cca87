"""export: one training example, in each format that trainers read.

Two training sets: `seedbed` (the edited seeds and the instructions generated from them) and `baseline` (the common
practice: English tasks translated directly, with no post-edit), so that the two methods can be compared.

    {"messages":[{"content":"…","role":"user"},{"content":"…","role":"assistant"}]}

Both are in `training_sets.parquet` too, with where each example comes from, for whoever selects and mixes.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.project.params import load_params
from seedbed.steps.exporters import load_exporter, schema_of
from seedbed.util import tables
from seedbed.util.errors import run
from seedbed.util.rows import Row, read_rows, write_rows


def baseline_tasks(translated: Path) -> Iterator[Row]:
    """Yield the direct translations; one that failed is dropped."""
    yield from (row["translation"] for row in read_rows(translated, "translated_task") if row["translation"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--instructions", type=Path, required=True)
    parser.add_argument("--baseline", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder")
    args = parser.parse_args()

    params = load_params()
    refuse_unknown_names(params, "export")
    settings = params["export"]
    for format in settings["formats"]:
        seeds = read_rows(args.seeds, "edited_task") if settings["seeds"] else iter(())
        instructions = read_rows(args.instructions, "instruction")
        sets = {"seedbed": chain(seeds, instructions), "baseline": baseline_tasks(args.baseline)}
        for name, tasks in sets.items():
            rows = map(load_exporter(format), tasks)
            write_rows(args.out / f"{name}.{format}.jsonl", rows, schema_of(format))
    made = tables.Tables()
    made.load("exported_seeds", [args.seeds] if settings["seeds"] else [], tables.TASKS)
    made.load("instructions", [args.instructions], tables.INSTRUCTIONS)
    made.load("baseline_tasks", [args.baseline], tables.TRANSLATED)
    made.write_parquet("training_sets", args.out / "training_sets.parquet")
    print(f"export: {args.out}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
