"""Outputs of generated instructions from requests of their own, where `generate.answer` is `separate`.

One model writes instructions and inputs, another one answers each: `generate.outputs` says which. `generate` writes these
replies into its own transcript, each behind its slot.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from seedbed.exchange.replies import text_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.responses import Response
from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings, model_settings, writes_outputs_apart
from seedbed.project.params_types import Params
from seedbed.project.prompts import Prompt, as_shown, load_prompt, render
from seedbed.project.row_types import Candidate
from seedbed.sending.asker import Asker, Asks
from seedbed.util.words import count

PROMPT = "generate_output"
BLOCK = "generate.outputs"
_SHOWN = ("instruction", "input")


class OutputWriter:
    """Has the outputs of instructions written.

    Args:
        asker: what settles requests.
        to: the model to ask.
        prompt: the prompt `generate_output`.

    Attributes:
        open: requests that are not settled, where the asker only looks.
        stored: how many requests are settled.
        failed: how many instructions no usable output came for: they are no candidates.
    """

    def __init__(self, asker: Asks, to: ModelSettings, prompt: Prompt) -> None:
        self._asker, self._to, self._prompt = asker, to, prompt
        self._results: dict[int, list[Result[str]]] = {}
        self.open: list[Result[str]] = []
        self.stored = self.failed = 0

    def __call__(self, drafts: Sequence[tuple[Candidate, int]]) -> list[Candidate]:
        """Return drafts with their outputs, without those that have none.

        Args:
            drafts: instructions with an empty output, each with how often a person wanted its slot asked once more.
        """
        results = self._asker.ask([self._request(draft, again) for draft, again in drafts], _read)
        for (draft, _), result in zip(drafts, results, strict=True):
            self._results.setdefault(draft["slot"], []).append(result)
        self.open += [result for result in results if not result.settled]
        self.stored += sum(result.settled for result in results)
        self.failed += sum(result.failure is not None for result in results)
        return [
            draft | {"output": result.value, "output_request": result.request.key, "output_by": self._to.made_by}
            for (draft, _), result in zip(drafts, results, strict=True)
            if result.value is not None
        ]

    def _request(self, draft: Candidate, again: int) -> Request:
        messages = render(self._prompt, self._to.structured, {"task": as_shown(draft, _SHOWN)})
        return build_request(draft["id"], self._to, self._prompt, messages, slot=draft["slot"], again=again)

    def is_open(self, slot: int) -> bool:
        """Whether a request for an output of this slot is not settled."""
        return any(not result.settled for result in self._results.get(slot, ()))

    def take(self, slot: int) -> list[Result[str]]:
        """Return, once, the results of the requests for the outputs of this slot."""
        return self._results.pop(slot, [])


def _read(request: Request, response: Response) -> str:
    return text_of(response)


@contextmanager
def writing_outputs(generation: str, params: Params) -> Iterator[OutputWriter | None]:
    """Open a way to the model of `generate.outputs`; None where instructions and outputs come together.

    Args:
        generation: the id of a generation.
        params: the whole of `params.yaml`.

    Raises:
        UserError: the store cannot be used, or the prompt `generate_output` has a mistake.
    """
    if not writes_outputs_apart(params):
        yield None
        return
    to = model_settings(params, BLOCK)
    attempts = params["generate"]["max_attempts"]
    with Asker(f"outputs@{generation}", params, to, attempts, kept_by=f"generate@{generation}") as asker:
        writer = OutputWriter(asker, to, load_prompt(PROMPT))
        yield writer
    if writer.failed:
        words = count(writer.failed, "instruction has", "instructions have")
        print(f"outputs@{generation}: {words} no usable output and were left out", file=sys.stderr)
