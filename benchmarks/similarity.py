"""`python -m benchmarks.similarity --candidates N --reference M`: the exact filter beside the plain loop.

Prints one JSON line. The first M candidates go through the plain reference too (a quadratic table for each pair, as
rouge_score's `_score_lcs` fills it), and must be decided the same, with the same neighbour and score; what the reference
would take for all N is extrapolated, quadratically.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from seedbed.filtering.background import Ahead
from seedbed.filtering.engines import Engine, load_engine
from seedbed.filtering.similarity import Encoder, Neighbour, Pool, rouge_l
from seedbed.project.params import load_params
from seedbed.stand_in.generation import write
from seedbed.util.rows import read_rows


def texts(count: int, duplicates: float, seed: int) -> Iterator[str]:
    """Yield instructions of the stand-in's grammar; the share `duplicates` repeats an earlier one, a word changed."""
    chance = random.Random(seed)
    earlier: list[str] = []
    while len(earlier) < count:
        if earlier and chance.random() < duplicates:
            source = chance.choice(earlier)
            place = chance.randrange(len(source))
            text = source[:place] + chance.choice(["とても", "少し", "さらに"]) + source[place + 1 :]
        else:
            text = _fresh(chance)
        earlier.append(text)
        yield text


def _fresh(chance: random.Random) -> str:
    """Return an instruction with its input, as the filter compares them, of more than 30 characters."""
    while True:
        for row in write(5, chance):
            if len(text := row["instruction"] + row["input"]) > 30:
                return str(text)


def lcs(one: list[str], other: list[str]) -> int:
    """Return the length of the longest common subsequence, by the plain quadratic table."""
    row = [0] * (len(other) + 1)
    for token in one:
        diagonal = 0
        for place, against in enumerate(other, start=1):
            diagonal, row[place] = row[place], diagonal + 1 if token == against else max(row[place], row[place - 1])
    return row[-1]


def reference(tokens: list[list[str]], threshold: float) -> list[Neighbour | None]:
    """Return each candidate's neighbour (None where it is kept), by a loop over everything kept before."""
    kept: list[int] = []
    decisions: list[Neighbour | None] = []
    for number, candidate in enumerate(tokens):
        best: Neighbour | None = None
        for other in kept:
            score = rouge_l(lcs(candidate, tokens[other]), len(candidate), len(tokens[other]))
            if score >= threshold and (best is None or score > best.score):
                best = Neighbour(str(other), score)
        decisions.append(best)
        if best is None:
            kept.append(number)
    return decisions


@dataclass
class Spent:
    """CPU seconds of tokenising, in its own process, and of deciding, in this one."""

    tokenising: float = 0
    filtering: float = 0


def decided(
    pieces: Iterable[list[list[str]]], threshold: float, spent: Spent | None = None, engine: Engine | None = None
) -> Iterator[tuple[list[str], Neighbour | None]]:
    """Yield each text's tokens and its neighbour (None where it is kept), by `seedbed.filtering.similarity.Pool`."""
    pool, encode, number = Pool(threshold, strict=False, engine=engine), Encoder(), count()
    for tokens in pieces:
        began = time.process_time()
        found = []
        texts = encode.all(tokens)
        pool.expect(texts)
        for text in texts:
            near, id = pool.nearest(text), str(next(number))
            found.append(near)
            if near is None:
                pool.add(id, text)
        if spent:
            spent.filtering += time.process_time() - began
        yield from zip(tokens, found, strict=True)


def tokenised(lines: Iterable[str], tokeniser: dict[str, Any], spent: Spent, together: int = 256) -> Iterator[list[list[str]]]:
    """Yield the tokens of `lines` in pieces, tokenised ahead, as the filter has it."""
    with Ahead(tokeniser) as ahead:
        for _, looks in ahead.all(({"instruction": line} for line in lines), together):
            spent.tokenising = ahead.tokenising_s
            yield [ahead.encode.tokens(look.text) for look in looks if look.text]


def ours(tokens: list[list[str]], threshold: float) -> list[Neighbour | None]:
    """Return the neighbours of texts that are tokenised already."""
    pieces = (tokens[start : start + 256] for start in range(0, len(tokens), 256))
    return [near for _, near in decided(pieces, threshold)]


def peak_mib() -> float:
    """Return the most memory that this process held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=52_000)
    parser.add_argument("--reference", type=int, default=1_000, help="how many go through the plain reference too")
    parser.add_argument("--duplicates", type=float, default=0.2, help="share of the candidates that repeat an earlier one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=["local", "ray"], default="local", help="Ray counts by the clock alone")
    parser.add_argument("--input", type=Path, help="take the field `instruction` of this JSON Lines file instead")
    args = parser.parse_args()

    settings = load_params()["filter"]
    threshold = settings["similarity"]["threshold"]
    source = (
        (row["instruction"] for row in read_rows(args.input))
        if args.input
        else texts(args.candidates, args.duplicates, args.seed)
    )
    lines = [text for text, _ in zip(source, range(args.candidates), strict=False)]
    spent, engine = Spent(), load_engine(args.engine)
    began = time.perf_counter()
    few: list[list[str]] = []
    decisions = []
    pieces = tokenised(lines, settings["tokeniser"], spent, engine.window)
    for tokens, near in decided(pieces, threshold, spent, engine):
        decisions.append(near)
        few += [tokens] if len(few) < args.reference else []
    wall = time.perf_counter() - began
    peak = peak_mib()
    began_reference = time.process_time()
    expected = reference(few, threshold)
    reference_s = time.process_time() - began_reference
    extrapolated = reference_s * (len(lines) / max(1, len(few))) ** 2
    figures = {
        "candidates": len(lines),
        "kept": decisions.count(None),
        "tokenise_cpu_s": round(spent.tokenising, 2),
        "filter_cpu_s": round(spent.filtering, 2),
        "wall_s": round(wall, 2),
        "peak_mib": round(peak),
        "reference_candidates": len(few),
        "reference_cpu_s": round(reference_s, 2),
        "reference_extrapolated_cpu_s": round(extrapolated),
        "speedup": round(extrapolated / spent.filtering),
        "identical": expected == decisions[: len(few)],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
