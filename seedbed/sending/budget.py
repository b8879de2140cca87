"""The remaining budget of a build. A build is one `dvc` process; the store's log records what it sent."""

import math
import os

from seedbed.exchange.costs import Tokens, price_of
from seedbed.project.model_settings import ModelSettings, server
from seedbed.project.params_types import Params
from seedbed.util.errors import UserError

_VARIABLE = "SEEDBED_BUDGET_USD"


def limits(params: Params) -> tuple[float | None, int | None]:
    """Return the budget as (dollars, requests); None for no limit.

    Raises:
        UserError: `SEEDBED_BUDGET_USD` is no number of dollars.
    """
    budget = params.get("budget", {})
    named = os.environ.get(_VARIABLE, "").strip()
    if not named:
        return budget.get("usd"), budget.get("requests")
    try:
        dollars = float(named)
    except ValueError:
        dollars = math.nan
    if not 0 <= dollars < math.inf:
        raise UserError(f"{_VARIABLE}: expected a number of dollars, 0 or more, found {named!r}")
    return dollars, budget.get("requests")


def has_budget(params: Params) -> bool:
    """Whether there is a limit to hold a plan against."""
    return limits(params) != (None, None)


def dollars_from() -> str:
    """Return what sets the limit in dollars, for messages."""
    return _VARIABLE if os.environ.get(_VARIABLE, "").strip() else "budget.usd"


class Budget:
    """What one stage may send, in a build that has sent something already.

    Args:
        params: the whole of `params.yaml`.
        to: the model that the stage asks.
        stage: its name, for messages.
        sent: requests that the build has sent, before this stage and in it.
        spent: dollars that it has spent.

    Raises:
        UserError: there is a dollar budget, and the model's price is unknown.
    """

    def __init__(self, params: Params, to: ModelSettings, stage: str, sent: int, spent: float) -> None:
        self._usd, self._requests = limits(params)
        self._stage, self._sent, self._spent = stage, sent, spent
        self._batch = server(params, to).get("mode") == "batch"
        self.price = price_of(params, to.endpoint, to.model)
        if self.price is None and self._usd is not None:
            raise UserError(
                f"{stage}: there is a dollar budget and no price for the model {to.model!r}; add it to prices in params.yaml, "
                "or limit budget.requests instead"
            )

    def check(self, requests: int, tokens: Tokens) -> None:
        """Raise `UserError` where the estimate of what is about to be sent exceeds what the build has left."""
        if self._requests is not None and requests > self._requests - self._sent:
            raise UserError(
                f"{self._stage}: {requests} requests to send, but only {max(0, self._requests - self._sent)} of "
                f"{self._requests} left in the budget (budget.requests); none was sent. Raise the budget, or build less"
            )
        cost = self.dollars(tokens)
        if self._usd is not None and cost > self._usd - self._spent:
            raise UserError(
                f"{self._stage}: the requests cost about ${cost:.4f}, but only ${max(0.0, self._usd - self._spent):.4f} of "
                f"${self._usd:g} left in the budget ({dollars_from()}); none was sent. Raise the budget, or build less"
            )

    def take(self, tokens: Tokens) -> float:
        """Reserve one request, before it is sent; return its estimated dollars.

        Raises:
            UserError: the build runs into its budget.
        """
        cost = self.dollars(tokens)
        over = self._requests is not None and self._sent + 1 > self._requests
        if over or (self._usd is not None and self._spent + cost > self._usd):
            raise UserError(
                f"{self._stage}: the build's budget is used up ({self.state}); every response that arrived is kept. Raise it "
                "and run again"
            )
        self._sent += 1
        self._spent += cost
        return cost

    def release(self, reserved: float) -> None:
        """Give back what was reserved for a request that brought no response."""
        self._sent -= 1
        self._spent -= reserved

    def count(self, cost: float) -> None:
        """Count one response that nothing was reserved for."""
        self._sent += 1
        self._spent += cost

    def settle(self, reserved: float, cost: float) -> None:
        """Put what a response really cost in the place of what was reserved for it."""
        self._spent += cost - reserved

    def dollars(self, tokens: Tokens) -> float:
        """Return what `tokens` cost; 0 where the price is unknown, and so no dollar budget is set."""
        return self.price.dollars(tokens, self._batch) if self.price else 0.0

    @property
    def state(self) -> str:
        """How much was sent and spent, and of how much."""
        requests = f"{self._sent} of {self._requests} requests" if self._requests is not None else f"{self._sent} requests"
        return f"{requests}, ${self._spent:.4f} of ${self._usd:g}" if self._usd is not None else requests
