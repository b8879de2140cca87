"""How likely a translated row needs a person's work, and why.

Each reason has a code, which never changes, and what was seen, which `seedbed.review.texts` puts into words. A
reason is a hint for the order in which rows are shown to people: it changes no row and refuses none.
"""

import math
from collections.abc import Iterable, Sequence
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
            **_in_corpus(source, text, name, translated["id"], corpus),
        }
        reasons_of_row += [_reason(code, found_here, name) for code, found_here in findings.items() if found_here]
    return reasons_of_row


def _reason(code: str, findings: Sequence[checks.Finding], field: str) -> Reason:
    return Reason(code, tuple(findings), round(WEIGHTS[code] * math.sqrt(len(findings)), 2), field)


def _in_corpus(source: str, text: str, field: str, id: str, corpus: CorpusStatistics) -> dict[str, list[checks.Finding]]:
    """What a text is held against all others for: a change of another row can change it."""
    return {
        "length": [] if source == text else checks.length(source, text, corpus.ratios.get(field)),
        "terms": checks.differing_terms(source, text, id, corpus),
    }


def reasons_after(before: Iterable[Reason], translated: Row, kind: str, corpus: CorpusStatistics) -> list[Reason]:
    """Return the reasons of a row that is the same as before, where other rows of its corpus may be others.

    Args:
        before: its reasons so far.
        translated: the row.
        kind: `task` or `question`.
        corpus: what the corpus's translations have in common now.
    """
    own = [reason for reason in before if reason.code not in ("length", "terms")]
    for name in field_names(translated["translation"], kind) if translated["translation"] else ():
        source, text = translated["source"][name], translated["translation"][name]
        if source.strip() and text.strip():
            findings = _in_corpus(source, text, name, translated["id"], corpus)
            own += [_reason(code, found_here, name) for code, found_here in findings.items() if found_here]
    fields = list(translated["source"])
    return sorted(own, key=lambda reason: fields.index(reason.field))  # stable: in each field the order of `WEIGHTS`


def score(row_reasons: Iterable[Reason]) -> float:
    """Return how much work a row is likely to need: the sum of its reasons' weights, 0 where there is none."""
    return round(sum(reason.weight for reason in row_reasons), 2)
