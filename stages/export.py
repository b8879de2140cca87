"""export: one training example, in each format that trainers read.

    {"messages":[{"content":"…","role":"user"},{"content":"…","role":"assistant"}]}

`messages.jsonl` is always written, since training reads it; `examples.parquet` has all examples with where each comes from.
"""

import argparse
import sys
from pathlib import Path

from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.project.params import load_params
from seedbed.steps.exporters import load_exporter, schema_of
from seedbed.steps.exporting import examples, set_rows, write_parquet
from seedbed.util.errors import run
from seedbed.util.rows import read_rows, write_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", required=True, help="id of a training set in params.yaml")
    parser.add_argument("--seeds", type=Path, required=True, help="file of seed tasks")
    parser.add_argument(
        "--rows", type=Path, required=True, help="file of rows, or a folder of several where the set mixes them"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder")
    args = parser.parse_args()

    params = load_params()
    refuse_unknown_names(params, "export")
    training_set = params["sets"][args.set]
    taken = set_rows(training_set, args.rows)
    rows = list(examples(read_rows(args.seeds), taken))
    for format in dict.fromkeys(["messages", *params["export"]["formats"]]):
        write_rows(args.out / f"{format}.jsonl", map(load_exporter(format), rows), schema_of(format))
    write_parquet(rows, args.out / "examples.parquet")
    few = f", fewer rows than first: {first}" if len(taken) < (first := training_set.get("first", 0)) else ""
    print(f"export@{args.set}: {len(rows)} examples in {args.out}{few}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
