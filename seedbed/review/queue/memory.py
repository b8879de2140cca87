"""What was done before: rows that resemble one, where words occur, and how a term was translated."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from seedbed.review.queue.worklist import Corpus, Item, fold

_WORDS = re.compile(r"[\u0e00-\U0010ffff]|[^\W_\u0e00-\U0010ffff]+")
"""From Thai on most scripts put no blanks between words, so each letter goes by itself."""
_RUN = re.compile(r"[\u4e00-\u9fff々]+|[\u30a0-\u30ff]+|[^\W\d_\u3000-\U0010ffff]{2,}|[\uac00-\ud7af]+")
"""What may be the translation of a term: a run of kanji or katakana, a word."""
_LEAST_LIKE = 0.08
"""Likeness below which two sources share but words that say little."""
_COMMON = 0.02
_FEW = 20
"""A word says nothing that more than `_COMMON` of the rows have, and more than `_FEW` of them."""
_MOST_LOOKED_AT = 200
"""Rows with a term in which its translation is looked for, and rows without it that they are held against."""


class Similar(NamedTuple):
    """A row that a person edited, and how alike its source is: 1 for the same words."""

    item: Item
    likeness: float


class Hit(NamedTuple):
    """A row in which words occur.

    Attributes:
        item: the row.
        field: in which they occur.
        source: the field's source, as (before, found, after); `found` is empty where they are not in it.
        text: the field's text as it reads now, likewise.
    """

    item: Item
    field: str
    source: tuple[str, str, str]
    text: tuple[str, str, str]


class Rendering(NamedTuple):
    """What a term may have been translated as: it is in `rows` of the `of` rows that have the term."""

    text: str
    rows: int
    of: int


@dataclass(frozen=True)
class Memory:
    """What the rows of one corpus are found by; made once for a build.

    Attributes:
        rows: by word, the ids of the rows whose source has it; words that most rows have are left out.
        weights: by word, how much it says: log(number of rows / rows that have it).
        lengths: by row id, the root of the sum of its words' squared weights.
        sources: by row id, the texts of its source, as they are searched.
        machine: by row id, its machine texts, likewise.
    """

    rows: Mapping[str, list[str]]
    weights: Mapping[str, float]
    lengths: Mapping[str, float]
    sources: Mapping[str, str]
    machine: Mapping[str, str]

    def similar(self, item: Item, corpus: Corpus, most: int = 4) -> list[Similar]:
        """Return the rows that people edited whose sources are most like a row's, the most like first.

        Alike are sources that share words which few others have: the cosine of their words, weighted by rarity.
        """
        shared: dict[str, float] = {}
        for word in _words(self.sources[item.id]) & self.rows.keys():
            for id in self.rows[word]:
                shared[id] = shared.get(id, 0.0) + self.weights[word] ** 2
        own = self.lengths[item.id]
        likeness = {id: weight / own / self.lengths[id] for id, weight in shared.items() if id != item.id}
        found = [
            Similar(corpus.by_id[id], like)
            for id, like in likeness.items()
            if like >= _LEAST_LIKE and id in corpus.by_id and present_edit(corpus.by_id[id])
        ]
        return sorted(found, key=lambda each: (-each.likeness, each.item.id))[:most]

    def find(self, corpus: Corpus, words: str) -> list[Item]:
        """Return the rows in which words occur, whatever their case and width; those that people edited first.

        A row's source is searched, and its text as it reads now.
        """
        wanted = fold(words.strip())
        if not wanted:
            return []
        found = [item for item in corpus.items if wanted in self.sources[item.id] or wanted in self._present(item)]
        return sorted(found, key=lambda item: item.edit is None)

    def hit(self, item: Item, words: str) -> Hit:
        """Return where in a row words occur that `find` found there."""
        wanted, texts = fold(words.strip()), present_texts(item)
        sources = item.row["source"]
        name = next((name for name in texts if wanted in fold(sources[name]) or wanted in fold(texts[name])), next(iter(texts)))
        return Hit(item, name, _around(sources[name], wanted), _around(texts[name], wanted))

    def renderings(self, corpus: Corpus, words: str, found: Iterable[Item], most: int = 4) -> list[Rendering]:
        """Return likely translations of a source term: words that occur with it and seldom elsewhere.

        Args:
            corpus: the corpus.
            words: the term.
            found: the rows that `find` has for it.
            most: renderings at most.
        """
        wanted = fold(words.strip())
        with_term = [self._present(item) for item in islice(found, _MOST_LOOKED_AT) if wanted in self.sources[item.id]]
        others = (self._present(item) for item in corpus.items if wanted not in self.sources[item.id])
        without = list(islice(others, _MOST_LOOKED_AT)) if with_term else []
        counts = Counter(run for text in with_term for run in set(_RUN.findall(text)))

        def weight(run: str) -> float:
            elsewhere = sum(run in text for text in without) / len(without) if without else 0.0
            return counts[run] / len(with_term) - elsewhere

        likely = [(weight(run), run) for run, count in counts.most_common(30) if count > 1]
        best = sorted(
            ((share, run) for share, run in likely if share >= 0.3), key=lambda pair: (-pair[0], -len(pair[1]), pair[1])
        )
        return [Rendering(run, counts[run], len(with_term)) for _, run in best[:most]]

    def _present(self, item: Item) -> str:
        edit = present_edit(item)
        return fold("\n".join(edit.values())) if edit else self.machine[item.id]


def make_memory(items: Iterable[Item]) -> Memory:
    """Return what rows are found by."""
    sources, machine, words = {}, {}, {}
    owners: dict[str, list[str]] = {}
    for item in items:
        sources[item.id], machine[item.id] = (fold("\n".join(part.values())) for part in (item.row["source"], item.machine))
        words[item.id] = _words(sources[item.id])
        for word in words[item.id]:
            owners.setdefault(word, []).append(item.id)
    weights = {
        word: math.log(len(words) / len(ids)) for word, ids in owners.items() if len(ids) <= max(_FEW, _COMMON * len(words))
    }
    lengths = {id: math.hypot(*(weights.get(word, 0.0) for word in own)) or 1.0 for id, own in words.items()}
    return Memory({word: owners[word] for word in weights}, weights, lengths, sources, machine)


def _words(source: str) -> set[str]:
    return set(_WORDS.findall(source))


def present_edit(item: Item) -> Mapping[str, str] | None:
    """Return the texts of the edit that applies to a row; None where it reads as the machine wrote it."""
    edit = item.edit
    return edit["fields"] if edit and edit["decision"] == "edited" and item.status != "stale" else None


def present_texts(item: Item) -> Mapping[str, str]:
    """Return the texts of a row as they read now."""
    return present_edit(item) or item.machine


_SHOWN = 30
"""Characters shown on either side of what was found."""


def _around(text: str, wanted: str) -> tuple[str, str, str]:
    """Return a text cut to what stands around the first place of `wanted`: before, found, after."""
    plain, places = "", []
    for place, letter in enumerate(text):  # which letter each folded one comes from
        letters = fold(letter)
        plain += letters
        places += [place] * len(letters)
    at = plain.find(wanted)
    if at < 0:
        return text[: 3 * _SHOWN] + ("…" if len(text) > 3 * _SHOWN else ""), "", ""
    start, end = places[at], places[at + len(wanted) - 1] + 1
    before, after = text[max(0, start - _SHOWN) : start], text[end : end + _SHOWN]
    return ("…" if start > _SHOWN else "") + before, text[start:end], after + ("…" if len(text) > end + _SHOWN else "")
