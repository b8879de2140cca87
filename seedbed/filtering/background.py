"""What can be said of a candidate alone, ahead, in a second process: its tokens, and what the first rules say.

Meanwhile this one decides about what is ready. Tokens come back as numbers, which are smaller. A thread would not do: it and
numpy would wait for each other's turn at the interpreter some thousand times a second.
"""

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from seedbed.filtering.alone import Alone, as_text
from seedbed.filtering.remembered import Function, Remembered
from seedbed.filtering.rules import Rejection
from seedbed.filtering.similarity import Encoder, Text, texts_of
from seedbed.filtering.tokenisers import identity_of, load_tokeniser
from seedbed.filtering.vocabulary import Renumbered, Vocabulary
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError

T = TypeVar("T", bound=Mapping[str, Any])
_PIECE, _AHEAD = 256, 4
"""Rows that are looked at in one go, and how many such pieces ahead."""
_IN_THIS_PROCESS = 5_000
"""Rows that are looked at in this process before it is worth starting another."""


class Look(NamedTuple):
    """What can be said of a row alone.

    Attributes:
        rejection: by the rules that look at it alone; None where none of them rejects it.
        instruction: its instruction's tokens; None where it is rejected.
        text: its instruction's and its input's; the same object where it has no input, and None where it is rejected.
    """

    rejection: Rejection | None
    instruction: Text | None
    text: Text | None


class _Texts(NamedTuple):
    """What of a row is looked at: what is tokenised, and the rules' text; None where there are no such rules."""

    compared: list[str]
    for_rules: str | None


class _Piece(NamedTuple):
    """What was seen of some rows.

    Attributes:
        rejections: of each row.
        numbers: of the tokens of those that are not rejected, instruction and input, one row after the other, (tokens,).
        lengths: how many are each such row's, (rows,).
        instructions: how many of these are its instruction's, (rows,).
        spent: CPU seconds of tokenising.
    """

    rejections: list[Rejection | None]
    numbers: NDArray[np.uint32]
    lengths: NDArray[np.int64]
    instructions: NDArray[np.int64]
    spent: float


class Ahead:
    """Looks at rows ahead. A context manager: the second process ends with the block.

    Args:
        settings: the block `filter.tokeniser` of `params.yaml`.
        remember: the file in which tokens, and what the rules said, are kept for the next time; None for no file.
        alone: the rules that need only the candidate; None for none.

    Attributes:
        tokenising_s: CPU seconds spent on tokenising, in whichever process.
        encode: turns tokens into texts that can be compared with those of the rows.
    """

    def __init__(self, settings: JsonObject, remember: Path | None = None, alone: Alone | None = None) -> None:
        self.tokenising_s = 0.0
        self.encode = Encoder()
        self._settings = settings, remember, alone
        self._look = _Looker(*self._settings, self.encode.vocabulary)
        self._renumbered = Renumbered(self.encode.vocabulary)
        self._count = 0
        self._process: ProcessPoolExecutor | None = None
        self._sent: deque[Future[tuple[_Piece, list[str]]]] = deque()
        self._arrived: dict[Future[tuple[_Piece, list[str]]], _Piece] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process:
            self._process.shutdown(cancel_futures=True)

    def one(self, text: str) -> list[str]:
        """Return the tokens of a text."""
        return self._look.tokenise(text)

    def look(self, row: Mapping[str, Any]) -> Look:
        """Return what can be said of a row alone."""
        return self._looks(self._look([self._texts(row)]))[0]

    def all(self, rows: Iterable[T], together: int = _PIECE) -> Iterator[tuple[list[T], list[Look]]]:
        """Yield `rows` in pieces, in order, with what can be said of each alone.

        Args:
            rows: with `instruction`, and mostly `input` and `output`.
            together: rows of a piece.

        Raises:
            UserError: the second process was killed.
        """
        rest, waiting = iter(rows), deque[tuple[list[T], Callable[[], list[Look]]]]()
        whole: tuple[list[T], list[Look]] = ([], [])
        try:
            while (piece := list(islice(rest, _PIECE))) or waiting:
                if piece:
                    waiting.append((piece, self._begin(list(map(self._texts, piece)))))
                if len(waiting) > _AHEAD or not piece:
                    ready, result = waiting.popleft()
                    whole[0].extend(ready)
                    whole[1].extend(result())
                    if len(whole[0]) >= together:
                        yield whole
                        whole = ([], [])
            if whole[0]:
                yield whole
        except BrokenProcessPool:
            raise UserError(
                "the filter's second process was ended from outside, perhaps for want of memory; run again: every response is "
                "kept"
            ) from None

    def _texts(self, row: Mapping[str, Any]) -> _Texts:
        return _Texts(compared(row), as_text(row) if self._settings[2] else None)

    def _begin(self, texts: list[_Texts]) -> Callable[[], list[Look]]:
        """Begin to look at texts; return what waits for that."""
        self._count += len(texts)
        if self._count <= _IN_THIS_PROCESS:
            return lambda: self._looks(self._look(texts))
        if self._process is None:
            self._process = ProcessPoolExecutor(1, get_context("spawn"), _start, self._settings)
        future = self._process.submit(_work, texts)
        self._sent.append(future)
        return lambda: self._looks(self._received(future))

    def _received(self, future: Future[tuple[_Piece, list[str]]]) -> _Piece:
        """Return a piece of the second process by this one's numbers. Those sent before it come first, also unwanted ones."""
        while future not in self._arrived:
            earliest = self._sent.popleft()
            piece, new = earliest.result()
            self._arrived[earliest] = piece._replace(numbers=self._renumbered(piece.numbers, new))
        return self._arrived.pop(future)

    def _looks(self, piece: _Piece) -> list[Look]:
        self.tokenising_s += piece.spent
        texts = texts_of(piece.numbers, piece.lengths)
        instructions = list(texts)
        with_input = (piece.instructions < piece.lengths).nonzero()[0]
        if len(with_input):
            begins = (np.cumsum(piece.lengths) - piece.lengths)[with_input].tolist()
            lengths = piece.instructions[with_input]
            numbers = [piece.numbers[begin : begin + length] for begin, length in zip(begins, lengths.tolist(), strict=True)]
            for place, text in zip(with_input.tolist(), texts_of(np.concatenate(numbers), lengths), strict=True):
                instructions[place] = text
        rest = zip(instructions, texts, strict=True)
        return [Look(rejection, *((None, None) if rejection else next(rest))) for rejection in piece.rejections]


def compared(row: Mapping[str, Any]) -> list[str]:
    """Return what of a row is held against others: a generic instruction may stand many times, with different inputs."""
    return [row["instruction"], row["input"]] if row.get("input") else [row["instruction"]]


class _Looker:
    """Looks at rows, one after the other; see `Ahead`.

    Attributes:
        tokenise: the tokeniser; one that takes long looks into the file first.
    """

    def __init__(self, settings: JsonObject, remember: Path | None, alone: Alone | None, vocabulary: Vocabulary) -> None:
        self.tokenise = _remembered(load_tokeniser(settings), identity_of(settings), remember)
        self._object = _remembered(alone, alone.identity if remember else None, remember) if alone else None
        self._vocabulary = vocabulary

    def __call__(self, texts: list[_Texts]) -> _Piece:
        """Return what can be said of rows alone."""
        objections = [self._object(text) if self._object and text else [] for _, text in texts]
        began = time.process_time()
        tokens = [
            [self.tokenise(text) for text in parts]
            for objection, (parts, _) in zip(objections, texts, strict=True)
            if not objection
        ]
        spent = time.process_time() - began
        for remembered in (self.tokenise, self._object):
            if isinstance(remembered, Remembered):
                remembered.save()
        rejections = [Rejection(objection[0], objection[1]) if objection else None for objection in objections]
        numbers, lengths = self._vocabulary.numbers([list(chain.from_iterable(parts)) for parts in tokens])
        instructions = np.fromiter((len(parts[0]) for parts in tokens), np.int64, len(tokens))
        return _Piece(rejections, numbers, lengths, instructions, spent)


def _remembered(function: Function, identity: str | None, remember: Path | None) -> Function:
    return Remembered(function, identity, remember) if remember and identity else function


# In the second process:

_here: list[tuple[_Looker, Vocabulary]] = []


def _start(settings: JsonObject, remember: Path | None, alone: Alone | None) -> None:
    """Load what is needed; leave Ctrl-C to the first process, and leave with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    vocabulary = Vocabulary()
    _here.append((_Looker(settings, remember, alone, vocabulary), vocabulary))


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(0)


def _work(texts: list[_Texts]) -> tuple[_Piece, list[str]]:
    """Return what can be said of rows alone, by this process's numbers, and the tokens that have one since then."""
    look, vocabulary = _here[0]
    known = len(vocabulary.tokens)
    return look(texts), vocabulary.tokens[known:]
