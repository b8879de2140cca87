"""How likely a translated row needs a person's work, and why.

Each reason has a code, which never changes, and what was seen, which `seedbed.review.texts` puts into words. A
reason is a hint for the order in which rows are shown to people: it changes no row and refuses none.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from seedbed.project.corpora import field_names
from seedbed.project.glossary import Term
from seedbed.project.review_words import Words
from seedbed.project.row_types import Translated
from seedbed.review.queue import checks
from seedbed.review.queue.corpus_statistics import CorpusStatistics

WEIGHTS = {
    "empty": 5.0,  # there is a source and no text, or the other way round
    "untranslated": 4.0,  # the source is copied into the translation
    "protected": 3.0,  # code, placeholders or addresses differ
    "numerals": 2.0,  # numbers differ
    "glossary": 2.0,  # a term of the glossary is translated otherwise
    "names": 1.5,  # a name that the machine text kept was lost; of typed texts
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


def reasons(
    translated: Translated,
    kind: str,
    words: Words,
    corpus: CorpusStatistics,
    glossary: Sequence[Term] = (),
    typed: Mapping[str, str] | None = None,
) -> list[Reason]:
    """Return why a row of `translate` may need work, field by field, in the order of `WEIGHTS`.

    None for a row without a translation: there is nothing to edit.

    Args:
        translated: the row.
        kind: `task` or `question`.
        words: of its two languages.
        corpus: what the corpus's translations have in common.
        glossary: terms whose translations are looked for.
        typed: what a person made of the translation, to be looked at in its place, by field.
    """
    reasons_of_row: list[Reason] = []
    machine = translated["translation"] or {}
    for name in field_names(machine, kind) if machine else ():
        source, text = translated["source"][name], (machine if typed is None else typed).get(name, "")
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
            "glossary": checks.glossary_terms(source, text, glossary),
            "names": checks.names(source, machine[name], text) if typed is not None else [],
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


def reasons_after(before: Iterable[Reason], translated: Translated, kind: str, corpus: CorpusStatistics) -> list[Reason]:
    """Return the reasons of a row that is the same as before, where other rows of its corpus may be others.

    Args:
        before: its reasons so far.
        translated: the row.
        kind: `task` or `question`.
        corpus: what the corpus's translations have in common now.
    """
    own = [reason for reason in before if reason.code not in ("length", "terms")]
    machine = translated["translation"] or {}
    for name in field_names(machine, kind) if machine else ():
        source, text = translated["source"][name], machine[name]
        if source.strip() and text.strip():
            findings = _in_corpus(source, text, name, translated["id"], corpus)
            own += [_reason(code, found_here, name) for code, found_here in findings.items() if found_here]
    fields = list(translated["source"])
    return sorted(own, key=lambda reason: fields.index(reason.field))  # stable: in each field the order of `WEIGHTS`


@dataclass(frozen=True, eq=False)
class Checker:
    """What the rows of one corpus are looked at with; one for each reading of its build.

    Attributes:
        kind: `task` or `question`.
        words: by the language of a row's source.
        corpus: what the corpus's translations have in common.
    """

    kind: str
    words: Mapping[str, Words]
    corpus: CorpusStatistics

    def reasons(
        self,
        translated: Translated,
        source_language: str,
        glossary: Sequence[Term] = (),
        typed: Mapping[str, str] | None = None,
    ) -> list[Reason]:
        """Return why a row may need work, as `reasons` has it."""
        return reasons(translated, self.kind, self.words[source_language], self.corpus, glossary, typed)


State = Literal["new", "same", "fixed"]
MISMATCHES = ("protected", "numerals")
"""Codes of what is asked about before it is saved."""


@dataclass(frozen=True)
class Seen:
    """How the findings of one code in one field changed between the machine text and the typed text.

    Attributes:
        state: `new` where the machine text has it not, `same` where both have it, `fixed` where only the machine text has it.
        reason: the findings of that state.
    """

    state: State
    reason: Reason


def compare(before: Iterable[Reason], after: Iterable[Reason]) -> list[Seen]:
    """Return the status of each finding: first new ones, then remaining ones, then fixed ones.

    Args:
        before: reasons of the machine text.
        after: reasons of the typed text, of the same row.
    """
    old = {(reason.field, reason.code): reason.findings for reason in before}
    new = {(reason.field, reason.code): reason.findings for reason in after}
    seen: dict[State, list[Seen]] = {"new": [], "same": [], "fixed": []}
    for field, code in dict.fromkeys((*new, *old)):
        theirs, ours = old.get((field, code), ()), new.get((field, code), ())
        left = Counter(_sameness(code, each) for each in theirs)
        found: dict[State, list[checks.Finding]] = {"new": [], "same": [], "fixed": []}
        for each in ours:
            known = left[_sameness(code, each)] > 0
            left[_sameness(code, each)] -= known
            found["same" if known else "new"].append(each)
        for each in theirs:
            if left[_sameness(code, each)] > 0:
                left[_sameness(code, each)] -= 1
                found["fixed"].append(each)
        for state, findings in found.items():
            if findings:
                seen[state].append(Seen(state, _reason(code, findings, field)))
    return [each for group in seen.values() for each in group]


def _sameness(code: str, finding: checks.Finding) -> object:
    """What findings of the same thing have in common: quoted sentences and lengths change as one types."""
    if code in ("register", "length"):
        return code
    return dict(finding.values)["term"] if code in ("terms", "glossary") else finding


def score(row_reasons: Iterable[Reason]) -> float:
    """Return how much work a row is likely to need: the sum of its reasons' weights, 0 where there is none."""
    return round(sum(reason.weight for reason in row_reasons), 2)
