"""How likely a translated row needs a person's work, and why.

Each reason has a code, which stays the same for ever, and what was seen, which `seedbed.review.texts` puts into words. A
reason is a hint for the order in which rows are shown to people: it changes no row and refuses none.
"""

import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from seedbed.project.corpora import FIELDS
from seedbed.project.review_words import Words
from seedbed.review.queue.numerals import meant, written
from seedbed.util.rows import Row

WEIGHTS = {
    "empty": 5.0,  # there is a source and no text, or the other way round
    "untranslated": 4.0,  # the source stands in the translation as it is
    "protected": 3.0,  # code, placeholders or addresses differ
    "numerals": 2.0,  # numbers differ
    "left_over": 1.5,  # words of the source's script
    "translationese": 1.5,  # marks of a text that follows its source too closely
    "register": 1.5,  # two styles in one paragraph
    "length": 1.0,  # much longer or shorter than the corpus's translations are
    "terms": 1.0,  # the same words are translated differently elsewhere
}
"""Every code, and what one thing of its kind weighs; *n* of them weigh √n times as much."""

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_PLACES = re.compile(
    r"https?://[!-~]*[\w/]|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # addresses
    r"|</?[A-Za-z][\w-]*(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'))*\s*/?>"  # tags
    r"|\$?\{[A-Za-z_]\w*\}|\{\{\s*\w+\s*\}\}|\$[A-Za-z_]\w*|%(?:\(\w+\))?[sdf]\b",  # placeholders
    re.ASCII,
)
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_COMMENT = re.compile(r"(?:#|//|--|<!--|/\*).*")
_QUOTED = re.compile(r"「([^「」]*)」|『([^『』]*)』|„([^„“]*)“|“([^“”]*)”|‘([^‘’\n]*)’|»([^«»]*)«|\"([^\"\n]*)\"|`([^`\n]*)`")
_SENTENCE_END = re.compile(r"(?<=[。．])|(?<=[.!?])\s+")
_WORD = re.compile(r"[^\W_](?:[\w'’.-]*[\w])?")
_SHORT = 40
"""Characters of the longest text that `terms` takes for a term."""
_LEAST = 20
"""Characters of the shortest source whose length says something, and fields of the smallest corpus that has a median."""
_ODD = 3.5
"""Robust z-score above which a length is odd (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers)."""


class Seen(NamedTuple):
    """One thing that was seen: a text of `seedbed/review/texts.yaml`, and what goes into it; it quotes the row, so is data."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why a row may need work.

    Attributes:
        code: a key of `WEIGHTS`.
        seen: what was seen, in the order of the text, each thing as often as it stands there.
        weight: what it adds to the row's score.
        field: the field it was seen in.
    """

    code: str
    seen: tuple[Seen, ...]
    weight: float
    field: str


@dataclass(frozen=True)
class Survey:
    """What one row is held against: its whole corpus.

    Attributes:
        ratios: by field, the median of log(translation length / source length) and its robust deviation.
        terms: by term of the sources, its translations, each with the ids of the rows that have it.
    """

    ratios: Mapping[str, tuple[float, float]]
    terms: Mapping[str, Mapping[str, list[str]]]


def survey(rows: Iterable[Row]) -> Survey:
    """Return what the rows of `translate` of one corpus have in common; those without a translation are passed over."""
    ratios: dict[str, list[float]] = {}
    terms: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        for name, source in row["source"].items() if row["translation"] else ():
            text = row["translation"][name]
            ratio = _log_ratio(source, text)
            if ratio is not None:
                ratios.setdefault(name, []).append(ratio)
            for term, translation in _terms(source, text):
                ids = terms.setdefault(term, {}).setdefault(translation, [])
                if row["id"] not in ids:
                    ids.append(row["id"])
    spreads = {}
    for name, values in ratios.items():
        middle = statistics.median(values)
        deviation = 1.4826 * statistics.median(abs(value - middle) for value in values)
        if len(values) >= _LEAST and deviation > 0:
            spreads[name] = (middle, deviation)
    return Survey(spreads, {term: known for term, known in terms.items() if len(known) > 1})


def reasons(translated: Row, kind: str, words: Words, corpus: Survey) -> list[Reason]:
    """Return why a row of `translate` may need work, field by field, in the order of `WEIGHTS`.

    None for a row without a translation: there is nothing to edit.
    """
    found: list[Reason] = []
    for name in FIELDS[kind] if translated["translation"] else ():
        source, text = translated["source"][name], translated["translation"][name]
        if not source.strip() or not text.strip():
            if source.strip() or text.strip():
                missing = _seen("no_translation" if source.strip() else "no_source")
                found.append(Reason("empty", (missing,), WEIGHTS["empty"], name))
            continue
        copied = _untranslated(source, text, words)
        seen = {
            "untranslated": copied,
            "protected": _protected(source, text),
            "numerals": _numerals(source, text, words),
            "left_over": [] if copied else _left_over(source, text, words),
            "translationese": _translationese(text, words),
            "register": _register(text, words),
            "length": [] if source == text else _length(source, text, corpus.ratios.get(name)),
            "terms": _differing_terms(source, text, translated["id"], corpus),
        }
        for code, things in seen.items():
            if things:
                weight = round(WEIGHTS[code] * math.sqrt(len(things)), 2)
                found.append(Reason(code, tuple(things), weight, name))
    return found


def score(found: Iterable[Reason]) -> float:
    """Return how much work a row is likely to need: the sum of its reasons' weights, 0 where there is none."""
    return round(sum(reason.weight for reason in found), 2)


def _seen(key: str, **values: str) -> Seen:
    return Seen(f"seen_{key}", tuple(values.items()))


def _prose(text: str) -> str:
    """The text with code, placeholders and addresses cut away."""
    return _PLACES.sub(" ", _CODE.sub(" ", text))


# What the reasons see. Each function returns a list with one entry for each thing seen.


def _untranslated(source: str, text: str, words: Words) -> list[Seen]:
    letters = words.foreign or re.compile(r"[^\W\d_]")
    long = [
        word for word in _WORD.findall(_prose(source)) if len(word) > 2 and letters.match(word) and not _at_home(word, words)
    ]
    copied = len(long) > 2 and source.strip() in text
    return [_seen("copied")] if copied else []


def _protected(source: str, text: str) -> list[Seen]:
    def things(whole: str) -> Counter[str]:
        found = Counter(_skeleton(code) for code in _CODE.findall(whole))
        found.update(_bare_tag(place) for place in _PLACES.findall(_CODE.sub(" ", whole)))
        return found

    theirs, ours = things(source), things(text)
    return _apart(map(_cut, (theirs - ours).elements()), map(_cut, (ours - theirs).elements()))


def _apart(missing: Iterable[str], added: Iterable[str]) -> list[Seen]:
    return [_seen("missing", thing=thing) for thing in missing] + [_seen("added", thing=thing) for thing in added]


def _skeleton(code: str) -> str:
    """Code without what a translator may translate in it: strings, comments, and text between tags."""
    return " ".join(re.sub(r">[^<>]+<", "><", _COMMENT.sub("", _STRING.sub('""', code.strip("`")))).split())


def _bare_tag(place: str) -> str:
    return re.sub(r"\s.*?(?=/?>$)", "", place, flags=re.DOTALL) if place.startswith("<") else place


def _cut(thing: str) -> str:
    return repr(thing if len(thing) <= 40 else f"{thing[:39]}…")


def _numerals(source: str, text: str, words: Words) -> list[Seen]:
    one, other = words.source_numerals, words.numerals
    theirs, ours = (_prose(source), one.words, one.decimal), (_prose(text), other.words, other.decimal)
    missing = written(*theirs) - written(*ours) - meant(*ours)
    added = written(*ours) - written(*theirs) - meant(*theirs)
    return _apart(*([f"{number:.15g}" for number in sorted(numbers)] for numbers in (missing, added)))


def _left_over(source: str, text: str, words: Words) -> list[Seen]:
    if words.foreign is None:
        return []
    quoted = {_fold(part) for match in _QUOTED.findall(source) for part in match if part}
    prose = _QUOTED.sub(lambda match: " " if _fold(match[0][1:-1]) in quoted else match[0], _prose(text))
    prose = unicodedata.normalize("NFKC", prose)
    foreign = re.compile(rf"(?:{words.foreign.pattern})(?:(?:{words.foreign.pattern})|[\d_'’-])*")
    return [_seen("this", thing=repr(match[0])) for match in foreign.finditer(prose) if not _at_home(match[0], words)]


def _at_home(word: str, words: Words) -> bool:
    """Whether a foreign word needs no translation: a letter, an abbreviation, an identifier, or known."""
    bare = re.sub(r"(?:'s|’s)$", "", word)
    inner = bare[1:]
    identifier = any(char.isdigit() or char == "_" for char in bare) or (inner != inner.lower() and "-" not in bare)
    cased = bare.lower() != bare.upper()
    return bare in words.known or (cased and (len(bare) == 1 or bare.isupper() or identifier))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" .,。、")


def _translationese(text: str, words: Words) -> list[Seen]:
    prose = _prose(text)
    return [
        _seen("this", thing=repr(match[0].strip())) for pattern in words.translationese for match in pattern.finditer(prose)
    ]


def _register(text: str, words: Words) -> list[Seen]:
    for paragraph in _QUOTED.sub(" ", _prose(text)).splitlines():
        bare = re.sub(r"（[^（）]*）|\([^()]*\)", "", paragraph)
        first: dict[str, str] = {}
        for sentence in map(str.strip, _SENTENCE_END.split(bare)):
            name = next((name for name, endings in words.registers if endings.search(sentence)), None)
            if name:
                first.setdefault(name, sentence)
        if len(first) > 1:
            one, other, *_ = (repr(sentence[-12:]) for sentence in first.values())
            return [_seen("beside", one=one, other=other)]
    return []


def _log_ratio(source: str, text: str) -> float | None:
    theirs, ours = len(_prose(source).strip()), len(_prose(text).strip())
    return math.log(ours / theirs) if theirs >= _LEAST and ours else None


def _length(source: str, text: str, spread: tuple[float, float] | None) -> list[Seen]:
    ratio = _log_ratio(source, text)
    if ratio is None or spread is None or abs(ratio - spread[0]) <= _ODD * spread[1]:
        return []
    key = "longer" if ratio > spread[0] else "shorter"
    return [_seen(key, ratio=f"{math.exp(ratio):.2f}", usual=f"{math.exp(spread[0]):.2f}")]


def _terms(source: str, text: str) -> list[tuple[str, str]]:
    """Return the pairs that can be told apart without knowing either language: whole short fields, lines, and labels."""
    theirs, ours = source.strip().splitlines(), text.strip().splitlines()
    if len(theirs) != len(ours):
        return []
    pairs = []
    for one, other in zip(theirs, ours, strict=True):
        label, translated_label = (re.match(r"[^:：]+(?=[:：])", line) for line in (one, other))
        if label and translated_label:
            pairs.append((label[0].strip(), _fold(translated_label[0])))
        elif 1 < len(one.strip()) <= _SHORT:
            pairs.append((one.strip(), _fold(other)))
    return [(term, translation) for term, translation in pairs if term and translation and re.search(r"[^\W\d_]", term)]


def _differing_terms(source: str, text: str, id: str, corpus: Survey) -> list[Seen]:
    found = []
    for term, ours in dict.fromkeys(_terms(source, text)):
        for theirs, ids in corpus.terms.get(term, {}).items():
            others = [other for other in ids if other != id]
            if theirs != ours and others:
                found.append(_seen("term", term=_cut(term), here=_cut(ours), there=_cut(theirs), id=others[0]))
                break
    return found
