"""`python -m benchmarks.compare`: the exact filter beside rouge_score, rapidfuzz's cdist and MinHash, and how it grows.

One run measures everything, in CPU seconds, on texts of `benchmarks.similarity`'s generator, and writes
`benchmarks/README.md` and `benchmarks/growth.svg`. Tokenising is measured by itself and is in no other figure. A million texts
take about twenty minutes; `--sizes` takes fewer, and `--trials` measures nothing: it writes the tables of the other commands'
files (`benchmarks.trials`) into the page anew.
"""

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any, TypeVar

import numpy as np
from datasketch import MinHash, MinHashLSH
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist
from rouge_score.rouge_scorer import _score_lcs

from benchmarks.similarity import Spent, decided, ours, peak_mib, texts, tokenised
from benchmarks.trials import tables, write
from seedbed.filtering.similarity import Encoder
from seedbed.filtering.token_arrays import as_codes
from seedbed.project.params import load_params

FOLDER = Path(__file__).parent
Tokens = list[list[str]]
T = TypeVar("T")
PERMUTATIONS = 128


def timed(work: Callable[..., T], *args: Any) -> tuple[T, float]:
    """Return what `work` gives for `args`, and its CPU seconds."""
    began = time.process_time()
    value = work(*args)
    return value, time.process_time() - began


def by_rouge_score(tokens: Tokens, threshold: float) -> list[bool]:
    """Return whether each text is kept, by rouge_score's own function, pair by pair."""
    kept: list[list[str]] = []
    decisions = []
    for candidate in tokens:
        decisions.append(all(_score_lcs(other, candidate).fmeasure < threshold for other in kept))
        if decisions[-1]:
            kept.append(candidate)
    return decisions


def by_cdist(tokens: Tokens, threshold: float) -> list[bool]:
    """Return the same from the whole matrix of common subsequences, block by block."""
    encoded = Encoder().all(tokens)
    codes, lengths = [as_codes(text.codes) for text in encoded], np.array([text.length for text in encoded])
    kept = np.zeros(len(tokens), dtype=bool)
    for start in range(0, len(tokens), 500):
        block = codes[start : start + 500]
        common = cdist(block, codes[: start + len(block)], scorer=LCSseq.similarity, dtype=np.int32)
        for row, place in enumerate(range(start, start + len(block))):
            found, other = common[row, :place].astype(float), lengths[:place]
            precision, recall = found / lengths[place], found / other
            with np.errstate(invalid="ignore"):
                scores = np.where(found > 0, 2 * precision * recall / (precision + recall), 0.0)
            kept[place] = not (scores[kept[:place]] >= threshold).any()
    return kept.tolist()


def by_minhash(tokens: Tokens, threshold: float) -> list[bool]:
    """Return about the same by MinHash: Jaccard similarity of the sets of tokens, estimated."""
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    decisions = []
    for number, candidate in enumerate(tokens):
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([token.encode() for token in candidate])
        decisions.append(not index.query(sketch))
        if decisions[-1]:
            index.insert(str(number), sketch)
    return decisions


def quality(found: list[bool], exact: list[bool]) -> tuple[float, float]:
    """Return recall and precision, in percent, of the rejections."""
    both = sum(not one and not other for one, other in zip(found, exact, strict=True))
    return 100 * both / max(1, exact.count(False)), 100 * both / max(1, found.count(False))


def main() -> None:
    """Measure, and write the page and its plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000])
    parser.add_argument("--compared", type=int, default=4_000, help="texts that cdist and MinHash decide")
    parser.add_argument("--reference", type=int, default=300, help="texts that rouge_score decides")
    parser.add_argument("--trials", action="store_true", help="write the tables of the trials' files anew, and nothing else")
    args = parser.parse_args()
    if args.trials:
        write()
        return

    settings = load_params()["filter"]
    threshold = settings["similarity"]["threshold"]
    lines = list(texts(max(args.sizes), 0.2, 0))
    spent, kept = Spent(), 0
    tokens: Tokens = []
    curve = []
    began = time.perf_counter()
    for number, (words, near) in enumerate(decided(tokenised(lines, settings["tokeniser"], spent), threshold, spent), start=1):
        tokens += [words] if number <= args.compared else []
        kept += near is None
        if number in args.sizes:
            curve.append((number, spent.tokenising, spent.filtering, kept, time.perf_counter() - began, peak_mib()))
            print(f"{number:,}: {spent.filtering:.1f} s", file=sys.stderr)

    few, some = tokens[: args.reference], tokens[: args.compared]
    times = (args.compared / args.reference) ** 2
    neighbours, by_us = timed(ours, some, threshold)
    exact = [near is None for near in neighbours]
    rows = [("Seedbed, exact", by_us, "", exact)]
    slow, seconds = timed(by_rouge_score, few, threshold)
    rows.append(("rouge_score, pair by pair", seconds * times, f"extrapolated from {args.reference}", slow))
    for name, work in (("rapidfuzz `cdist`", by_cdist), ("datasketch MinHash, LSH", by_minhash)):
        found, seconds = timed(work, some, threshold)
        rows.append((name, seconds, "", found))

    table = ["| who | CPU s | of Seedbed's | recall % | precision % | |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    for name, seconds, note, found in rows:
        recall, precision = quality(found, exact[: len(found)])
        table.append(f"| {name} | {seconds:.2f} | {seconds / by_us:.1f} | {recall:.1f} | {precision:.1f} | {note} |")
    growth = [
        "| candidates | kept | tokenising, CPU s | filter, CPU s | filter / tokenising | both, minutes | peak, MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    growth += [
        f"| {n:,} | {kept:,} | {a:.1f} | {b:.1f} | {b / a:.2f} | {wall / 60:.1f} | {peak:,.0f} |"
        for n, a, b, kept, wall, peak in curve
    ]

    def exponent(one: tuple[float, ...], other: tuple[float, ...]) -> float:
        return math.log(other[2] / one[2]) / math.log(other[0] / one[0])

    page = Template((FOLDER / "README.template.md").read_text(encoding="utf-8")).substitute(
        compared=f"{args.compared:,}",
        mean=f"{sum(map(len, some)) / len(some):.0f}",
        table="\n".join(table),
        growth="\n".join(growth),
        cores=str(os.cpu_count()),
        smallest=f"{curve[0][0]:,}",
        exponents="; ".join(f"to {row[0]:,} {exponent(curve[0], row):.2f}" for row in curve[1:]),
        last=f"{exponent(*curve[-2:]):.2f}",
        trials=tables().rstrip(),
    )
    (FOLDER / "README.md").write_text(page, encoding="utf-8")
    (FOLDER / "growth.svg").write_text(plot([row[:3] for row in curve]), encoding="utf-8")


def plot(curve: list[tuple[int, float, float]]) -> str:
    """Return a log-log plot, as SVG, of tokenising and of the filter."""
    low, high = math.log10(curve[0][0]), math.log10(curve[-1][0])
    seconds = [value for _, *both in curve for value in both]
    bottom, top = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def x(size: int) -> float:
        return 60 + 400 * (math.log10(size) - low) / (high - low)

    def y(value: float) -> float:
        return 250 - 220 * (math.log10(value) - bottom) / (top - bottom)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300" font-family="sans-serif" font-size="12">',
        '<rect width="600" height="300" fill="#fff"/>',
    ]
    for power in range(bottom, top + 1):
        parts.append(f'<path d="M60 {y(10**power):.1f}H460" stroke="#ddd"/>')
        parts.append(f'<text x="52" y="{y(10**power) + 4:.1f}" text-anchor="end" fill="#444">{10.0**power:g} s</text>')
    for size, *_ in curve:
        parts.append(f'<text x="{x(size):.1f}" y="270" text-anchor="middle" fill="#444">{size:,}</text>')
    parts.append('<text x="260" y="292" text-anchor="middle" fill="#444">candidates</text>')
    for column, name, colour in ((1, "tokenising", "#888888"), (2, "filter", "#0b6bab")):
        points = [(x(row[0]), y(row[column])) for row in curve]
        line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{colour}"/>' for px, py in points]
        shift = 12 if points[-1][1] == max(y(curve[-1][1]), y(curve[-1][2])) else -4
        parts.append(f'<text x="{points[-1][0] + 10:.1f}" y="{points[-1][1] + shift:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
