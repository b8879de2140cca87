"""Send missing requests concurrently, within limits and budget; commit each response when it arrives."""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from seedbed.exchange.costs import Estimator, Forecast, Tokens
from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.exchange.result import Read, Result, T
from seedbed.project.model_settings import ModelSettings, in_process, server, server_id
from seedbed.project.params_types import Params
from seedbed.sending.budget import Budget
from seedbed.sending.build_process import Parent
from seedbed.sending.committing import Committer
from seedbed.sending.halt import Halt
from seedbed.sending.jobs import Job, Queue
from seedbed.sending.languages import language_mismatches
from seedbed.sending.patience import Outage, Tries
from seedbed.sending.progress import Progress
from seedbed.sending.room import Room
from seedbed.sending.server_answers import Busy
from seedbed.sending.servers import Started, log_tail, running
from seedbed.sending.streak import IN_A_ROW, ErrorStreak
from seedbed.store.claims import Claims
from seedbed.store.store import Store
from seedbed.util.errors import UserError

if TYPE_CHECKING:
    from seedbed.sending.client import Client
    from seedbed.sending.in_process import InProcess

_EMPTY_BATCHES = 3
"""Batches in a row in which every request failed, after which nothing more is sent."""
_FIRST_LOOK_S, _MOST_LOOK_S = 0.05, 2.0
"""Between two looks for the response to a request that another process sends."""


class Sender:
    """Sends one stage's requests, in this process.

    Args:
        stage: the stage's name.
        params: the whole of `params.yaml`.
        to: the model to ask.
        store: where responses are committed.
        parent: the process whose death ends the sending.
        max_attempts: how often a request is asked before it counts as failed.
        forecast: says how much the whole stage is going to send, where it asks in several calls; None where in one.

    Raises:
        UserError: a prompt, a word list or a stand-in is of another language than the one to build, the price is unknown and
            there is a dollar budget, the key is not set, or nothing listens there.
    """

    def __init__(
        self,
        stage: str,
        params: Params,
        to: ModelSettings,
        store: Store,
        parent: Parent,
        max_attempts: int,
        forecast: Forecast | None = None,
    ) -> None:
        # `seedbed check` says the same, and a plain `dvc repro` does not run it.
        if mismatches := language_mismatches(params):
            more = f"; and {len(mismatches) - 1} more (`seedbed check` lists them)" if mismatches[1:] else ""
            raise UserError(f"{mismatches[0]}{more}; nothing was sent")
        self._stage, self._store, self._parent, self._max_attempts = stage, store, parent, max_attempts
        self._server = server(params, to)
        self._model = to.model
        self._estimator = Estimator(store.seen([stage]))
        self._budget = Budget(params, to, stage, *store.build_totals(parent.build))
        self._stack = ExitStack()
        self._claims = Claims(store)
        self._stack.callback(self._claims.close)
        self._waits = False
        self._server_id = server_id(to)
        self._started: Started | None = None
        if "command" in self._server:
            self._started = self._stack.enter_context(running(self._server_id, self._server, to.model, parent))
        base_url = self._started.base_url if self._started else None
        self._client = _client(params, to, base_url)
        self._halt = Halt(stage, parent)
        self._room = Room(store.path)
        self._streak = ErrorStreak(stage, to.endpoint)
        self._outage = Outage(self._server)
        self._committer = Committer(stage, parent.build, store, self._room, self._budget, self._estimator, self._halt)
        self._broken: list[UserError] = []
        self._failed = 0
        self._most_failed: int | None = None
        self._enough = False
        self._forecast = forecast
        self._noted = False

    async def close(self) -> None:
        """Close the connections; give up our hold on a server that we started."""
        await self._client.close()
        self._room.give_up()
        self._stack.close()

    async def send(self, missing: list[Result[T]], read: Read[T], progress: Progress, most_failed: int | None = None) -> None:
        """Send requests until each result is settled, or more than `most_failed` have failed.

        Raises:
            UserError: the budget, the endpoint, an interrupt or the parent's death ended it early; all that arrived is
                in the store.
        """
        jobs = _jobs(missing)
        self._most_failed, self._failed = most_failed, 0
        self._enough = most_failed is not None and most_failed < 0  # the replies that are there say so already
        await self._halt.guard(asyncio.create_task(self._send(jobs, read, progress)), progress)
        if self._halt.reason or self._broken:
            raise self._halt.reason or self._broken[0]

    def estimate(self, missing: list[Result[T]]) -> None:
        """Hold what is about to be sent against the budget; once, note what `seedbed plan` says of the stage now.

        Not within the event loop: it may take long, and Ctrl-C would wait for its end.

        Raises:
            UserError: the budget does not allow it.
        """
        once = {result.request.key: result.request for result in missing}  # equal requests are sent once
        total = sum((self._estimator.tokens(self._stage, request) for request in once.values()), Tokens(0, 0))
        self._budget.check(len(once), total)
        if not self._noted:
            requests = len(once)
            if self._forecast:
                requests, total = self._forecast(partial(self._estimator.tokens, self._stage))
            dollars = self._budget.dollars(total)
            self._store.log_estimate(self._parent.build, self._stage, self._model, requests, dollars)
            self._noted = True

    async def _send(self, jobs: dict[str, Job[T]], read: Read[T], progress: Progress) -> None:
        if self._server.get("mode") == "batch":
            await self._send_in_batches(list(jobs.values()), read, progress)
            return
        queue: Queue[T] = Queue(open=len(jobs))
        for job in jobs.values():
            queue.ready.put_nowait(job)
        most = min(self._server.get("max_concurrency", 8), len(jobs))
        workers = self._room.hold(most)
        if not workers:
            raise self._committer.no_room("nothing more was sent")
        if workers < most:
            progress.say(f"little disk space left at {self._store.path}: sending one request at a time")
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(workers):
                    group.create_task(self._work(queue, workers, number, read, progress))
        finally:
            queue.end()

    async def _work(self, queue: Queue[T], workers: int, number: int, read: Read[T], progress: Progress) -> None:
        """Ask one job after the other; where room gets short, the first of the workers goes on alone."""
        while (job := await queue.ready.get()) is not None:
            if number and not self._room.has(workers):
                queue.ready.put_nowait(job)
                return
            if not self._room.has(1):
                self._halt.stop(self._committer.no_room("every response that arrived is kept"))
            if self._halt.reason is None and not self._enough:
                await self._ask(job, queue, read, progress)
            if self._halt.reason or self._enough or not queue.open:
                for _ in range(workers):
                    queue.ready.put_nowait(None)
                return

    async def _ask(self, job: Job[T], queue: Queue[T], read: Read[T], progress: Progress) -> None:
        """Ask until a job is settled, has to wait, or nothing more may be sent."""
        while self._halt.reason is None and not job.alike[0].settled:
            request = job.request
            try:
                if not self._claims.take([request.key]):  # then there is a response by now, or another process sends it
                    stored = self._store.get([request.key]).get(request.key)
                    if stored is None:
                        queue.later(job, self._wait_for(job, progress), progress)
                        return
                    self._take(job, stored, read, progress)
                    continue
                response = await self._paid(request, progress)
                job.tries = Tries()
                self._outage.answered()
                self._take(job, response, read, progress)
                if reason := self._streak.add(request, response, failed=job.alike[0].failure is not None):
                    self._halt.stop(reason)
            except Busy as busy:
                if wait_s := self._retry_wait(job, busy):
                    progress.tried_again(str(busy))
                    queue.later(job, wait_s, progress)
                    return
            except UserError as error:
                self._halt.stop(error)
            except Exception as error:  # of this request alone: the others go on, unless several are like it
                self._broken.append(
                    UserError(
                        f"{self._stage}: the request for {request.id} could not be sent, or its reply could not be read "
                        f"({type(error).__name__}: {error}); this is a bug in Seedbed; every response that arrived is kept"
                    )
                )
                if len(self._broken) >= IN_A_ROW:
                    self._halt.stop(self._broken[0])
                queue.open -= 1
                return
        if job.alike[0].settled:
            queue.open -= 1

    def _wait_for(self, job: Job[T], progress: Progress) -> float:
        """Return how long to wait for the response to a request that another process is sending.

        Raises:
            UserError: the request is in a batch, for which nobody waits.
        """
        request = job.request
        batch = self._claims.held_by_others([request.key]).get(request.key)
        if batch and self._claims.pick_up(batch):
            raise UserError(
                f"{self._stage}: the request for {request.id} is in batch {batch}, which was sent but not read yet; set "
                f"`mode: batch` again under servers.{self._server_id} to wait for it, or run `seedbed store batches forget "
                f"{batch}` to send its requests again"
            )
        self._say_wait(progress)
        job.looks += 1
        return min(_FIRST_LOOK_S * 2.0 ** min(job.looks, 10), _MOST_LOOK_S)

    def _say_wait(self, progress: Progress) -> None:
        """Say once that another process is at some of the requests."""
        if not self._waits:
            self._waits = True
            progress.say("another build with the same store is sending some of these requests; waiting for its responses")

    def _retry_wait(self, job: Job[T], busy: Busy) -> float | None:
        """Return how long to wait before a job is tried again; None where it was tried often enough, which stops the stage."""
        if self._started and not self._started.alive:
            ended = UserError(f"{self._stage}: the server stopped ({busy}); {log_tail(self._server_id, self._started.log)}")
            try:
                self._parent.check()  # a server ends with its build, and perhaps sooner than this process looks for it
            except UserError as error:
                ended = error
            self._halt.stop(ended)
            return None
        try:
            wait_s = job.tries.wait_s(busy, self._server, job.request.id)
            self._outage.add(busy)
            return wait_s
        except UserError as error:
            self._halt.stop(UserError(f"{self._stage}: endpoint {self._client.id!r}: {error}"))
            return None

    async def _paid(self, request: Request, progress: Progress) -> Response:
        """Send one request within the budget and commit its response; it is claimed, and no longer where there is none."""
        try:
            reserved = self._budget.take(self._estimator.tokens(self._stage, request))
            progress.under_way += 1
            try:
                response = await self._client.send(request)
            except BaseException:
                self._budget.release(reserved)
                raise
            finally:
                progress.under_way -= 1
        except BaseException:
            self._claims.release(request.key)
            raise
        cost = self._committer.commit(request, response)
        self._budget.settle(reserved, cost)
        return response

    def _take(self, job: Job[T], response: Response, read: Read[T], progress: Progress) -> None:
        for result in job.alike:
            result.take(response, read, self._max_attempts)
        done = len(job.alike) if job.alike[0].settled else 0
        failed = done if job.alike[0].failure else 0
        self._failed += failed
        # The share of rows that may fail is spent: what is under way is waited for, and the stage says what failed.
        self._enough = self._enough or (self._most_failed is not None and self._failed > self._most_failed)
        progress.arrived(response, done=done, failed=failed)

    async def _send_in_batches(self, waiting: list[Job[T]], read: Read[T], progress: Progress) -> None:
        """Round after round through the Batch API, until each is settled; a round holds what the last one left."""
        from seedbed.sending.batch import Waiting, send_batches
        from seedbed.sending.client import Client

        if not isinstance(self._client, Client):
            self._halt.stop(
                UserError(f"{self._stage}: the built-in stand-in has no Batch API; remove `mode: batch` from its server")
            )
            return
        empty, waiting_for = 0, Waiting(self._stage, self._client, self._server, progress, self._halt.why)
        while waiting and self._halt.reason is None and not self._enough:
            requests = {job.request.key: job.request for job in waiting}
            try:
                stored = self._store.get(requests)
                missing = {key: request for key, request in requests.items() if key not in stored}
                estimates = (self._estimator.tokens(self._stage, request) for request in missing.values())
                self._budget.check(len(missing), sum(estimates, Tokens(0, 0)))
                async for request, response in send_batches(waiting_for, self._store, self._claims, missing):
                    self._budget.count(self._committer.commit(request, response))
                responses = self._store.get(requests)
                elsewhere = self._claims.held_by_others(key for key in missing if key not in responses)
                if elsewhere:
                    self._say_wait(progress)
                    await waiting_for.nap(min(waiting_for.poll_s, _MOST_LOOK_S))
                empty = 0 if responses or elsewhere else empty + 1
                if empty == _EMPTY_BATCHES:
                    raise UserError(
                        f"{self._stage}: {empty} consecutive batches gave no response; look at them in the provider's console"
                    )
            except UserError as error:
                self._halt.stop(error)
                return
            for job in waiting:
                if job.request.key in responses:
                    self._take(job, responses[job.request.key], read, progress)
            waiting = [job for job in waiting if not job.alike[0].settled]


def _jobs(missing: list[Result[T]]) -> dict[str, Job[T]]:
    """Return a job for each request that is missing, by its key."""
    jobs: dict[str, Job[T]] = {}
    for result in missing:
        jobs.setdefault(result.request.key, Job([])).alike.append(result)
    return jobs


def _client(params: Params, to: ModelSettings, base_url: str | None) -> "Client | InProcess":
    """Return what speaks to an endpoint; each imports what it needs, since the client of a server takes a second."""
    if in_process(params, to):
        from seedbed.sending.in_process import InProcess

        return InProcess(to.endpoint, server(params, to))
    from seedbed.sending.client import Client

    return Client(to.endpoint, server(params, to), server_id(to), base_url)
