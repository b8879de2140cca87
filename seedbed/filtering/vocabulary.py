"""Numbers of tokens."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray


class Vocabulary(dict[str, int]):
    """Numbers of tokens, in the order in which they are first met.

    Attributes:
        tokens: by number.
    """

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self.tokens)
        self.tokens.append(token)
        return number

    def numbers(self, texts: Sequence[Sequence[str]]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the numbers of the tokens of many texts, one text after the other, and how many are each text's."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        return np.fromiter(map(self.__getitem__, chain.from_iterable(texts)), np.uint32, lengths.sum()), lengths


class Renumbered:
    """The numbers that another process's vocabulary gives, as those of this one's.

    Args:
        vocabulary: this process's.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._here = np.zeros(1 << 10, dtype=np.uint32)
        self._known = 0

    def __call__(self, numbers: NDArray[np.uint32], new: list[str]) -> NDArray[np.uint32]:
        """Return the numbers in this process.

        Args:
            numbers: in the other one.
            new: the tokens that it met since the last time, in order.
        """
        here, _ = self._vocabulary.numbers([new])
        begin, self._known = self._known, self._known + len(new)
        if self._known > len(self._here):
            self._here = np.resize(self._here, 2 * self._known)
        self._here[begin : self._known] = here
        return self._here[numbers]
