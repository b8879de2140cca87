"""filter: one kept instruction; or one rejected, with reason, nearest neighbour and score.

{"detail":"too close to a seed or …","id":"s00012-1",…,"neighbour":"s00003-4","reason":"near_duplicate","score":0.8125}

The rules are in `seedbed/filtering/`. `generate` needs their word to know when it has enough, and writes it down; here the
rows part.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from seedbed.project.params import load_params
from seedbed.util.errors import UserError, run
from seedbed.util.rows import read_rows, writing_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--decisions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rejected", type=Path, required=True)
    args = parser.parse_args()

    load_params()  # which refuses a project of another edition
    candidates, decisions = read_rows(args.candidates, "candidate"), read_rows(args.decisions, "decision")
    counts: Counter[str] = Counter()

    with writing_rows(args.out, "instruction") as keep, writing_rows(args.rejected, "rejected") as reject:
        for candidate, decision in zip(candidates, decisions, strict=True):
            if candidate["id"] != decision["id"]:
                raise UserError(
                    f"{args.decisions}: {decision['id']!r} where {candidate['id']!r} was expected; the two files are of two "
                    "builds: run `dvc repro generate`"
                )
            if decision["reason"] is None:
                keep(candidate)
            else:
                reject(candidate | decision)
            counts[decision["reason"] or "kept"] += 1
    print("filter: " + ", ".join(f"{count} {name}" for name, count in counts.most_common()), file=sys.stderr)


if __name__ == "__main__":
    run(main)
