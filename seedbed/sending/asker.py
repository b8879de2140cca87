"""Asking: what the store has is served, what it lacks is sent, and every attempt is kept.

with Asker("judge@good-vs-thin", params, speaker, max_attempts=3) as asker:
outcomes = asker.ask(requests, read_judgment)
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from seedbed.exchange.requests import Request
from seedbed.exchange.result import Outcome, Read, T
from seedbed.project.params import Params, Speaker
from seedbed.project.paths import store_path
from seedbed.sending.build_process import Parent
from seedbed.sending.progress import Progress
from seedbed.store.store import Store
from seedbed.store.transcripts import warm_store
from seedbed.util.errors import UserError

if TYPE_CHECKING:
    from seedbed.sending.sender import Sender


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
        self.in_batches = params["endpoints"][speaker.endpoint].get("mode") == "batch"
        self._params, self._speaker, self._max_attempts = params, speaker, max_attempts
        self._stack = ExitStack()
        self._parent = Parent()
        self._runner: asyncio.Runner | None = None
        self._sender: Sender | None = None

    def __enter__(self) -> Self:
        self.store = self._stack.enter_context(Store(store_path()))
        self._lock()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner and self._sender:
            self._runner.run(self._sender.close())
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
            UserError: the endpoint cannot be used, the budget does not allow it, or nothing may be sent
                (`SEEDBED_OFFLINE=1`) and something is missing. All that arrived is in the store.
        """
        outcomes: list[Outcome[T]] = [Outcome(request) for request in requests]
        self._serve(outcomes, read)
        if any(not outcome.settled for outcome in outcomes) and warm_store(self.store):
            self._serve(outcomes, read)
        missing = [outcome for outcome in outcomes if not outcome.settled]
        if missing:
            self._refuse_offline(missing[0].request)
            self._send(missing, read, Progress(self.stage, total=len(outcomes), stored=len(outcomes) - len(missing)))
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

    def _send(self, missing: list[Outcome[T]], read: Read[T], progress: Progress) -> None:
        """Send what is missing. Only here is the client imported, which costs about a second."""
        if self._runner is None or self._sender is None:
            from seedbed.sending.sender import Sender

            self._sender = Sender(self.stage, self._params, self._speaker, self.store, self._parent, self._max_attempts)
            self._runner = asyncio.Runner()
        with progress:
            self._runner.run(self._sender.send(missing, read, progress))
