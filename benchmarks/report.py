"""`python -m benchmarks.report`: what the benchmark stage costs for 20 models, all pairs, 80 questions and 3 judges.

Prints one JSON line: the judgments, and the seconds of the report, of its page, of both, and of the processor in all (on a busy
machine the one that counts), with one judge and with several. With `--profile` the calls that took longest go to stderr.
"""

import argparse
import cProfile
import json
import pstats
import random
import sys
import time
from contextlib import chdir
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import benchmark_page
from tests.builds import Build

CATEGORIES = 8
VERDICTS = ("first", "second", "tie")


def build(folder: Path, models: int, questions: int, judges: int) -> Build:
    """Return a build of all pairs of so many models, whose strength grows with their number."""
    names = [f"model-{number:02}" for number in range(models)]

    def verdict(judge: str, match: str, question: str, order: str) -> tuple[str, str]:
        chance = random.Random(f"{judge} {match} {question} {order}")
        first, second = (int(name[-2:]) for name in match.split("-vs-"))
        lead = (first - second if order == "ab" else second - first) / models + chance.gauss(0, 0.6)
        return VERDICTS[2 if abs(lead) < 0.1 else int(lead < 0)], "why " * 40

    pairs = list(combinations(names, 2))
    people = [("ann", 0.8), ("ben", 0.7), ("cho", 0.6)]
    voted = [
        (
            name,
            f"{one}-vs-{other}",
            f"q{number % questions:02}",
            random.Random(f"{name} {number}").choice(["model", "baseline"]),
            "",
        )
        for name, _ in people
        for number, (one, other) in enumerate(pairs)
    ]
    return Build(
        folder,
        models=names,
        matches=pairs,
        questions=[(f"category-{number % CATEGORIES}", f"question {number}") for number in range(questions)],
        answer=lambda model, question: f"{model} {question} " * random.Random(f"{model} {question}").randint(5, 60),
        judge=lambda match, question, order: verdict("judge", match, question, order),
        judges=[f"judge-{number}" for number in range(judges)] if judges > 1 else [],
        juror=verdict,
        votes=voted,
        changes={"report": {"bootstrap": 10_000, "confidence": 95, "seed": 0, "language": "en"}},
    )


def seconds(made: Build, profile: bool) -> dict[str, float]:
    """Return how long the parts of the stage take, after the files are there."""
    with made.written() as params, chdir(made.folder):
        watch = cProfile.Profile(time.process_time)  # of the processor: other work does not count
        began, cpu = time.perf_counter(), time.process_time()
        if profile:
            watch.enable()
        report = Benchmark(params)
        texts = [report.win_rates_csv(), report.health_csv(), report.methods_csv(), report.metrics(), report.summary()]
        reported = time.perf_counter()
        page = benchmark_page(report)
        drawn = time.perf_counter()
        if profile:
            watch.disable()
            pstats.Stats(watch, stream=sys.stderr).sort_stats("cumulative").print_stats(60)
    assert all(texts)
    assert page
    both = {"both": round(drawn - began, 2), "processor": round(time.process_time() - cpu, 2)}
    return {"report": round(reported - began, 2), "page": round(drawn - reported, 2)} | both


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("models", 20), ("questions", 80), ("judges", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    with TemporaryDirectory() as name:
        figures = {
            f"judges_{judges}": seconds(build(Path(name) / str(judges), args.models, args.questions, judges), args.profile)
            for judges in dict.fromkeys((1, args.judges))
        }
    judgments = args.models * (args.models - 1) * args.questions * args.judges
    print(json.dumps({"judgments": judgments, "seconds": figures}))


if __name__ == "__main__":
    main()
