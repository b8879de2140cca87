"""Which text of a pool is most similar to this one, if any is too similar? Exact, and fast.

Similarity is ROUGE-L F (Lin 2004), computed with rouge_score's own float operations. Self-Instruct (Wang et al. 2023)
compares each candidate with the whole pool; here an index, in `seedbed.filtering.segments`, leaves a handful to compare with.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from seedbed.filtering.comparing import Threshold, near_all, together
from seedbed.filtering.engines import Engine, Local
from seedbed.filtering.token_arrays import Codes, Texts, as_codes, parities
from seedbed.filtering.vocabulary import Vocabulary


@dataclass(frozen=True)
class Neighbour:
    """The most similar text of a pool.

    Attributes:
        id: its id.
        score: ROUGE-L F with it, 0 to 1.
    """

    id: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text, ready to be compared.

    Attributes:
        codes: its tokens as numbers, (tokens,), code points where there are no more tokens than those.
        bitmap: its parity bitmap, as 64-bit words.
    """

    codes: NDArray[np.uint32]
    bitmap: NDArray[np.uint64]

    @property
    def length(self) -> int:
        """Its length in tokens."""
        return len(self.codes)


class Encoder:
    """Turns tokens into `Text`; only what one encoder made can be compared.

    Attributes:
        vocabulary: the tokens that it met, with a number each.
    """

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()

    def __call__(self, tokens: Sequence[str]) -> Text:
        """Return the text of `tokens`."""
        return self.all([tokens])[0]

    def all(self, texts: Sequence[Sequence[str]]) -> list[Text]:
        """Return the texts of many lists of tokens; faster than one by one."""
        return texts_of(*self.vocabulary.numbers(texts))

    def tokens(self, text: Text) -> list[str]:
        """Return the tokens of a text."""
        return [self.vocabulary.tokens[number] for number in _numbers(text.codes).tolist()]


def texts_of(numbers: NDArray[np.uint32], lengths: NDArray[np.int64]) -> list[Text]:
    """Return texts.

    Args:
        numbers: of all tokens in an encoder's vocabulary, one text after the other, (tokens,).
        lengths: how many are each text's, (texts,).
    """
    codes, ends = _code_points(numbers), accumulate(lengths.tolist())
    return [
        Text(codes[end - length : end], bitmap)
        for length, end, bitmap in zip(lengths.tolist(), ends, parities(codes, lengths), strict=True)
    ]


def rouge_l(common: int, candidate: int, reference: int) -> float:
    """Return ROUGE-L F from the length of the longest common subsequence and the two lengths, in tokens."""
    if not common:
        return 0.0
    precision, recall = common / candidate, common / reference
    return 2 * precision * recall / (precision + recall)


def rouge_score(one: Text, other: Text) -> float:
    """Return ROUGE-L F of two texts of one encoder."""
    return rouge_l(LCSseq.similarity(as_codes(one.codes), as_codes(other.codes)), one.length, other.length)


class _Match(NamedTuple):
    """How similar a text of the pool is, and its place, by which the first of equals is the best."""

    score: float
    place: int

    def better(self, other: "_Match | None") -> "_Match":
        """Return the more similar of the two, the first added of equals."""
        return self if other is None or (self.score, -self.place) > (other.score, -other.place) else other


class Pool:
    """Texts, in the order in which they came.

    Args:
        threshold: ROUGE-L F, in (0, 1], from which a text is too similar.
        strict: whether a score *at* the threshold is not yet too similar.
        engine: where texts are looked for, this pool's alone; in this process by default.
    """

    def __init__(self, threshold: float, strict: bool, engine: Engine | None = None) -> None:
        self._threshold, self._engine = Threshold(threshold, strict), engine or Local()
        self._ids: list[str] = []
        self._few: list[Text] = []
        self._expected: list[Text] = []
        self._seen: dict[Text, _Match | None] = {}  # the best of each text that was looked for, in the pool as it was
        self._beside: dict[Text, list[tuple[Text, float]]] | None = None  # those of them that are too similar to each other
        self._since: dict[Text, int] = {}  # what was added since then, and where
        self._strangers: list[tuple[Text, int]] = []  # what of that was not looked for

    def add(self, id: str, text: Text) -> None:
        """Add a text; one without tokens resembles nothing and is passed over."""
        if not text.length:
            return
        place = len(self._ids)
        if text in self._seen and text not in self._since:
            self._since[text] = place
        elif self._seen:
            self._strangers.append((text, place))
        self._ids.append(id)
        self._few.append(text)
        if len(self._few) >= self._engine.few:
            self._engine.keep(side_by_side(self._few), self._threshold)
            self._few = []

    def expect(self, texts: Iterable[Text]) -> None:
        """Say which texts will be asked for: when the first is, all are looked for together, which is faster."""
        self._expected, self._seen = list(dict.fromkeys(text for text in texts if text.length)), {}

    def nearest(self, text: Text) -> Neighbour | None:
        """Return the most similar text that is too similar, the first added of equals; None where none is."""
        if not text.length:
            return None
        if not self._seen and self._expected:
            self._look()
        if text not in self._seen:
            best = self._best(side_by_side([text])).get(0)
        else:
            best = self._seen[text]
            for match in self._later(text):
                best = match.better(best)
        return Neighbour(self._ids[best.place], best.score) if best else None

    def _look(self) -> None:
        """Look for all texts that are expected, in the pool as it is."""
        best = self._best(side_by_side(self._expected))
        self._seen = {text: best.get(place) for place, text in enumerate(self._expected)}
        self._beside, self._since, self._strangers = None, {}, []

    def _later(self, text: Text) -> Iterator[_Match]:
        """Yield what was added since all were looked for, and is too similar to one of them."""
        if self._since:
            if self._beside is None:
                self._beside = self._among_themselves()
            for other, score in self._beside.get(text, ()):
                if other in self._since:
                    yield _Match(score, self._since[other])
        for other, place in self._strangers:
            if self._threshold.passed(score := rouge_score(text, other)):
                yield _Match(score, place)

    def _among_themselves(self) -> dict[Text, list[tuple[Text, float]]]:
        texts = self._expected
        beside: dict[Text, list[tuple[Text, float]]] = {text: [(text, 1.0)] for text in texts if self._threshold.passed(1.0)}
        for one, other, score in self._engine.among(side_by_side(texts), self._threshold):
            beside.setdefault(texts[one], []).append((texts[other], score))
            beside.setdefault(texts[other], []).append((texts[one], score))
        return beside

    def _best(self, texts: Texts) -> dict[int, _Match]:
        """Return the most similar text of the pool of each that has one too similar, by its place among `texts`."""
        found, indexed = self._engine.near(texts), len(self._ids) - len(self._few)
        if self._few:
            few = near_all(texts, side_by_side(self._few), self._threshold)
            found = together([found, few.moved(0, indexed)])
        order = np.lexsort((found.other, -found.scores, found.one))
        texts_, first = np.unique(found.one[order], return_index=True)
        matches = map(_Match, found.scores[order][first].tolist(), found.other[order][first].tolist())
        return dict(zip(texts_.tolist(), matches, strict=True))


def side_by_side(texts: Sequence[Text]) -> Texts:
    """Return texts in arrays."""
    return Texts(
        np.fromiter((text.length for text in texts), np.int64, len(texts)),
        np.concatenate([text.codes for text in texts]),
        np.stack([text.bitmap for text in texts]),
    )


_SURROGATES = range(0xD800, 0xE000)


def _code_points(numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return tokens as code points, without those that no text may hold."""
    return np.where(numbers < _SURROGATES.start, numbers, numbers + np.uint32(len(_SURROGATES)))


def _numbers(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return what `_code_points` was given."""
    return np.where(codes < _SURROGATES.start, codes, codes - np.uint32(len(_SURROGATES)))


def encode(numbers: Sequence[int] | NDArray[np.uint32]) -> Codes:
    """Return tokens as rapidfuzz takes them; see `as_codes`."""
    return as_codes(_code_points(np.asarray(numbers, dtype=np.uint32)))
