"""What the plan of every stage needs: what changed, where to look for replies, and how missing requests are counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seedbed.exchange.costs import Estimator, Tokens, price_of
from seedbed.exchange.requests import Request
from seedbed.exchange.result import Result, allowed_failures
from seedbed.pipeline.looker import StageLooker, locked_responses
from seedbed.pipeline.status import Status
from seedbed.project.model_settings import ModelSettings, in_process, server
from seedbed.project.params_types import Attempts, Params
from seedbed.store.store import Store


@dataclass
class StagePlan:
    """What one stage would do.

    Attributes:
        stage: its name.
        why: what changed, in words; empty where the stage would not run.
        stored: requests that the store would serve.
        failing: those, among `stored`, of which no reply was usable: they will fail again.
        stops: whether those are more than `max_failed` allows, so that the stage would stop and send nothing.
        new: requests that would be sent.
        repeated: requests, among `new`, that ask again after an unusable reply.
        at_most: whether some of `new` rest on a reply that is not there yet.
        rows: the rows that `new` requests are for.
        top_up: `generate` only: (expected, at most) slots beyond `new`, to make up for what the filter rejects.
        tokens: estimated, of `new` and the expected top-up.
        dollars: what they cost; None where the price is unknown.
    """

    stage: str
    why: list[str] = field(default_factory=list)
    stored: int = 0
    failing: int = 0
    stops: bool = False
    new: int = 0
    repeated: int = 0
    at_most: bool = False
    rows: list[str] = field(default_factory=list)
    top_up: tuple[int, int] | None = None
    tokens: Tokens = field(default_factory=lambda: Tokens(0, 0))
    dollars: float | None = 0.0

    @property
    def asks(self) -> bool:
        """Whether the stage has any request, from the store or to send."""
        return bool(self.stored or self.new or self.top_up)


@dataclass(frozen=True)
class Known:
    """What is known of a step's rows before the build.

    Attributes:
        rows: as they are, or as they are guessed to be.
        open: ids of those that rest on a reply that is not there yet.
    """

    rows: list[Any]
    open: set[str]


class Planning:
    """A plan in the making, stage after stage.

    Args:
        params: the whole of `params.yaml`.
        store: where to look for responses, opened to read.
        gather: a stage whose missing requests are wanted themselves; None for numbers alone.

    Attributes:
        status: what changed since the last build, by stage.
        stages: those that were planned.
        ready: by key, what the stage `gather` lacks and whose content is known: (the stage that it is asked as, request).
    """

    def __init__(self, params: Params, store: Store, gather: str | None) -> None:
        self.params, self.store, self._gather = params, store, gather
        self.status = Status()
        self.stages: list[StagePlan] = []
        self.ready: dict[str, tuple[str, Request]] = {}
        self._locked = locked_responses(store)

    def keep(self, stage: str, asked_as: str, requests: Iterable[Request]) -> None:
        """Keep the missing requests of `stage` where they are wanted; `outputs@…` and `embed@…` are asked by another stage."""
        if stage == self._gather:
            self.ready.update((request.key, (asked_as, request)) for request in requests)

    def add(self, stage: str) -> StagePlan:
        """Return the plan of a stage, so far with what changed alone."""
        plan = StagePlan(stage, why=self.status.why(stage))
        self.stages.append(plan)
        return plan

    def looker(self, plan: StagePlan, to: ModelSettings, attempts: int) -> StageLooker:
        """Return what looks for the replies of a stage; what would stop the build there becomes one of the plan's reasons."""

        def say(why: str) -> None:
            if why not in plan.why:
                plan.why = [*plan.why, why]

        return StageLooker(plan.stage, self.store, self._locked, in_process(self.params, to), attempts, say)

    def count(
        self, plan: StagePlan, results: Sequence[Result[Any]], open: set[str], to: ModelSettings, attempts: Attempts
    ) -> None:
        """Add a model's results to its stage's plan; the requests of `open` rows are missing whatever the store says."""
        estimator = Estimator(self.store.seen([plan.stage]))
        seen: set[str] = set()
        failing, tokens = 0, Tokens(0, 0)
        for result in results:
            if result.settled and result.request.id not in open:
                plan.stored += 1
                failing += result.failure is not None
            elif result.request.key not in seen:
                seen.add(result.request.key)
                plan.new += 1
                plan.repeated += result.request.attempt > 1
                plan.at_most = plan.at_most or result.request.id in open
                plan.rows.append(result.request.id)
                tokens += estimator.tokens(plan.stage, result.request)
        missing = (result.request for result in results if not result.settled and result.request.id not in open)
        self.keep(plan.stage, plan.stage, missing)
        plan.failing += failing
        plan.stops = plan.stops or failing > allowed_failures(len(results), attempts["max_failed"])
        plan.tokens += tokens
        dollars = self.dollars(tokens, to, bool(seen))
        plan.dollars = None if plan.dollars is None or dollars is None else plan.dollars + dollars

    def dollars(self, tokens: Tokens, to: ModelSettings, asks: bool) -> float | None:
        """Return what tokens cost; None where something is asked at an unknown price."""
        price = price_of(self.params, to.endpoint, to.model)
        batch = server(self.params, to).get("mode") == "batch"
        return price.dollars(tokens, batch) if price else (None if asks else 0.0)
