"""Tokens and cost of the responses that a build uses, and estimates for requests to be sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from seedbed.exchange.requests import Request
from seedbed.project.params_types import STAND_IN, Params
from seedbed.util.canonical import canonical

_ANSWER = 400
OUTPUT_TOKENS = {
    **{"translate": 300, "generate": 900, "judge": 200, "score": 150, "embed": 0},
    **dict.fromkeys(("answer", "answer_base", "answer_trained", "outputs"), _ANSWER),
}
"""Assumed length of a reply, by stage, before the store has seen one of that stage and model."""

GUESS = "…" * 200
"""Stands for a text that is not there yet; about as long as one."""

ACCEPTANCE = 0.75
"""Assumed share of the generated instructions that pass the filter, before one has been seen."""


@dataclass(frozen=True)
class Tokens:
    """Numbers of tokens; `cached_input` is a part of `input`."""

    input: float
    output: float
    cached_input: float = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.input + other.input, self.output + other.output, self.cached_input + other.cached_input)


@dataclass(frozen=True)
class Price:
    """USD per million tokens of one model."""

    input: float
    output: float
    cached_input: float
    batch_discount: float

    def dollars(self, tokens: Tokens, batch: bool) -> float:
        """Return what `tokens` cost, at the Batch API's discount or without."""
        plain = (tokens.input - tokens.cached_input) * self.input
        whole = plain + tokens.cached_input * self.cached_input + tokens.output * self.output
        return whole / 1e6 * (1 - self.batch_discount if batch else 1)


def price_of(params: Params, endpoint: str, model: str) -> Price | None:
    """Return a model's price, its server's first; None where it is unknown.

    The stand-in, and a server that we start, cost nothing unless a price is given.
    """
    servers = [server for id, server in params["servers"].items() if server.get("endpoint", id) == endpoint]
    named = [server["price"] for server in servers if "price" in server]
    given = named[0] if named else params.get("prices", {}).get(model)
    if given is None:
        own = endpoint == STAND_IN or any("command" in server for server in servers)
        return Price(0, 0, 0, 0) if own else None
    return Price(given["input"], given["output"], given.get("cached_input", given["input"]), given.get("batch_discount", 0.5))


def rough_tokens(text: str) -> float:
    """Return about how many tokens a text has: one for four ASCII characters, or for one other character.

    What a model's tokeniser really makes of a script is learnt from the store (`Estimator`).
    """
    ascii_characters = sum(map(str.isascii, text))
    return ascii_characters / 4 + len(text) - ascii_characters


Estimate = Callable[[Request], Tokens]
"""Returns the estimated tokens of a request and its reply."""
Forecast = Callable[[Estimate], tuple[int, Tokens]]
"""Returns how many requests a stage is going to send, and their tokens."""


class Estimator:
    """Estimates the tokens of requests by what the store has seen of their model.

    Args:
        seen: (stage, model, messages as JSON text, input tokens, output tokens) of responses in the store.
    """

    def __init__(self, seen: Iterable[tuple[str, str, str, int, int]]) -> None:
        self._input: dict[str, tuple[float, int]] = {}
        self._output: dict[tuple[str, str], tuple[int, int]] = {}
        for stage, model, messages, input_tokens, output_tokens in seen:
            rough, tokens = self._input.get(model, (0.0, 0))
            self._input[model] = (rough + rough_tokens(messages), tokens + input_tokens)
            total, count = self._output.get((_kind(stage), model), (0, 0))
            self._output[_kind(stage), model] = (total + output_tokens, count + 1)

    def tokens(self, stage: str, request: Request) -> Tokens:
        """Return the estimated tokens of one request and its reply."""
        model = request.content["model"]
        rough, seen = self._input.get(model, (0.0, 0))
        ratio = seen / rough if rough and seen else 1.0
        total, count = self._output.get((_kind(stage), model), (0, 0))
        output = total / count if count else OUTPUT_TOKENS[_kind(stage)]
        return Tokens(ratio * rough_tokens(canonical(request.content["messages"])), output)


def _kind(stage: str) -> str:
    return stage.split("@", maxsplit=1)[0]
