"""`python -m benchmarks.on_ray > benchmarks/on_ray.jsonl`: the exact filter by this process, and by one and two Ray workers.

Prints a JSON line for each number of candidates and of workers (0 is the local engine): seconds by the clock, tokenising left
out, CPU seconds of the process that decides, whether every decision, neighbour and score is the local engine's, and the
machine's load. Needs `pip install 'seedbed[ray]'`.
"""

import argparse
import json
import os
import time

from benchmarks.similarity import decided, texts
from seedbed.filtering.engines import Engine, Local, load_engine
from seedbed.filtering.similarity import Neighbour
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.project.params import load_params

Decisions = list[Neighbour | None]


def timed(tokens: list[list[str]], workers: int, threshold: float) -> tuple[Decisions, float, float]:
    """Return the decisions, and the seconds by the clock and of this process's CPU; a cluster's start is left out."""
    if not workers:
        return _timed(tokens, threshold, Local())
    import ray

    ray.init(num_cpus=workers, log_to_driver=False, logging_level="error", include_dashboard=False)
    try:
        return _timed(tokens, threshold, load_engine("ray"))
    finally:
        ray.shutdown()


def _timed(tokens: list[list[str]], threshold: float, engine: Engine) -> tuple[Decisions, float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    pieces = (tokens[start : start + engine.window] for start in range(0, len(tokens), engine.window))
    decisions = [near for _, near in decided(pieces, threshold, engine=engine)]
    return decisions, time.perf_counter() - began, time.process_time() - cpu


def main() -> None:
    """Print a JSON line for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 20_000, 52_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    args = parser.parse_args()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.pop("RAY_ADDRESS", None)
    settings = load_params()["filter"]
    tokenise, threshold = load_tokeniser(settings["tokeniser"]), settings["similarity"]["threshold"]
    tokens = [tokenise(text) for text in texts(max(args.sizes), 0.2, 0)]
    for size in args.sizes:
        expected: Decisions = []
        for workers in (0, *args.workers):
            decisions, seconds, cpu = timed(tokens[:size], workers, threshold)
            expected = expected or decisions
            figures = {"candidates": size, "workers": workers, "kept": decisions.count(None), "seconds": round(seconds, 1)}
            more = {"cpu_s": round(cpu, 1), "identical": decisions == expected, "load": round(os.getloadavg()[0], 1)}
            print(json.dumps(figures | more), flush=True)


if __name__ == "__main__":
    main()
