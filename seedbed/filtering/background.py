"""Tokenising ahead, in a second process, while this one decides about what is ready.

A thread would not do: it and numpy would wait for each other's turn at the interpreter some thousand times a second.
"""

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Self, TypeVar

from seedbed.filtering.remembered import Remembered
from seedbed.filtering.tokenisers import Tokenise, identity_of, load_tokeniser
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError

T = TypeVar("T")
Tokens = list[list[str]]
"""Of each part of an item."""
_PIECE, _AHEAD = 256, 4
"""Items that are tokenised in one go, and how many such pieces ahead."""
_ALONE = 5_000
"""Items that are tokenised in this process before it is worth starting another."""


class Ahead:
    """A tokeniser that works ahead. A context manager: the second process ends with the block.

    Args:
        settings: the block `filter.tokeniser` of `params.yaml`.
        remember: the file in which tokens are kept for the next time; None for no file.

    Attributes:
        cpu_s: CPU seconds spent on tokenising, in whichever process.
    """

    def __init__(self, settings: JsonObject, remember: Path | None = None) -> None:
        self.cpu_s = 0.0
        self._settings, self._remember = settings, remember
        self._tokenise = _load(settings, remember)
        self._count = 0
        self._process: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process:
            self._process.shutdown(cancel_futures=True)

    def one(self, text: str) -> list[str]:
        """Return the tokens of a text."""
        return self._tokenise(text)

    def all(
        self, items: Iterable[T], parts_of: Callable[[T], Sequence[str]], together: int = _PIECE
    ) -> Iterator[tuple[list[T], list[Tokens]]]:
        """Yield `items` in pieces, in order, with the tokens of each of their parts.

        Args:
            items: what has texts.
            parts_of: returns the texts of an item.
            together: items of a piece.

        Raises:
            UserError: the second process was killed.
        """
        rest, waiting = iter(items), deque[tuple[list[T], Callable[[], tuple[list[Tokens], float]]]]()
        whole: tuple[list[T], list[Tokens]] = ([], [])
        try:
            while (piece := list(islice(rest, _PIECE))) or waiting:
                if piece:
                    waiting.append((piece, self._begin(list(map(parts_of, piece)))))
                if len(waiting) > _AHEAD or not piece:
                    ready, result = waiting.popleft()
                    tokens, spent = result()
                    self.cpu_s += spent
                    whole[0].extend(ready)
                    whole[1].extend(tokens)
                    if len(whole[0]) >= together:
                        yield whole
                        whole = ([], [])
            if whole[0]:
                yield whole
        except BrokenProcessPool:
            raise UserError(
                "the process that tokenises was ended from outside, perhaps for want of memory; run again: every response is "
                "kept"
            ) from None

    def _begin(self, items: list[Sequence[str]]) -> Callable[[], tuple[list[Tokens], float]]:
        self._count += len(items)
        if self._count <= _ALONE:
            return partial(_timed, self._tokenise, items)
        if self._process is None:
            self._process = ProcessPoolExecutor(1, get_context("spawn"), _start, (self._settings, self._remember))
        return self._process.submit(_work, items).result


def _load(settings: JsonObject, remember: Path | None) -> Tokenise:
    """Return the tokeniser; one that takes long looks into the file first."""
    tokenise, identity = load_tokeniser(settings), identity_of(settings)
    return Remembered(tokenise, identity, remember) if remember and identity else tokenise


def _timed(tokenise: Tokenise, items: list[Sequence[str]]) -> tuple[list[Tokens], float]:
    began = time.process_time()
    tokens = [[tokenise(text) for text in parts] for parts in items]
    if isinstance(tokenise, Remembered):
        tokenise.save()
    return tokens, time.process_time() - began


# In the second process:

_here: list[Tokenise] = []


def _start(settings: JsonObject, remember: Path | None) -> None:
    """Load the tokeniser; leave Ctrl-C to the first process, and leave with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    _here.append(_load(settings, remember))


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(0)


def _work(items: list[Sequence[str]]) -> tuple[list[Tokens], float]:
    return _timed(_here[0], items)
