"""Sending what the store lacks: many at a time, within limits and budget, each response committed as it arrives."""

import asyncio
import signal
from contextlib import ExitStack, suppress
from math import ceil

from seedbed.exchange.costs import ACCEPTANCE, Estimator, Tokens
from seedbed.exchange.replies import Response
from seedbed.exchange.requests import Request
from seedbed.exchange.result import Read, Result, T
from seedbed.project.params import ModelSettings, Params, server, server_id
from seedbed.sending.batch import Waiting, send_batches
from seedbed.sending.budget import Budget
from seedbed.sending.build_process import Parent
from seedbed.sending.client import Busy, Client
from seedbed.sending.jobs import Job, Queue
from seedbed.sending.patience import Tries
from seedbed.sending.progress import Progress
from seedbed.sending.room import Room, spill
from seedbed.sending.servers import Started, log_tail, running
from seedbed.store.claims import Claims
from seedbed.store.store import Sent, Store
from seedbed.util.errors import UserError
from seedbed.util.words import count

_EMPTY_BATCHES = 3
"""Batches in a row in which every request failed, after which nothing more is sent."""
_IN_A_ROW = 3
"""Rows in a row whose answers are no reply, after which it is the endpoint and not the rows."""
_ENDPOINT_KINDS = {"error", "not_a_completion"}
_GRACE_S = 1.5
"""How long an interrupted stage waits for the requests under way."""
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

    Raises:
        UserError: the price is unknown and there is a dollar budget, the key is not set, or nothing listens there.
    """

    def __init__(self, stage: str, params: Params, to: ModelSettings, store: Store, parent: Parent, max_attempts: int) -> None:
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
        self._client = Client(to.endpoint, self._server, self._server_id, base_url)
        self._room = Room(store.path)
        self._spilt = 0
        self._stop: UserError | None = None
        self._broken: list[UserError] = []
        self._interrupts = 0
        self._hurry = False
        self._in_a_row: set[str] = set()
        self._replied = False
        self._failed = 0
        self._most_failed: int | None = None
        self._enough = False
        self._expected = ACCEPTANCE if stage.startswith("generate") else 1.0
        self._estimated = False

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
        jobs: dict[str, Job[T]] = {}
        for result in missing:
            jobs.setdefault(result.request.key, Job([])).alike.append(result)
        self._estimate(jobs)
        self._most_failed, self._failed = most_failed, 0
        self._enough = most_failed is not None and most_failed < 0  # the replies that are there say so already
        loop = asyncio.get_running_loop()
        sending = asyncio.create_task(self._send(jobs, read, progress))
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._interrupt, sending, progress)
        watcher = asyncio.create_task(self._watch(sending, progress))
        try:
            with suppress(asyncio.CancelledError):
                await sending
        finally:
            watcher.cancel()
            with suppress(NotImplementedError, RuntimeError, ValueError):
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)
        if self._stop or self._broken:
            raise self._stop or self._broken[0]

    def _estimate(self, jobs: dict[str, Job[T]]) -> None:
        """Hold what is about to be sent against the budget, and note it beside what will be sent."""
        estimates = [self._estimator.tokens(self._stage, job.request) for job in jobs.values()]
        total = sum(estimates, Tokens(0, 0))
        self._budget.check(len(jobs), total)
        if not self._estimated:  # later waves were expected then
            requests = ceil(len(jobs) / self._expected)
            dollars = self._budget.dollars(total) / self._expected
            self._store.log_estimate(self._parent.build, self._stage, self._model, requests, dollars)
            self._estimated = True

    async def _send(self, jobs: dict[str, Job[T]], read: Read[T], progress: Progress) -> None:
        if self._server.get("mode") == "batch":
            await self._send_in_batches(list(jobs.values()), read, progress)
            return
        queue: Queue[T] = Queue(open=len(jobs))
        for job in jobs.values():
            queue.ready.put_nowait(job)
        wanted = min(self._server.get("max_concurrency", 8), len(jobs))
        workers = self._room.hold(wanted)
        if not workers:
            raise UserError(self._no_room("nothing more was sent"))
        if workers < wanted:
            progress.say(f"room is short on the disk of {self._store.path}: one request at a time")
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
                self._stop = self._stop or UserError(self._no_room("every response that arrived is kept"))
            if self._stop is None and not self._enough:
                await self._ask(job, queue, read, progress)
            if self._stop or self._enough or not queue.open:
                for _ in range(workers):
                    queue.ready.put_nowait(None)
                return

    async def _ask(self, job: Job[T], queue: Queue[T], read: Read[T], progress: Progress) -> None:
        """Ask until a job is settled, has to wait, or nothing more may be sent."""
        while self._stop is None and not job.alike[0].settled:
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
                self._take(job, response, read, progress)
                self._note(request, response, failed=job.alike[0].failure is not None)
            except Busy as busy:
                if wait_s := self._patience(job, busy):
                    progress.tried_again(str(busy))
                    queue.later(job, wait_s, progress)
                    return
            except UserError as error:
                self._stop = self._stop or error
            except Exception as error:  # of this request alone: the others go on, unless several are like it
                self._broken.append(
                    UserError(
                        f"{self._stage}: the request for {request.id} could not be sent or its reply not be read "
                        f"({type(error).__name__}: {error}); this is a mistake of Seedbed's: all that arrived is kept"
                    )
                )
                if len(self._broken) >= _IN_A_ROW:
                    self._stop = self._stop or self._broken[0]
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
        batch = self._claims.held([request.key]).get(request.key)
        if batch and self._claims.pick_up(batch):
            raise UserError(
                f"{self._stage}: the request for {request.id} is in batch {batch}, which was sent and not read yet; put "
                f"`mode: batch` back under servers.{self._server_id} to wait for it, or have its requests sent again: "
                f"`seedbed store batches forget {batch}`"
            )
        self._say_wait(progress)
        job.looks += 1
        return min(_FIRST_LOOK_S * 2.0 ** min(job.looks, 10), _MOST_LOOK_S)

    def _say_wait(self, progress: Progress) -> None:
        """Say once that another process is at some of the requests."""
        if not self._waits:
            self._waits = True
            progress.say("another build over the same store is sending some of these requests; waiting for its responses")

    def _patience(self, job: Job[T], busy: Busy) -> float | None:
        """Return how long to wait before a job is tried again; None where it was tried often enough, which stops the stage."""
        if self._started and not self._started.alive:
            self._stop = self._stop or UserError(
                f"{self._stage}: the server ended ({busy}); {log_tail(self._server_id, self._started.log)}"
            )
            return None
        try:
            return job.tries.wait_s(busy, self._server, job.request.id)
        except UserError as error:
            self._stop = self._stop or UserError(f"{self._stage}: endpoint {self._client.id!r}: {error}")
            return None

    def _note(self, request: Request, response: Response, failed: bool) -> None:
        """Stop where the answers to several rows in a row are none: then it is the endpoint, and not the rows.

        Of an endpoint that has given a reply before, each of these rows must have failed for good: one that fails now and then
        is tried again.
        """
        error = response.get("error")
        if not error or error["kind"] not in _ENDPOINT_KINDS:
            self._in_a_row.clear()
            self._replied = self._replied or not error
            return
        if self._replied and not failed:
            return
        self._in_a_row.add(request.id)
        if len(self._in_a_row) == _IN_A_ROW:
            hint = (
                "is it an OpenAI-compatible server, with the path that ends in /v1?"
                if error["kind"] == "not_a_completion"
                else "mend what it names, and run again"
            )
            self._stop = self._stop or UserError(
                f"{self._stage}: endpoint {self._client.id!r}: the answers to {_IN_A_ROW} rows in a row are no replies, the "
                f"last: {error['detail']}; {hint}"
            )

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
        cost = self._commit(request, response)
        self._budget.settle(reserved, cost)
        return response

    def _commit(self, request: Request, response: Response) -> float:
        """Put a response into the store, count it in the log of builds, and return its dollars."""
        usage = response["usage"]
        if usage:
            tokens = Tokens(usage["input"], usage["output"], usage["cached_input"])
        elif response["finish_reason"] == "content_filter" or "error" in response:
            tokens = Tokens(0, 0)
        else:  # an endpoint that does not count: what was reserved stays spent
            tokens = self._estimator.tokens(self._stage, request)
        cost = self._budget.dollars(tokens)
        self._room.saw(len((response["text"] or "").encode()))
        sent = (self._parent.build, tokens.input, tokens.output, cost)
        try:
            self._store.put(self._stage, request, response, sent)
        except UserError as error:
            self._room.give_up()
            self._keep(request, response, sent, error)
        return cost

    def _keep(self, request: Request, response: Response, sent: Sent, error: UserError) -> None:
        """Keep an answer that the store did not take, and send nothing more."""
        try:
            self._store.put(self._stage, request, response, sent)
        except UserError:
            self._spilt += 1
            where = spill(self._store.path, self._stage, request, response)
            self._stop = UserError(
                f"{self._stage}: the store takes no more ({error}); {count(self._spilt, 'answer that it', 'answers that it')} "
                f"did not take, {where}"
            )
        self._stop = self._stop or UserError(self._no_room("every response that arrived is kept"))

    def _no_room(self, so: str) -> str:
        return f"{self._stage}: the disk of {self._store.path} is full; {so}: free some space and run again"

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
        empty, waiting_for = 0, Waiting(self._stage, self._client, self._server, progress, self._halted)
        while waiting and self._stop is None and not self._enough:
            requests = {job.request.key: job.request for job in waiting}
            try:
                stored = self._store.get(requests)
                missing = {key: request for key, request in requests.items() if key not in stored}
                estimates = (self._estimator.tokens(self._stage, request) for request in missing.values())
                self._budget.check(len(missing), sum(estimates, Tokens(0, 0)))
                async for request, response in send_batches(waiting_for, self._store, self._claims, missing):
                    self._budget.count(self._commit(request, response))
                found = self._store.get(requests)
                elsewhere = self._claims.held(key for key in missing if key not in found)
                if elsewhere:
                    self._say_wait(progress)
                    await waiting_for.nap(min(waiting_for.poll_s, _MOST_LOOK_S))
                empty = 0 if found or elsewhere else empty + 1
                if empty == _EMPTY_BATCHES:
                    raise UserError(
                        f"{self._stage}: {empty} batches in a row gave no response; look at them in the provider's console"
                    )
            except UserError as error:
                self._stop = self._stop or error
                return
            for job in waiting:
                if job.request.key in found:
                    self._take(job, found[job.request.key], read, progress)
            waiting = [job for job in waiting if not job.alike[0].settled]

    def _halted(self) -> UserError | None:
        """Why nothing more may be done; None where nothing stands against it."""
        return self._stop

    def _interrupt(self, sending: "asyncio.Task[None]", progress: Progress) -> None:
        self._interrupts += 1
        if self._interrupts > 1:
            sending.cancel()
            return
        self._hurry = True
        progress.say(
            f"stopping: waiting {_GRACE_S:g} s for the {progress.under_way} requests under way; again to drop them now"
        )
        self._stop = self._stop or UserError(
            f"{self._stage}: interrupted; every response that arrived is kept, run again to go on"
        )

    async def _watch(self, sending: "asyncio.Task[None]", progress: Progress) -> None:
        """End the sending where there is a reason to.

        What is under way is waited for, since it is paid for; not for long where a person or the build's end is the reason,
        for the server may hang.
        """
        stopped_s = 0.0
        while True:
            await asyncio.sleep(0.1)
            progress.tick()
            try:
                self._parent.check()
            except UserError as error:
                self._stop, self._hurry = self._stop or error, True
            if self._stop:
                stopped_s += 0.1
                if not progress.under_way or (self._hurry and stopped_s >= _GRACE_S):
                    sending.cancel()
                    return
