"""What can be said of a candidate alone, ahead, in a second process: its tokens, and what the first rules say.

Meanwhile this one decides about what is ready. A thread would not do: it and numpy would wait for each other's turn at the
interpreter some thousand times a second.
"""

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, Self, TypeVar

from seedbed.filtering.alone import Alone, as_text
from seedbed.filtering.remembered import Function, Remembered
from seedbed.filtering.rules import Rejection
from seedbed.filtering.tokenisers import identity_of, load_tokeniser
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
        tokens: of its instruction, and of its input where it has one; empty where it is rejected.
    """

    rejection: Rejection | None
    tokens: list[list[str]]


class _Texts(NamedTuple):
    """What of a row is looked at: what is tokenised, and the rules' text; None where there are no such rules."""

    compared: list[str]
    for_rules: str | None


class Ahead:
    """Looks at rows ahead. A context manager: the second process ends with the block.

    Args:
        settings: the block `filter.tokeniser` of `params.yaml`.
        remember: the file in which tokens, and what the rules said, are kept for the next time; None for no file.
        alone: the rules that need only the candidate; None for none.

    Attributes:
        tokenising_s: CPU seconds spent on tokenising, in whichever process.
    """

    def __init__(self, settings: JsonObject, remember: Path | None = None, alone: Alone | None = None) -> None:
        self.tokenising_s = 0.0
        self._settings = settings, remember, alone
        self._look = _Looker(*self._settings)
        self._count = 0
        self._process: ProcessPoolExecutor | None = None

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
        return self._look([self._texts(row)])[0][0]

    def all(self, rows: Iterable[T], together: int = _PIECE) -> Iterator[tuple[list[T], list[Look]]]:
        """Yield `rows` in pieces, in order, with what can be said of each alone.

        Args:
            rows: with `instruction`, and mostly `input` and `output`.
            together: rows of a piece.

        Raises:
            UserError: the second process was killed.
        """
        rest, waiting = iter(rows), deque[tuple[list[T], Callable[[], tuple[list[Look], float]]]]()
        whole: tuple[list[T], list[Look]] = ([], [])
        try:
            while (piece := list(islice(rest, _PIECE))) or waiting:
                if piece:
                    waiting.append((piece, self._begin(list(map(self._texts, piece)))))
                if len(waiting) > _AHEAD or not piece:
                    ready, result = waiting.popleft()
                    looks, spent = result()
                    self.tokenising_s += spent
                    whole[0].extend(ready)
                    whole[1].extend(looks)
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

    def _begin(self, texts: list[_Texts]) -> Callable[[], tuple[list[Look], float]]:
        self._count += len(texts)
        if self._count <= _IN_THIS_PROCESS:
            return partial(self._look, texts)
        if self._process is None:
            self._process = ProcessPoolExecutor(1, get_context("spawn"), _start, self._settings)
        return self._process.submit(_work, texts).result


def compared(row: Mapping[str, Any]) -> list[str]:
    """Return what of a row is held against others: a generic instruction may stand many times, with different inputs."""
    return [row["instruction"], row["input"]] if row.get("input") else [row["instruction"]]


class _Looker:
    """Looks at rows, one after the other; see `Ahead`.

    Attributes:
        tokenise: the tokeniser; one that takes long looks into the file first.
    """

    def __init__(self, settings: JsonObject, remember: Path | None, alone: Alone | None) -> None:
        self.tokenise = _remembered(load_tokeniser(settings), identity_of(settings), remember)
        self._object = _remembered(alone, alone.identity if remember else None, remember) if alone else None

    def __call__(self, texts: list[_Texts]) -> tuple[list[Look], float]:
        """Return what can be said of rows alone, and the CPU seconds of tokenising."""
        objections = [self._object(text) if self._object and text else [] for _, text in texts]
        began = time.process_time()
        tokens = [
            [] if objection else [self.tokenise(text) for text in parts]
            for objection, (parts, _) in zip(objections, texts, strict=True)
        ]
        spent = time.process_time() - began
        for remembered in (self.tokenise, self._object):
            if isinstance(remembered, Remembered):
                remembered.save()
        rejections = [Rejection(objection[0], objection[1]) if objection else None for objection in objections]
        return list(map(Look, rejections, tokens)), spent


def _remembered(function: Function, identity: str | None, remember: Path | None) -> Function:
    return Remembered(function, identity, remember) if remember and identity else function


# In the second process:

_here: list[_Looker] = []


def _start(settings: JsonObject, remember: Path | None, alone: Alone | None) -> None:
    """Load what is needed; leave Ctrl-C to the first process, and leave with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    _here.append(_Looker(settings, remember, alone))


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(0)


def _work(texts: list[_Texts]) -> tuple[list[Look], float]:
    return _here[0](texts)
