"""`python -m benchmarks.rules --candidates N`: the whole filter, every rule of `params.yaml`, beside tokenising alone.

Prints one JSON line. The candidates are the stand-in's, or those of a JSON Lines file; `filter_cpu_s` is all that both
processes spent beside tokenising, the second one's start included. The goal: at most 1.5 times tokenising. A candidate that a
rule rejects by itself is not tokenised.
"""

import argparse
import json
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from seedbed.filtering.filter import load_filter
from seedbed.project.params import load_params
from seedbed.project.prompts import load_prompt
from seedbed.stand_in.generation import write
from seedbed.util.rows import Row, read_rows


def candidates(seed: int) -> Iterator[Row]:
    """Yield candidates as the stand-in writes them, flawed ones and near-duplicates among them."""
    chance, number = random.Random(seed), 0
    while True:
        for row in write(5, chance):
            yield row | {"id": f"c{number}"}
            number += 1


def spent_s() -> float:
    """Return the CPU seconds of this process and of those that it started and that have ended."""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=52_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--input", type=Path, help="take the rows of this JSON Lines file instead")
    args = parser.parse_args()

    params, source = load_params(), read_rows(args.input) if args.input else candidates(args.seed)
    rows = list(islice(source, args.candidates))
    with load_filter(params, [], [], load_prompt("generate")) as filter:
        began = spent_s()
        reasons = Counter(rejection.reason if rejection else "kept" for _, rejection in filter.decide_all(rows))
    tokenising = filter.tokenising_s
    filtering = spent_s() - began - tokenising
    figures = {
        "candidates": len(rows),
        "characters_compared": round(sum(len(row["instruction"]) + len(row["input"]) for row in rows) / len(rows)),
        "characters_of_outputs": round(sum(len(row["output"]) for row in rows) / len(rows)),
        "tokenise_cpu_s": round(tokenising, 2),
        "filter_cpu_s": round(filtering, 2),
        "filter_of_tokenising": round(filtering / tokenising, 2),
        "decisions": dict(reasons.most_common()),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
