"""Sampling logs of votes: the pairs of answers to vote on, with their sampling probabilities.

`seedbed review --draw N` writes the probabilities before it shows anything, one file a match. A line of
`data/votes/draws/good-vs-thin.jsonl`:

    {"baseline_hash":"…","match":"good-vs-thin","model_hash":"…","probability":0.4,"question":"fermi-01"}

An item is drawn where a number from 0 to 1, made of the item alone, is below its probability. So the draw is the same on
every machine, and one with a higher probability holds the first: of several lines on an item the greatest probability counts.
Lines are only ever added, and two people's merge.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from seedbed.project import paths
from seedbed.util.canonical import canonical, content_hash
from seedbed.util.jsonl_edit import locked
from seedbed.util.rows import read_rows, write_text


class Item(NamedTuple):
    """Two answers to one question, by the match and their hashes."""

    match: str
    question: str
    model_hash: str
    baseline_hash: str


def chance(item: Item) -> float:
    """Return the item's own number, from 0 to 1, which nothing but the item decides."""
    return int(content_hash(["draw", *item])[:13], 16) / 16**13


def is_drawn(item: Item, probability: float) -> bool:
    """Whether an item is drawn, given its probability."""
    return chance(item) < probability


def read_draws(folder: Path = paths.DRAWS) -> dict[Item, float]:
    """Return the probability of each item that was ever to be drawn.

    Raises:
        UserError: a row breaks its schema.
    """
    return {item: probabilities[-1] for item, probabilities in read_levels(folder).items()}


def read_levels(folder: Path = paths.DRAWS) -> dict[Item, list[float]]:
    """Return all probabilities of each item, one draw after the other, from the smallest to the greatest.

    Raises:
        UserError: a row breaks its schema.
    """
    probabilities: dict[Item, set[float]] = {}
    for path in sorted(folder.glob("[!.]*.jsonl")):
        for row in read_rows(path, "draw", unique=None):
            item = Item(*(row[name] for name in Item._fields))
            probabilities.setdefault(item, set()).add(row["probability"])
    return {item: sorted(levels) for item, levels in probabilities.items()}


def log_draws(probabilities: Mapping[Item, float]) -> int:
    """Add the probabilities that are higher than those on file; return how many were.

    Raises:
        UserError: a file is not valid, or another process has been writing to it.
    """
    added = 0
    for match in dict.fromkeys(item.match for item in probabilities):
        path = paths.draws(match)
        with locked(path, paths.locks()):
            known = read_draws()
            new = {item: p for item, p in probabilities.items() if item.match == match and p > known.get(item, 0)}
            if new:
                before = path.read_text(encoding="utf-8") if path.is_file() else ""
                ended = before if before.endswith("\n") or not before else f"{before}\n"  # an editor may leave the end out
                write_text(path, ended + _lines(new.items()))
        added += len(new)
    return added


def _lines(pairs: Iterable[tuple[Item, float]]) -> str:
    return "".join(canonical(item._asdict() | {"probability": probability}) + "\n" for item, probability in pairs)
