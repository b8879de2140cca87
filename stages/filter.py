"""filter: one kept instruction; or one rejected, with reason, nearest neighbour and score.

{"detail":"too close to a seed or …","id":"s00012-1",…,"neighbour":"s00003-4","reason":"near_duplicate","score":0.8125}
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from seedbed.errors import run
from seedbed.filters import load_filter
from seedbed.params import load_params
from seedbed.prompts import load_prompt
from seedbed.rows import read_rows, writing_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rejected", type=Path, required=True)
    args = parser.parse_args()

    prompt = load_prompt("generate")
    seeds, questions = read_rows(args.seeds, "edited_task"), read_rows(args.questions, "edited_question")
    filter = load_filter(load_params(), seeds, questions, prompt)
    counts: Counter[str] = Counter()

    with writing_rows(args.out, "instruction") as keep, writing_rows(args.rejected, "rejected") as reject:
        for candidate, rejection in filter.decide_all(read_rows(args.candidates, "candidate")):
            if rejection is None:
                keep(candidate)
            else:
                reject(candidate | rejection.fields())
            counts[rejection.reason if rejection else "kept"] += 1
    print("filter: " + ", ".join(f"{count} {name}" for name, count in counts.most_common()), file=sys.stderr)


if __name__ == "__main__":
    run(main)
