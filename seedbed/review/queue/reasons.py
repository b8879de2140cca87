"""How likely a translated row needs a person's work, and why.

Each reason has a code, which never changes, and what was seen, which `seedbed.review.texts` puts into words. A
reason is a hint for the order in which rows are shown to people: it changes no row and refuses none.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from seedbed.project.corpora import field_names
from seedbed.project.review_words import Words
from seedbed.review.queue import checks
from seedbed.review.queue.corpus_statistics import CorpusStatistics
from seedbed.util.rows import Row

WEIGHTS = {
    "empty": 5.0,  # there is a source and no text, or the other way round
    "untranslated": 4.0,  # the source is copied into the translation
    "protected": 3.0,  # code, placeholders or addresses differ
    "numerals": 2.0,  # numbers differ
    "left_over": 1.5,  # words of the source's script
    "translationese": 1.5,  # marks of a text that follows its source too closely
    "register": 1.5,  # two styles in one paragraph
    "length": 1.0,  # much longer or shorter than the corpus's translations are
    "terms": 1.0,  # the same words are translated differently elsewhere
}
"""Every code, and what one thing of its kind weighs; *n* of them weigh √n times as much."""


@dataclass(frozen=True)
class Reason:
    """Why a row may need work.

    Attributes:
        code: a key of `WEIGHTS`.
        findings: what was seen, in the order of the text, each thing as often as it occurs.
        weight: what it adds to the row's score.
        field: the field it was seen in.
    """

    code: str
    findings: tuple[checks.Finding, ...]
    weight: float
    field: str


def reasons(translated: Row, kind: str, words: Words, corpus: CorpusStatistics) -> list[Reason]:
    """Return why a row of `translate` may need work, field by field, in the order of `WEIGHTS`.

    None for a row without a translation: there is nothing to edit.
    """
    reasons_of_row: list[Reason] = []
    for name in field_names(translated["translation"], kind) if translated["translation"] else ():
        source, text = translated["source"][name], translated["translation"][name]
        if not source.strip() or not text.strip():
            if source.strip() or text.strip():
                missing = checks.finding("no_translation" if source.strip() else "no_source")
                reasons_of_row.append(Reason("empty", (missing,), WEIGHTS["empty"], name))
            continue
        copied = checks.untranslated(source, text, words)
        findings = {
            "untranslated": copied,
            "protected": checks.protected(source, text),
            "numerals": checks.numerals(source, text, words),
            "left_over": [] if copied else checks.left_over(source, text, words),
            "translationese": checks.translationese(text, words),
            "register": checks.register(text, words),
            "length": [] if source == text else checks.length(source, text, corpus.ratios.get(name)),
            "terms": checks.differing_terms(source, text, translated["id"], corpus),
        }
        for code, found_here in findings.items():
            if found_here:
                weight = round(WEIGHTS[code] * math.sqrt(len(found_here)), 2)
                reasons_of_row.append(Reason(code, tuple(found_here), weight, name))
    return reasons_of_row


def score(row_reasons: Iterable[Reason]) -> float:
    """Return how much work a row is likely to need: the sum of its reasons' weights, 0 where there is none."""
    return round(sum(reason.weight for reason in row_reasons), 2)
