"""Select the most informative rows and questions of a change, one of each kind first.

A question whose outcome changed by most, and in the most matches; a candidate that the filter decides otherwise with the same
text; a built row whose text changed.
"""

from collections.abc import Iterator
from itertools import chain, zip_longest

from seedbed.diff.blocks import Code, Line
from seedbed.diff.comparison import Comparison, DatasetChange, DecisionFlip, VerdictFlip

_SHOWN = 3
_TEXT = 80
"""Characters of a text, which is there to be recognised."""
_SCORES = {"win": 2, "tie": 1, "loss": 0}


def telling(comparison: Comparison) -> list[Line]:
    """Return up to three lines, each a row or a question and its change."""
    kinds = (_questions(comparison["verdicts"]["flips"]), _decisions(comparison["filter"]["flips"]), _texts(comparison["rows"]))
    found = (line for line in chain.from_iterable(zip_longest(*kinds)) if line)
    return [line for line, _ in zip(found, range(_SHOWN), strict=False)]


def _questions(flips: list[VerdictFlip]) -> Iterator[Line]:
    """Yield the questions whose outcome changed, those that changed most and in most matches first."""
    changed: dict[str, list[VerdictFlip]] = {}
    for flip in flips:
        known = changed.setdefault(flip["question"], [])
        if flip["old"] != flip["new"] and flip["match"] not in {row["match"] for row in known}:
            known.append(flip)
    ordered = sorted(
        ((id, rows) for id, rows in changed.items() if rows),
        key=lambda pair: (-max(map(_swing, pair[1])), -len(pair[1]), pair[0]),
    )
    for id, rows in ordered:
        first = max(rows, key=_swing)
        more = f", and in {len(rows) - 1} more" if len(rows) > 1 else ""
        yield (
            "question ",
            Code(id),
            ": ",
            Code(first["old"]),
            " → ",
            Code(first["new"]),
            " in ",
            Code(first["match"]),
            f"{more}.",
        )


def _swing(flip: VerdictFlip) -> float:
    """Return how far an outcome moved; one that became invalid, or valid, lies between a step and two."""
    if "invalid" in (flip["old"], flip["new"]):
        return 1.5
    return abs(_SCORES[flip["new"]] - _SCORES[flip["old"]])


def _decisions(flips: list[DecisionFlip]) -> Iterator[Line]:
    """Yield the candidates that the filter decides otherwise, those with the same text first."""
    for flip in flips:
        text = flip["instruction"] if len(flip["instruction"]) <= _TEXT else f"{flip['instruction'][:_TEXT]}…"
        place = Code(f"{flip['generation']}/{flip['id']}")
        yield ("instruction ", place, ": ", Code(flip["old"]), " → ", Code(flip["new"]), ", ", Code(text), ".")


def _texts(datasets: list[DatasetChange]) -> Iterator[Line]:
    """Yield the built rows whose text changed, in the order of the pipeline, one of each dataset."""
    for dataset in datasets:
        for sample in dataset["samples"].get("changed", [])[:1]:
            names = ", ".join(field["name"] for field in sample["fields"])
            yield ("row ", Code(f"{dataset['dataset']}: {sample['id']}"), " changed in ", Code(names), ".")
