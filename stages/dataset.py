"""dataset: one result of the generated instructions, with its count and share; diversity, effort, cost.

generation,decision,candidates,percent
native,kept,502,81.63
"""

import argparse
import sys
from pathlib import Path

from seedbed.pipeline.prune import prune
from seedbed.project.params import load_params
from seedbed.reporting.dataset import Dataset
from seedbed.reporting.dataset_page import dataset_page
from seedbed.util.errors import run
from seedbed.util.rows import write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the reports")
    args = parser.parse_args()

    params = load_params()
    prune(params)  # a plain `dvc repro` has no other place for it, and the folders are hashed after the run
    dataset = Dataset(params)
    # Everything is computed before the first file is written: DVC deleted the old reports, and git has them.
    texts = {
        "dataset.csv": dataset.decisions_csv(),
        "spread.csv": dataset.spread_csv(),
        "coverage.csv": dataset.coverage_csv(),
        "dataset.json": dataset.metrics(),
        "dataset.md": dataset.summary(),
        "dataset.html": dataset_page(dataset),
    }
    for name, text in texts.items():
        write_text(args.out / name, text)
    print(f"dataset: {args.out / 'dataset.html'}, {args.out / 'dataset.md'}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
