"""What can be seen in a row without understanding it. Each check returns one finding for each thing that it sees, and where."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from seedbed.project.glossary import Term, places_of, terms_in
from seedbed.project.review_words import Numerals, Words
from seedbed.review.queue.corpus_statistics import CorpusStatistics, log_ratio, terms_of
from seedbed.review.queue.prose import CODE, MARKUP, blanked, blanked_prose, normalized, prose_of
from seedbed.util.numerals import numbers_in_digits, numbers_in_words

_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_COMMENT = re.compile(r"(?:#|//|--|<!--|/\*).*")
_QUOTED = re.compile(r"「([^「」]*)」|『([^『』]*)』|„([^„“]*)“|“([^“”]*)”|‘([^‘’\n]*)’|»([^«»]*)«|\"([^\"\n]*)\"|`([^`\n]*)`")
_DIGITS = re.compile(r"(?P<number>\d+(?:[.,’'\u00a0\u202f]\d+)*)(?:[百千万億兆]+|[ -]?[^\W\d_]+)?")
_SENTENCE_END = re.compile(r"(?<=[。．])|(?<=[.!?])\s+")
_WORD = re.compile(r"[^\W_](?:[\w'’.-]*[\w])?")
_ODD = 3.5
"""Robust z-score above which a length is odd (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers)."""


class Span(NamedTuple):
    """A stretch of the source or of the text, in characters."""

    side: Literal["source", "text"]
    start: int
    end: int


@dataclass(frozen=True)
class Finding:
    """One thing that was seen; it quotes the row, so is data.

    Attributes:
        key: a text of `seedbed/review/texts.yaml`.
        values: what goes into it.
        spans: where it was seen, as far as that can be said. The same thing at another place is an equal finding.
    """

    key: str
    values: tuple[tuple[str, str], ...] = ()
    spans: tuple[Span, ...] = field(default=(), compare=False)


def finding(key: str, *spans: Span, **values: str) -> Finding:
    """Return a finding: `finding_<key>` of `texts.yaml`."""
    return Finding(f"finding_{key}", tuple(values.items()), spans)


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

    def things(whole: str) -> list[tuple[str, int, int]]:
        code = [(_code_skeleton(match[0]), *match.span()) for match in CODE.finditer(whole)]
        markup = MARKUP.finditer(CODE.sub(blanked, whole))
        return code + [(_tag_without_attributes(match[0]), *match.span()) for match in markup]

    theirs, ours = things(source), things(text)
    missing, added = (
        Counter(thing for thing, *_ in one) - Counter(thing for thing, *_ in other)
        for one, other in ((theirs, ours), (ours, theirs))
    )

    def places(found: list[tuple[str, int, int]], surplus: Counter[str], side: Literal["source", "text"]) -> list[_Thing]:
        """The last of each thing are taken for those that the other side does not have."""
        left, last = Counter(surplus), list[_Thing]()
        for thing, start, end in reversed(found):
            if left[thing]:
                left[thing] -= 1
                last.append((_short_repr(thing), (Span(side, start, end),)))
        return last[::-1]

    return _missing_and_added(places(theirs, missing, "source"), places(ours, added, "text"))


_Thing = tuple[str, tuple[Span, ...]]
"""What is missing or added, and where it is."""


def _missing_and_added(missing: Iterable[_Thing], added: Iterable[_Thing]) -> list[Finding]:
    return [
        finding(key, *spans, thing=thing) for key, things in (("missing", missing), ("added", added)) for thing, spans in things
    ]


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
    return _missing_and_added(_numbers(missing, source, "source", one), _numbers(added, text, "text", other))


def _numbers(numbers: set[float], whole: str, side: Literal["source", "text"], numerals: Numerals) -> list[_Thing]:
    spans: dict[float, tuple[Span, ...]] = {}
    for match in _DIGITS.finditer(blanked_prose(whole)) if numbers else ():
        for end in (match.end("number"), match.end()):  # alone, else with the multiplier behind it
            found = numbers & numbers_in_digits(whole[match.start() : end], numerals.words, numerals.decimal)
            for number in found:
                spans[number] = (*spans.get(number, ()), Span(side, match.start(), end))
            if found:
                break
    return [(f"{number:.15g}", spans.get(number, ())) for number in sorted(numbers)]


def left_over(source: str, text: str, words: Words) -> list[Finding]:
    """Words of the source's script, apart from quotations, abbreviations and what is known."""
    if words.foreign is None:
        return []
    quoted = {normalized(part) for match in _QUOTED.findall(source) for part in match if part}
    prose = _QUOTED.sub(lambda match: blanked(match) if normalized(match[0][1:-1]) in quoted else match[0], blanked_prose(text))
    plain = unicodedata.normalize("NFKC", prose)
    prose = plain if len(plain) == len(prose) else "".join(map(_plain_letter, prose))
    foreign = re.compile(rf"(?:{words.foreign.pattern})(?:(?:{words.foreign.pattern})|[\d_'’-])*")
    return [
        finding("this", Span("text", *match.span()), thing=repr(match[0]))
        for match in foreign.finditer(prose)
        if not _needs_no_translation(match[0], words)
    ]


def _plain_letter(letter: str) -> str:
    """The letter in Unicode's compatibility form where that is one letter too, so that every place stays the same."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter


def _needs_no_translation(word: str, words: Words) -> bool:
    """Whether a foreign word needs no translation: a letter, an abbreviation, an identifier, or known."""
    bare = re.sub(r"(?:'s|’s)$", "", word)
    inner = bare[1:]
    identifier = any(char.isdigit() or char == "_" for char in bare) or (inner != inner.lower() and "-" not in bare)
    cased = bare.lower() != bare.upper()
    return bare in words.known or (cased and (len(bare) == 1 or bare.isupper() or identifier))


def translationese(text: str, words: Words) -> list[Finding]:
    """Marks of a text that follows its source too closely."""
    prose = blanked_prose(text)
    return [
        finding("this", Span("text", *match.span()), thing=repr(match[0].strip()))
        for pattern in words.translationese
        for match in pattern.finditer(prose)
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
            ends = [sentence[-12:] for sentence in first.values()][:2]
            starts = [(text.find(end), len(end)) for end in ends]
            spans = [Span("text", start, start + length) for start, length in starts if start >= 0]
            return [finding("beside", *spans, one=repr(ends[0]), other=repr(ends[1]))]
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


def glossary_terms(source: str, text: str, glossary: Sequence[Term]) -> list[Finding]:
    """A term of the glossary is in the source, and its translation is not in the text."""
    plain = normalized(text).casefold()
    return [
        finding(
            "glossary",
            *(Span("source", *place) for place in places_of(term["term"], source)),
            term=_short_repr(term["term"]),
            translation=_short_repr(term["translation"]),
        )
        for term in terms_in([source], glossary)
        if normalized(term["translation"]).casefold() not in plain
    ]


def names(source: str, machine: str, text: str) -> list[Finding]:
    """A name that the source and the machine text both have as it is, and the text has not: `Python`, `ValueError`, `NHK`."""
    kept, ours = (unicodedata.normalize("NFKC", whole) for whole in (machine, text))
    prose = blanked_prose(source)
    spans: dict[str, list[Span]] = {}
    for match in _WORD.finditer(prose):
        name = match[0]
        begins = prose[: match.start()].rstrip(" \"'“‘(")[-1:] in ("", "\n", *".!?:")  # where any word has a capital
        if len(name) > 1 and any(map(str.isupper, name[begins:])) and name in kept and name not in ours:
            spans.setdefault(name, []).append(Span("source", *match.span()))
    return [finding("missing", *places, thing=repr(name)) for name, places in spans.items()]
