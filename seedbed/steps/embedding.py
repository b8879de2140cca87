"""Embeddings for the rule `semantic_duplicate`, stored and shared like other replies.

A vector is kept as the base64 text of its 32-bit floats, the lowest byte first. `generate` writes those of its seeds and
candidates into its own transcript, each behind its slot.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from seedbed.exchange.replies import vector_of
from seedbed.exchange.requests import build_embedding
from seedbed.exchange.result import Result
from seedbed.filtering.filter import SEMANTIC
from seedbed.filtering.meanings import Vector
from seedbed.project.model_settings import ModelSettings, embedding_settings
from seedbed.project.params_types import Params
from seedbed.sending.asker import Asker, Asks

MAX_ATTEMPTS = 3


class Embedder:
    """Turns texts into vectors.

    Args:
        asker: what settles requests.
        to: the model to ask.

    Attributes:
        open: requests that are not settled, where the asker only looks.
        failed: how many texts the endpoint gave no vector of.
        stored: how many requests are settled.
    """

    def __init__(self, asker: Asks, to: ModelSettings) -> None:
        self._asker, self._to = asker, to
        self._results: dict[str, Result[bytes]] = {}
        self.open: list[Result[bytes]] = []
        self.failed = self.stored = 0

    def __call__(self, texts: Sequence[tuple[str, str]]) -> list[Vector | None]:
        """Return a vector a text, given as (id, text); None where there is none."""
        results = self._asker.ask([build_embedding(f"{id}.embedding", text, self._to) for id, text in texts], vector_of)
        self._results |= {id: result for (id, _), result in zip(texts, results, strict=True)}
        self.open += [result for result in results if not result.settled]
        self.stored += sum(result.settled for result in results)
        self.failed += sum(result.failure is not None for result in results)
        return [None if result.value is None else np.frombuffer(result.value, dtype="<f4") for result in results]

    def take(self, ids: Iterable[str]) -> Iterator[Result[bytes]]:
        """Yield, once, the results of the requests for these rows."""
        yield from (self._results.pop(id) for id in ids if id in self._results)  # of a blank text none was asked


@contextmanager
def embedding(name: str, params: Params) -> Iterator[Embedder | None]:
    """Open a way to the model of `filter.semantic`; None where no rule needs it.

    Args:
        name: what the vectors are for: the id of a generation, or `file`.
        params: the whole of `params.yaml`.

    Raises:
        UserError: the store cannot be used.
    """
    if SEMANTIC not in params["filter"]["rules"]:
        yield None
        return
    to = embedding_settings(params)
    with Asker(f"embed@{name}", params, to, MAX_ATTEMPTS, kept_by=f"generate@{name}") as asker:
        embedder = Embedder(asker, to)
        yield embedder
    if embedder.failed:
        print(f"embed@{name}: {embedder.failed} texts have no embedding, and were not compared", file=sys.stderr)
