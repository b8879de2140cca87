"""What can be seen in a row without understanding it. Each check returns one finding for each thing that it sees."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from seedbed.project.review_words import Words
from seedbed.review.queue.corpus_statistics import CorpusStatistics, log_ratio, terms_of
from seedbed.review.queue.prose import CODE, MARKUP, normalized, prose_of
from seedbed.util.numerals import numbers_in_digits, numbers_in_words

_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_COMMENT = re.compile(r"(?:#|//|--|<!--|/\*).*")
_QUOTED = re.compile(r"「([^「」]*)」|『([^『』]*)』|„([^„“]*)“|“([^“”]*)”|‘([^‘’\n]*)’|»([^«»]*)«|\"([^\"\n]*)\"|`([^`\n]*)`")
_SENTENCE_END = re.compile(r"(?<=[。．])|(?<=[.!?])\s+")
_WORD = re.compile(r"[^\W_](?:[\w'’.-]*[\w])?")
_ODD = 3.5
"""Robust z-score above which a length is odd (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers)."""


class Finding(NamedTuple):
    """One thing that was seen: a text of `seedbed/review/texts.yaml`, and what goes into it; it quotes the row, so is data."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


def finding(key: str, **values: str) -> Finding:
    """Return a finding: `finding_<key>` of `texts.yaml`."""
    return Finding(f"finding_{key}", tuple(values.items()))


def untranslated(source: str, text: str, words: Words) -> list[Finding]:
    """The source is copied into the translation."""
    letters = words.foreign or re.compile(r"[^\W\d_]")
    long = [
        word
        for word in _WORD.findall(prose_of(source))
        if len(word) > 2 and letters.match(word) and not _needs_no_translation(word, words)
    ]
    copied = len(long) > 2 and source.strip() in text
    return [finding("copied")] if copied else []


def protected(source: str, text: str) -> list[Finding]:
    """Code, placeholders, tags or addresses are missing or added."""

    def things(whole: str) -> Counter[str]:
        pieces = Counter(_code_skeleton(code) for code in CODE.findall(whole))
        pieces.update(_tag_without_attributes(place) for place in MARKUP.findall(CODE.sub(" ", whole)))
        return pieces

    theirs, ours = things(source), things(text)
    return _missing_and_added(map(_short_repr, (theirs - ours).elements()), map(_short_repr, (ours - theirs).elements()))


def _missing_and_added(missing: Iterable[str], added: Iterable[str]) -> list[Finding]:
    return [finding("missing", thing=thing) for thing in missing] + [finding("added", thing=thing) for thing in added]


def _code_skeleton(code: str) -> str:
    """Code without what a translator may translate in it: strings, comments, and text between tags."""
    return " ".join(re.sub(r">[^<>]+<", "><", _COMMENT.sub("", _STRING.sub('""', code.strip("`")))).split())


def _tag_without_attributes(place: str) -> str:
    return re.sub(r"\s.*?(?=/?>$)", "", place, flags=re.DOTALL) if place.startswith("<") else place


def _short_repr(thing: str) -> str:
    return repr(thing if len(thing) <= 40 else f"{thing[:39]}…")


def numerals(source: str, text: str, words: Words) -> list[Finding]:
    """Numbers are missing or added."""
    one, other = words.source_numerals, words.numerals
    theirs, ours = (prose_of(source), one.words, one.decimal), (prose_of(text), other.words, other.decimal)
    missing = numbers_in_digits(*theirs) - numbers_in_digits(*ours) - numbers_in_words(*ours)
    added = numbers_in_digits(*ours) - numbers_in_digits(*theirs) - numbers_in_words(*theirs)
    return _missing_and_added(*([f"{number:.15g}" for number in sorted(numbers)] for numbers in (missing, added)))


def left_over(source: str, text: str, words: Words) -> list[Finding]:
    """Words of the source's script, apart from quotations, abbreviations and what is known."""
    if words.foreign is None:
        return []
    quoted = {normalized(part) for match in _QUOTED.findall(source) for part in match if part}
    prose = _QUOTED.sub(lambda match: " " if normalized(match[0][1:-1]) in quoted else match[0], prose_of(text))
    prose = unicodedata.normalize("NFKC", prose)
    foreign = re.compile(rf"(?:{words.foreign.pattern})(?:(?:{words.foreign.pattern})|[\d_'’-])*")
    return [
        finding("this", thing=repr(match[0])) for match in foreign.finditer(prose) if not _needs_no_translation(match[0], words)
    ]


def _needs_no_translation(word: str, words: Words) -> bool:
    """Whether a foreign word needs no translation: a letter, an abbreviation, an identifier, or known."""
    bare = re.sub(r"(?:'s|’s)$", "", word)
    inner = bare[1:]
    identifier = any(char.isdigit() or char == "_" for char in bare) or (inner != inner.lower() and "-" not in bare)
    cased = bare.lower() != bare.upper()
    return bare in words.known or (cased and (len(bare) == 1 or bare.isupper() or identifier))


def translationese(text: str, words: Words) -> list[Finding]:
    """Marks of a text that follows its source too closely."""
    prose = prose_of(text)
    return [
        finding("this", thing=repr(match[0].strip())) for pattern in words.translationese for match in pattern.finditer(prose)
    ]


def register(text: str, words: Words) -> list[Finding]:
    """Two styles in one paragraph."""
    for paragraph in _QUOTED.sub(" ", prose_of(text)).splitlines():
        bare = re.sub(r"（[^（）]*）|\([^()]*\)", "", paragraph)
        first: dict[str, str] = {}
        for sentence in map(str.strip, _SENTENCE_END.split(bare)):
            name = next((name for name, endings in words.registers if endings.search(sentence)), None)
            if name:
                first.setdefault(name, sentence)
        if len(first) > 1:
            one, other, *_ = (repr(sentence[-12:]) for sentence in first.values())
            return [finding("beside", one=one, other=other)]
    return []


def length(source: str, text: str, spread: tuple[float, float] | None) -> list[Finding]:
    """Much longer or shorter than the corpus's translations are."""
    ratio = log_ratio(source, text)
    if ratio is None or spread is None or abs(ratio - spread[0]) <= _ODD * spread[1]:
        return []
    key = "longer" if ratio > spread[0] else "shorter"
    return [finding(key, ratio=f"{math.exp(ratio):.2f}", usual=f"{math.exp(spread[0]):.2f}")]


def differing_terms(source: str, text: str, id: str, corpus: CorpusStatistics) -> list[Finding]:
    """A term is translated otherwise in another row."""
    findings = []
    for term, ours in dict.fromkeys(terms_of(source, text)):
        for theirs, ids in corpus.terms.get(term, {}).items():
            others = [other for other in ids if other != id]
            if theirs != ours and others:
                findings.append(
                    finding("term", term=_short_repr(term), here=_short_repr(ours), there=_short_repr(theirs), id=others[0])
                )
                break
    return findings
