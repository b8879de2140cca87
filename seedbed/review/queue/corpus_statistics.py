"""What the translations of one corpus have in common, to hold each row against: lengths and terms."""

import math
import re
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seedbed.project.row_types import Translated
from seedbed.review.queue.prose import normalized, prose_of

_LEAST = 20
"""Characters of the shortest source whose length says something, and fields of the smallest corpus that has a median."""
_SHORT = 40
"""Characters of the longest text that `terms` takes for a term."""


@dataclass(frozen=True)
class CorpusStatistics:
    """Statistics of a whole corpus, to compare each row with.

    Attributes:
        ratios: by field, the median of log(translation length / source length) and its robust deviation.
        terms: by term of the sources, its translations, each with the ids of the rows that have it.
    """

    ratios: Mapping[str, tuple[float, float]]
    terms: Mapping[str, Mapping[str, list[str]]]


def corpus_statistics(rows: Iterable[Translated]) -> CorpusStatistics:
    """Return what the rows of `translate` of one corpus have in common; those without a translation are passed over."""
    ratios: dict[str, list[float]] = {}
    terms: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        machine = row["translation"] or {}
        for name, source in row["source"].items() if machine else ():
            text = machine[name]
            ratio = log_ratio(source, text)
            if ratio is not None:
                ratios.setdefault(name, []).append(ratio)
            for term, translation in terms_of(source, text):
                ids = terms.setdefault(term, {}).setdefault(translation, [])
                if row["id"] not in ids:
                    ids.append(row["id"])
    spreads = {}
    for name, values in ratios.items():
        middle = statistics.median(values)
        deviation = 1.4826 * statistics.median(abs(value - middle) for value in values)
        if len(values) >= _LEAST and deviation > 0:
            spreads[name] = (middle, deviation)
    return CorpusStatistics(spreads, {term: known for term, known in terms.items() if len(known) > 1})


def log_ratio(source: str, text: str) -> float | None:
    """Return log(length of the text / length of the source) of their prose; None where the source is too short to say."""
    theirs, ours = len(prose_of(source).strip()), len(prose_of(text).strip())
    return math.log(ours / theirs) if theirs >= _LEAST and ours else None


def terms_of(source: str, text: str) -> list[tuple[str, str]]:
    """Return the pairs that can be recognised without knowing either language: whole short fields, lines, and labels."""
    theirs, ours = source.strip().splitlines(), text.strip().splitlines()
    if len(theirs) != len(ours):
        return []
    pairs = []
    for one, other in zip(theirs, ours, strict=True):
        label, translated_label = (re.match(r"[^:：]+(?=[:：])", line) for line in (one, other))
        if label and translated_label:
            pairs.append((label[0].strip(), normalized(translated_label[0])))
        elif 1 < len(one.strip()) <= _SHORT:
            pairs.append((one.strip(), normalized(other)))
    return [(term, translation) for term, translation in pairs if term and translation and re.search(r"[^\W\d_]", term)]
