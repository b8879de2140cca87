"""benchmark: one (match, category) with its counts, rates and interval; the judge's health; its agreement with people.

match,model,baseline,category,n,wins,losses,ties,inconsistent,invalid,win_rate,adjusted_win_rate,ci_low,ci_high,cut
good-vs-thin,good,thin,fermi,10,8,1,1,1,0,80.0,85.0,65.0,100.0,0
"""

import argparse
import sys
from pathlib import Path

from seedbed.pipeline.prune import prune
from seedbed.project.params import load_params
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import benchmark_page
from seedbed.util.errors import run
from seedbed.util.rows import write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the reports")
    args = parser.parse_args()

    params = load_params()
    prune(params)  # a plain `dvc repro` has no other place for it, and the folders are hashed after the run
    benchmark = Benchmark(params)
    # Everything is computed before the first file is written: DVC deleted the old reports, and git has them.
    texts = {
        "win_rates.csv": benchmark.win_rates_csv(),
        "judge_health.csv": benchmark.health_csv(),
        "methods.csv": benchmark.methods_csv(),
        "turns.csv": benchmark.turns_csv(),
        "ratings.csv": benchmark.ratings_csv(),
        "benchmark.json": benchmark.metrics(),
        "benchmark.md": benchmark.summary(),
        "benchmark.html": benchmark_page(benchmark),
    }
    for name, text in texts.items():
        write_text(args.out / name, text)
    print(f"benchmark: {args.out / 'benchmark.html'}, {args.out / 'benchmark.md'}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
