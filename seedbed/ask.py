"""Asking: what the store lacks is sent, what it has is served, and every attempt is kept.

with Asker("judge@good-vs-thin", params, speaker, max_attempts=3) as asker:
    outcomes = asker.ask(requests, read_judgment)
"""

import asyncio
import os
import signal
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from filelock import FileLock, Timeout

from seedbed.errors import UserError
from seedbed.outcomes import Outcome, Read, T
from seedbed.params import Params, Speaker
from seedbed.parent import Parent
from seedbed.progress import Progress
from seedbed.requests import Request
from seedbed.store import Store, store_path
from seedbed.transcripts import warm_store

if TYPE_CHECKING:
    from seedbed.client import Client


class Asker:
    """One LLM stage's way to its endpoint; no second process runs the same stage meanwhile. A context manager.

    Args:
        stage: the stage's name, e.g. `answer@good`.
        params: the whole of `params.yaml`.
        speaker: whom to ask.
        max_attempts: how often a request is asked before it counts as failed.
    """

    def __init__(self, stage: str, params: Params, speaker: Speaker, max_attempts: int) -> None:
        self.stage = stage
        self._endpoint = params["endpoints"][speaker.endpoint]
        self._speaker = speaker
        self._max_attempts = max_attempts
        self._stack = ExitStack()
        self._parent = Parent()
        self._runner: asyncio.Runner | None = None
        self._client: Client | None = None
        self._stop: UserError | None = None

    def __enter__(self) -> Self:
        self.store = self._stack.enter_context(Store(store_path()))
        self._lock()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner and self._client:
            self._runner.run(self._client.__aexit__(None, None, None))
            self._runner.close()
        self._stack.close()

    def _lock(self) -> None:
        """Wait until no other process runs this stage: an orphan of a killed build leaves within a second."""
        folder = self.store.path.parent / "locks"
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / f"{self.stage}.lock")
        progress = Progress(self.stage, total=0, stored=0)
        for tries in range(24 * 60 * 60):
            with suppress(Timeout):
                self._stack.enter_context(lock.acquire(timeout=1))
                return
            self._parent.check()
            if tries == 0:
                progress.say("waiting for another process that runs this stage")
        raise UserError(f"{self.stage}: another process has been running this stage for a day; end it and run again")

    def ask(self, requests: Sequence[Request], read: Read[T]) -> list[Outcome[T]]:
        """Settle `requests`: from the store, then from the transcripts that `dvc.lock` names, then by sending.

        Returns:
            One outcome a request, in their order.

        Raises:
            UserError: the endpoint cannot be used, or nothing may be sent (`SEEDBED_OFFLINE=1`) and something is
                missing. All that arrived is in the store.
        """
        outcomes: list[Outcome[T]] = [Outcome(request) for request in requests]
        self._serve(outcomes, read)
        if any(not outcome.settled for outcome in outcomes) and warm_store(self.store):
            self._serve(outcomes, read)
        missing = [outcome for outcome in outcomes if not outcome.settled]
        if missing:
            self._refuse_offline(missing[0].request)
            progress = Progress(self.stage, total=len(outcomes), stored=len(outcomes) - len(missing))
            with progress:
                self._run(self._send_all(missing, read, progress))
        self._parent.check()
        return outcomes

    def _serve(self, outcomes: list[Outcome[T]], read: Read[T]) -> None:
        """Settle what the store can, attempt by attempt."""
        waiting = [outcome for outcome in outcomes if not outcome.settled]
        while waiting:
            found = self.store.get(outcome.request.key for outcome in waiting)
            served = [outcome for outcome in waiting if outcome.request.key in found]
            for outcome in served:
                outcome.take(found[outcome.request.key], read, self._max_attempts)
            waiting = [outcome for outcome in served if not outcome.settled]

    def _refuse_offline(self, request: Request) -> None:
        if os.environ.get("SEEDBED_OFFLINE", "") not in ("", "0"):
            raise UserError(
                f"{self.stage}: SEEDBED_OFFLINE is set and the response for {request.id} (request {request.key[:12]}) is "
                "not in the store; unset it, or `dvc pull` the transcripts that hold it"
            )

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        if self._runner is None:
            self._runner = asyncio.Runner()
        try:
            self._runner.run(work)
        finally:
            work.close()

    async def _send_all(self, missing: list[Outcome[T]], read: Read[T], progress: Progress) -> None:
        """Send what is missing, `max_concurrency` at a time; equal requests once."""
        if self._client is None:
            from seedbed.client import Client

            self._client = Client(self._speaker.endpoint, self._endpoint)
        self._stop = None
        alike: dict[str, list[Outcome[T]]] = {}
        for outcome in missing:
            alike.setdefault(outcome.request.key, []).append(outcome)
        queue = iter(alike.values())
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._interrupt, progress)
        watcher = asyncio.create_task(self._watch_parent())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._endpoint.get("max_concurrency", 8), len(alike))):
                    group.create_task(self._work(queue, read, progress))
        finally:
            watcher.cancel()
            with suppress(NotImplementedError, RuntimeError, ValueError):
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)
        if self._stop:
            raise self._stop

    async def _work(self, queue: Iterator[list[Outcome[T]]], read: Read[T], progress: Progress) -> None:
        assert self._client
        for outcomes in queue:
            first = outcomes[0]
            while not first.settled and self._stop is None:
                request = first.request
                response = self.store.get([request.key]).get(request.key)
                if response is None:
                    try:
                        response = await self._client.send(request)
                    except UserError as error:
                        self._stop = self._stop or error
                        return
                    self.store.put(self.stage, request, response)
                for outcome in outcomes:
                    outcome.take(response, read, self._max_attempts)
                progress.arrived(response, done=len(outcomes) * first.settled, failed=len(outcomes) * bool(first.failure))
            if self._stop:
                return

    def _interrupt(self, progress: Progress) -> None:
        if self._stop:
            raise KeyboardInterrupt
        progress.say("stopping: waiting for the requests under way, so that nothing paid for is lost; again to drop them")
        self._stop = UserError(f"{self.stage}: interrupted; every response that arrived is kept, run again to go on")

    async def _watch_parent(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            try:
                self._parent.check()
            except UserError as error:
                self._stop = self._stop or error
                return
