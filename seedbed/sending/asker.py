"""Get the responses of one LLM stage: serve stored ones, send missing requests, keep every attempt.

A stage with one list of requests calls `ask_all`; one that asks in waves opens an `Asking`.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from seedbed.exchange.costs import Forecast
from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.exchange.result import Read, Result, T, allowed_failures, failures_in_words
from seedbed.project import paths
from seedbed.project.model_settings import ModelSettings, in_process, server
from seedbed.project.params_types import Attempts, Params
from seedbed.project.run_cache import mend_run_cache
from seedbed.sending.build_process import Parent, alone
from seedbed.sending.refill import Refill
from seedbed.sending.room import take_spilled
from seedbed.store.projects import register
from seedbed.store.store import Store
from seedbed.store.transcripts import Record, transcript
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, write_rows
from seedbed.util.words import count

if TYPE_CHECKING:
    import asyncio

    from seedbed.sending.sender import Sender


class Asks(Protocol):
    """Whatever settles requests: an `Asker`, or one that only looks into the store.

    Attributes:
        in_batches: whether the requests of one call go as a batch, which may take a day.
    """

    in_batches: bool

    def ask(self, requests: Sequence[Request], read: Read[T]) -> list[Result[T]]:
        """Return one result a request, in their order."""


class Get(Protocol):
    """Looks responses up by key."""

    def __call__(self, keys: list[str], /) -> dict[str, Response]:
        """Return the responses that there are, by key."""


class Asker:
    """One LLM stage's way to its endpoint; no second process runs the same stage meanwhile. A context manager.

    Args:
        stage: the stage's name, e.g. `answer@good`.
        params: the whole of `params.yaml`.
        to: the model to ask.
        max_attempts: how often a request is asked before it counts as failed.
        kept_by: the stage whose transcript has the responses; `stage` itself where it is not given.
        forecast: says before the first request how much is going to be sent; see `Sender`.
    """

    def __init__(
        self,
        stage: str,
        params: Params,
        to: ModelSettings,
        max_attempts: int,
        kept_by: str | None = None,
        forecast: Forecast | None = None,
    ) -> None:
        self.stage = stage
        self._forecast = forecast
        self._kept_by = kept_by or stage
        self.in_batches = server(params, to).get("mode") == "batch"
        self._params, self._to, self._max_attempts = params, to, max_attempts
        self._stack = ExitStack()
        self._parent = Parent()
        self._runner: asyncio.Runner | None = None
        self._senders: dict[str, Sender] = {}

    def __enter__(self) -> Self:
        self.store = self._stack.enter_context(Store(paths.store()))
        register(self.store)
        self._refill = Refill(self.stage, self._kept_by, self.store)
        self._stack.enter_context(alone(self.stage, self.store.path.parent / "locks", self._parent))
        if new := take_spilled(self.store):
            print(f"{self.stage}: {count(new, 'answer')} of an earlier run added to the store", file=sys.stderr)
        mend_run_cache()  # before the stages after this one, where nobody ran the check
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner:
            for sender in self._senders.values():
                self._runner.run(sender.close())
            self._runner.close()
        self._stack.close()

    def ask(
        self,
        requests: Sequence[Request],
        read: Read[T],
        most_failed: int | None = None,
        to: ModelSettings | None = None,
    ) -> list[Result[T]]:
        """Settle `requests`: from the store, then from the transcripts that `dvc.lock` names, then by sending.

        Args:
            requests: what to ask.
            read: turns a response into a value.
            most_failed: failures beyond which nothing more is sent; None for no such limit.
            to: the model to ask, where it is another than the asker's own.

        Returns:
            One result a request, in their order.

        Raises:
            UserError: the endpoint cannot be used, the budget does not allow it, or nothing may be sent
                (`SEEDBED_OFFLINE=1`) and something is missing. All that arrived is in the store.
        """
        results: list[Result[T]] = [Result(request) for request in requests]
        serve(self.store.get, results, read, self._max_attempts)
        to = to or self._to
        fetch = not in_process(self._params, to)  # what a free endpoint lacks is asked again instead
        while any(not result.settled for result in results) and self._refill.more(fetch):
            serve(self.store.get, results, read, self._max_attempts)
        missing = [result for result in results if not result.settled]
        if missing:
            self._refuse_offline(missing[0].request)
            self._refill.refuse_to_pay_again(len(missing))
            left = None if most_failed is None else most_failed - sum(result.failure is not None for result in results)
            self._send(to, missing, read, len(results), left)
        self._parent.check()
        return results

    def _refuse_offline(self, request: Request) -> None:
        if os.environ.get("SEEDBED_OFFLINE", "") not in ("", "0"):
            raise UserError(
                f"{self.stage}: SEEDBED_OFFLINE is set and the response for {request.id} (request {request.key[:12]}) is "
                "not in the store; unset it, or `dvc pull` the transcripts that contain it"
            )

    def _send(self, to: ModelSettings, missing: list[Result[T]], read: Read[T], total: int, most_failed: int | None) -> None:
        """Send what is missing. Only here is the client imported, which costs about a second."""
        import asyncio

        from seedbed.sending.progress import Progress

        if self._runner is None:
            self._runner = asyncio.Runner()
        if to.block not in self._senders:
            from seedbed.sending.sender import Sender

            self._senders[to.block] = Sender(
                self.stage, self._params, to, self.store, self._parent, self._max_attempts, self._forecast
            )
        with Progress(self.stage, total=total, stored=total - len(missing)) as progress:
            self._senders[to.block].estimate(missing)
            self._runner.run(self._senders[to.block].send(missing, read, progress, most_failed))

    @property
    def sent(self) -> bool:
        """Whether any request was sent."""
        return bool(self._senders)


def serve(get: Get, results: Sequence[Result[T]], read: Read[T], max_attempts: int) -> None:
    """Settle what is there already, attempt by attempt.

    Args:
        get: returns the responses that there are of some keys.
        results: those that are settled are passed over.
        read: turns a response into a value.
        max_attempts: how often a request is asked before it counts as failed.
    """
    waiting = [result for result in results if not result.settled]
    while waiting:
        responses = get([result.request.key for result in waiting])
        served = [result for result in waiting if result.request.key in responses]
        for result in served:
            result.take(responses[result.request.key], read, max_attempts)
        waiting = [result for result in served if not result.settled]


class Asking:
    """A stage's asker and its transcript, open; counts what failed.

    Attributes:
        asker: settles requests.
    """

    def __init__(self, asker: Asker, record: Record) -> None:
        self.asker = asker
        self._record = record
        self.failed: list[Result[Any]] = []
        self._totals = [0]

    @property
    def total(self) -> int:
        """Requests recorded."""
        return sum(self._totals)

    def allowed(self, max_failed: float) -> int:
        """Return how many of them may fail, each model's counted by themselves."""
        return sum(allowed_failures(total, max_failed) for total in self._totals)

    def next_model(self) -> None:
        """Begin to count the requests of another model."""
        self._totals.append(0)

    def record(self, result: Result[Any]) -> None:
        """Write every attempt of a request to the transcript; results are recorded in the order of their rows."""
        self._record(result)
        self._totals[-1] += 1
        self.failed += [result] if result.failure else []

    def add(self, results: Iterable[Result[Any]]) -> None:
        """Write requests to the transcript that are no row of the stage, such as those for embeddings."""
        for result in results:
            self._record(result)


@contextmanager
def asking(
    stage: str,
    params: Params,
    to: ModelSettings,
    attempts: Attempts,
    transcript_path: Path,
    forecast: Forecast | None = None,
) -> Iterator[Asking]:
    """Open a stage's asker and transcript; at the end refuse more failures than `max_failed` allows.

    Args:
        stage: the stage's name, e.g. `answer@good`.
        params: the whole of `params.yaml`.
        to: the model to ask.
        attempts: the stage's block of `params.yaml`.
        transcript_path: the transcript, written whole or not at all.
        forecast: says how much is going to be sent, where the stage asks in several calls; see `Sender`.

    Raises:
        UserError: the store cannot be used, or more rows failed than the share `max_failed`.
    """
    with (
        Asker(stage, params, to, attempts["max_attempts"], forecast=forecast) as asker,
        transcript(transcript_path, asker.store) as record,
    ):
        opened = Asking(asker, record)
        try:
            yield opened
            if len(opened.failed) > opened.allowed(attempts["max_failed"]):
                raise UserError(f"{stage}: {failures_in_words(opened.failed, opened.total, attempts['max_failed'])}")
        except UserError:
            if opened.failed:
                path = paths.failed(stage) / "failed.jsonl"
                write_rows(path, map(_failed_row, opened.failed), None)
                print(f"{stage}: {count(len(opened.failed), 'failed row')} in {path}", file=sys.stderr)
            raise
    if opened.total and not asker.sent:
        print(f"{stage}: all {opened.total} responses are in the store, nothing sent", file=sys.stderr)


def ask_all(
    stage: str,
    params: Params,
    to: ModelSettings,
    attempts: Attempts,
    transcript_path: Path,
    requests: Sequence[Request],
    read: Read[T],
    following: Callable[[list[Result[T]]], Sequence[Request]] = lambda results: (),
    forecast: Forecast | None = None,
) -> list[Result[T]]:
    """Settle a stage's requests, write its transcript, and return one result a request; see `ask_each`."""
    return ask_each(stage, params, [(to, requests)], attempts, transcript_path, read, following, forecast)[0]


def ask_each(
    stage: str,
    params: Params,
    asked: Sequence[tuple[ModelSettings, Sequence[Request]]],
    attempts: Attempts,
    transcript_path: Path,
    read: Read[T],
    following: Callable[[list[Result[T]]], Sequence[Request]] = lambda results: (),
    forecast: Forecast | None = None,
) -> list[list[Result[T]]]:
    """Settle a stage's requests to several models, one after the other, and write one transcript.

    Args:
        stage: the stage's name, e.g. `judge@good-vs-thin`.
        params: the whole of `params.yaml`.
        asked: each model, at least one, with its requests.
        attempts: the stage's block of `params.yaml`; the share `max_failed` is that of each model.
        transcript_path: the transcript, written whole or not at all.
        read: turns a response into a value.
        following: gives the requests that rest on results, such as the next turn of conversations; none by default. They are
            asked together once all of the results before them are there, and their results come after those.
        forecast: says how much is going to be sent, where there is something that follows; see `Sender`.

    Returns:
        One result a request, by model.

    Raises:
        UserError: as `asking`.
    """
    all_results = []
    with asking(stage, params, asked[0][0], attempts, transcript_path, forecast) as opened:
        for place, (to, requests) in enumerate(asked):
            if place:
                opened.next_model()
            allowed, before = allowed_failures(len(requests), attempts["max_failed"]), len(opened.failed)
            results: list[Result[T]] = []
            waiting = requests
            while waiting:
                settled = opened.asker.ask(waiting, read, allowed - len(opened.failed) + before, to)
                for result in settled:
                    if result.settled:
                        opened.record(result)
                results += settled
                failed = opened.failed[before:]
                if any(not result.settled for result in settled) or len(failed) > allowed:
                    good = [{"id": result.request.id, "value": result.value} for result in results if result.value is not None]
                    path = paths.failed(stage) / "good.jsonl"
                    write_rows(path, good, None)
                    print(f"{stage}: {count(len(good), 'good row')} in {path}", file=sys.stderr)
                    raise UserError(f"{stage}: {failures_in_words(failed, len(requests), attempts['max_failed'])}")
                waiting = following(settled)
            all_results.append(results)
    return all_results


def _failed_row(result: Result[Any]) -> Row:
    return {"id": result.request.id, "request": result.request.key, **(result.failure or {})}
