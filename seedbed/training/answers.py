"""answer_base and answer_trained: answer the questions with local weights."""

from pathlib import Path

from seedbed.project.model_settings import answer_stage, answering_settings, with_weights
from seedbed.project.params_types import Params
from seedbed.project.row_types import Answer, EditedQuestion
from seedbed.steps.conversations import ask_questions
from seedbed.training.weights import weights_hash


def ask_weights(
    params: Params, model: str, adapter: Path | None, questions: list[EditedQuestion], transcript: Path
) -> list[Answer]:
    """Put the questions to a base, or to what was trained on it; the server is started where something has to be sent.

    Args:
        params: the whole of `params.yaml`.
        model: id of the base, or of the trained model.
        adapter: the folder that training wrote; None for a base.
        questions: in the order of the answers.
        transcript: written whole or not at all.

    Raises:
        UserError: the server cannot be started, or more answers failed than `answer.max_failed`.
    """
    base = params["bases"][params["trained"][model]["base"] if adapter else model]
    to, stage = answering_settings(params, model, weights_hash(base, adapter)), answer_stage(params, model)
    return ask_questions(stage, with_weights(params, to, base, adapter), model, to, questions, transcript)
