"""Commit each response to the store when it arrives, and record its cost; a full disk loses none."""

from seedbed.exchange.costs import Estimator, Tokens
from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.sending.budget import Budget
from seedbed.sending.halt import Halt
from seedbed.sending.room import Room, spill
from seedbed.store.store import Sent, Store
from seedbed.util.errors import UserError
from seedbed.util.words import count


class Committer:
    """Puts one stage's responses into the store.

    Args:
        stage: the stage's name.
        build: the build that they are counted in.
        store: where they go.
        room: what is left on the store's disk.
        budget: gives the dollars of tokens.
        estimator: guesses the tokens of a response that does not count them.
        halt: stopped where the store takes no more.
    """

    def __init__(
        self, stage: str, build: str, store: Store, room: Room, budget: Budget, estimator: Estimator, halt: Halt
    ) -> None:
        self._stage, self._build, self._store, self._room = stage, build, store, room
        self._budget, self._estimator, self._halt = budget, estimator, halt
        self._spilt = 0

    def commit(self, request: Request, response: Response) -> float:
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
        sent = (self._build, tokens.input, tokens.output, cost)
        try:
            self._store.put(self._stage, request, response, sent)
        except UserError as error:
            self._room.give_up()
            self._keep(request, response, sent, error)
        return cost

    def no_room(self, so: str) -> UserError:
        """Return the mistake of a full disk, with where the responses are."""
        return UserError(f"{self._stage}: the disk of {self._store.path} is full; {so}: free some space and run again")

    def _keep(self, request: Request, response: Response, sent: Sent, error: UserError) -> None:
        """Keep an answer that the store did not take, and send nothing more."""
        try:
            self._store.put(self._stage, request, response, sent)
        except UserError:
            self._spilt += 1
            where = spill(self._store.path, self._stage, request, response)
            self._halt.reason = UserError(  # over any other reason: it says where the answers are
                f"{self._stage}: the store cannot be written ({error}); "
                f"{count(self._spilt, 'response was', 'responses were')} not stored: {where}"
            )
        self._halt.stop(self.no_room("every response that arrived is kept"))
