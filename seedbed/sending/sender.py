"""Sending what the store lacks: many at a time, within limits and budget, each response committed as it arrives."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import suppress
from math import ceil

from seedbed.exchange.costs import ACCEPTANCE, Estimator, Tokens
from seedbed.exchange.replies import Response
from seedbed.exchange.requests import Request
from seedbed.exchange.result import Read, Result, T
from seedbed.project.params import ModelSettings, Params, server
from seedbed.sending.batch import send_batches
from seedbed.sending.budget import Budget
from seedbed.sending.build_process import Parent
from seedbed.sending.client import Client
from seedbed.sending.progress import Progress
from seedbed.store.store import Store
from seedbed.util.errors import UserError

_EMPTY_BATCHES = 3
"""Batches in a row in which every request failed, after which nothing more is sent."""
Alike = list[Result[T]]
"""Outcomes of equal requests: they are sent once."""


class Sender:
    """Sends one stage's requests, in this process.

    Args:
        stage: the stage's name.
        params: the whole of `params.yaml`.
        to: the model to ask.
        store: where responses are committed.
        parent: the process whose death ends the sending.
        max_attempts: how often a request is asked before it counts as failed.

    Raises:
        UserError: the price is unknown and there is a dollar budget, the key is not set, or nothing listens there.
    """

    def __init__(self, stage: str, params: Params, to: ModelSettings, store: Store, parent: Parent, max_attempts: int) -> None:
        self._stage, self._store, self._parent, self._max_attempts = stage, store, parent, max_attempts
        self._server = server(params, to.endpoint)
        self._model = to.model
        self._estimator = Estimator(store.seen([stage]))
        self._budget = Budget(params, to, stage, *store.build_totals(parent.build))
        self._client = Client(to.endpoint, self._server)
        self._stop: UserError | None = None
        self._interrupted = False
        self._expected = ACCEPTANCE if stage.startswith("generate") else 1.0
        self._estimated = False

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def send(self, missing: list[Result[T]], read: Read[T], progress: Progress) -> None:
        """Send requests until each result is settled.

        Raises:
            UserError: the budget, the endpoint, an interrupt or the parent's death ended it early; all that arrived is
                in the store.
        """
        alike: dict[str, Alike[T]] = {}
        for result in missing:
            alike.setdefault(result.request.key, []).append(result)
        estimates = [self._estimator.tokens(self._stage, results[0].request) for results in alike.values()]
        total = sum(estimates, Tokens(0, 0))
        self._budget.check(len(alike), total)
        if not self._estimated:  # later waves were expected then
            count = ceil(len(alike) / self._expected)
            dollars = self._budget.dollars(total) / self._expected
            self._store.log_estimate(self._parent.build, self._stage, self._model, count, dollars)
            self._estimated = True
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._interrupt, progress)
        watcher = asyncio.create_task(self._watch_parent())
        try:
            if self._server.get("mode") == "batch":
                await self._send_in_batches(list(alike.values()), read, progress)
            else:
                await self._send_one_by_one(iter(alike.values()), len(alike), read, progress)
        finally:
            watcher.cancel()
            with suppress(NotImplementedError, RuntimeError, ValueError):
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)
        if self._stop:
            raise self._stop

    async def _send_one_by_one(self, queue: Iterator[Alike[T]], count: int, read: Read[T], progress: Progress) -> None:
        """`max_concurrency` workers share the queue."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._server.get("max_concurrency", 8), count)):
                group.create_task(self._work(queue, read, progress))

    async def _work(self, queue: Iterator[Alike[T]], read: Read[T], progress: Progress) -> None:
        for alike in queue:
            while self._stop is None and not alike[0].settled:
                request = alike[0].request
                try:
                    stored = self._store.get([request.key]).get(request.key) if request.attempt > 1 else None
                    response = stored or await self._paid(request)
                    self._take(alike, response, read, progress)
                except UserError as error:
                    self._stop = self._stop or error
                    break
            if self._stop:
                return

    async def _paid(self, request: Request) -> Response:
        """Send one request within the budget and commit its response."""
        reserved = self._budget.take(self._estimator.tokens(self._stage, request))
        response = await self._client.send(request)
        cost = self._commit(request, response)
        self._budget.settle(reserved, cost)
        return response

    def _commit(self, request: Request, response: Response) -> float:
        """Put a response into the store, count it in the log of builds, and return its dollars."""
        usage = response["usage"]
        if usage:
            tokens = Tokens(usage["input"], usage["output"], usage["cached_input"])
        elif response["finish_reason"] == "content_filter":
            tokens = Tokens(0, 0)
        else:  # an endpoint that does not count: what was reserved stays spent
            tokens = self._estimator.tokens(self._stage, request)
        cost = self._budget.dollars(tokens)
        self._store.put(self._stage, request, response, sent=(self._parent.build, tokens.input, tokens.output, cost))
        return cost

    def _take(self, alike: Alike[T], response: Response, read: Read[T], progress: Progress) -> None:
        for result in alike:
            result.take(response, read, self._max_attempts)
        done = len(alike) if alike[0].settled else 0
        progress.arrived(response, done=done, failed=done if alike[0].failure else 0)

    async def _send_in_batches(self, waiting: list[Alike[T]], read: Read[T], progress: Progress) -> None:
        """Round after round through the Batch API, until each is settled; a round holds what the last one left."""
        empty = 0
        while waiting and self._stop is None:
            requests = {alike[0].request.key: alike[0].request for alike in waiting}
            try:
                estimates = (self._estimator.tokens(self._stage, request) for request in requests.values())
                self._budget.check(len(requests), sum(estimates, Tokens(0, 0)))
                async for request, response in send_batches(
                    self._client, self._store, self._stage, requests, self._server.get("poll_s", 30), progress, self._halted
                ):
                    self._budget.count(self._commit(request, response))
                found = self._store.get(requests)
                empty = 0 if found else empty + 1
                if empty == _EMPTY_BATCHES:
                    raise UserError(
                        f"{self._stage}: {empty} batches in a row gave no response; look at them in the provider's console"
                    )
            except UserError as error:
                self._stop = self._stop or error
                return
            for alike in waiting:
                if alike[0].request.key in found:
                    self._take(alike, found[alike[0].request.key], read, progress)
            waiting = [alike for alike in waiting if not alike[0].settled]

    def _halted(self) -> UserError | None:
        """Why nothing more may be done; None where nothing stands against it."""
        return self._stop

    def _interrupt(self, progress: Progress) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
        progress.say("stopping: waiting for the requests under way, so that nothing paid for is lost; again to drop them")
        self._stop = self._stop or UserError(
            f"{self._stage}: interrupted; every response that arrived is kept, run again to go on"
        )

    async def _watch_parent(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            try:
                self._parent.check()
            except UserError as error:
                self._stop = self._stop or error
                return
