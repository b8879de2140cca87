"""Putting questions to a model turn by turn, and counting what that would send before the replies are there."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from seedbed.exchange.costs import GUESS, Estimate, Tokens
from seedbed.exchange.result import Result
from seedbed.project import paths
from seedbed.project.again import read_again
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import Params
from seedbed.project.prompts import load_prompt
from seedbed.project.row_types import Answer, EditedQuestion
from seedbed.sending.asker import ask_all
from seedbed.sending.looker import Looker
from seedbed.steps.answering import PROMPT, answered, build, following
from seedbed.steps.readers import reader_of
from seedbed.store.store import Store


class Turns(NamedTuple):
    """The turns of all conversations, the first of each, then the second of each, and so on.

    Attributes:
        results: as far as the replies are there; the others are open.
        guessed: the same, with a text in place of each reply that is missing.
    """

    results: list[Result[str]]
    guessed: list[Result[str]]


def ask_questions(
    stage: str, params: Params, model: str, to: ModelSettings, questions: Sequence[EditedQuestion], transcript: Path
) -> list[Answer]:
    """Return a model's answers, in the order of the questions, and write the transcript.

    Args:
        stage: its name, e.g. `answer@good`.
        params: the whole of `params.yaml`.
        model: id of the model.
        to: the model to ask.
        questions: what to ask.
        transcript: written whole or not at all.

    Raises:
        UserError: as `ask_all`.
    """

    def forecast(estimate: Estimate) -> tuple[int, Tokens]:
        with Store(paths.store(), read_only=True) as store:
            looker = Looker(store.get, params["answer"]["max_attempts"])
            results = look_at_turns(stage, params, model, to, questions, looker).results
        missing = {result.request.key: result.request for result in results if not result.settled}
        return len(missing), sum(map(estimate, missing.values()), Tokens(0, 0))

    asking, settings = (questions, to, load_prompt(PROMPT), read_again(stage)), params["answer"]
    read = reader_of(stage, params)
    results = ask_all(stage, params, to, settings, transcript, build(*asking), read, following(*asking), forecast)
    return answered(model, to, results)


def look_at_turns(
    stage: str, params: Params, model: str, to: ModelSettings, questions: Sequence[EditedQuestion], looker: Looker
) -> Turns:
    """Return the turns as far as they are there; a turn after a missing one is asked with a text in its place.

    Args:
        stage: see `ask_questions` for this and the following arguments.
        params: the whole of `params.yaml`.
        model: id of the model.
        to: the model to ask.
        questions: what to ask.
        looker: looks for the replies.
    """
    asking, read = (questions, to, load_prompt(PROMPT), read_again(stage)), reader_of(stage, params)
    waiting, next_turns = build(*asking), following(*asking)
    turns = Turns([], [])
    while waiting:
        results = looker.ask(waiting, read)
        guessed = [
            result if result.settled else Result(result.request, f"{model} {result.request.id} {GUESS}") for result in results
        ]
        turns.results.extend(results)
        turns.guessed.extend(guessed)
        waiting = next_turns(guessed)
    return turns
