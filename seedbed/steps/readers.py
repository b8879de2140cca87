"""How the replies of each LLM stage are read: what a stage, a plan of it and `seedbed explain` must agree on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seedbed.exchange.replies import json_of
from seedbed.exchange.result import Read
from seedbed.project import paths
from seedbed.project.corpora import read_corpus
from seedbed.project.params_types import Params
from seedbed.project.row_types import Source


def reader_of(stage: str, params: Params, rows: Sequence[Source] | None = None) -> Read[Any]:
    """Return what reads the replies of a stage.

    Args:
        stage: an LLM stage, e.g. `translate@questions`; of one whose corpus is no more, the form of the replies alone is read.
        params: the whole of `params.yaml`.
        rows: the corpus of a stage that translates; read here where it is not given.

    Raises:
        UserError: the corpus, the language file or a plug-in cannot be read.
    """
    kind, _, id = stage.partition("@")  # each imports what it needs: a stage that sends nothing starts at once
    if kind == "translate" and id in params["corpora"]:
        from seedbed.filtering.language import load_language
        from seedbed.steps import translating

        corpus = params["corpora"][id]
        rows = list(read_corpus(Path(corpus["source"]), corpus["kind"], params)) if rows is None else rows
        language = load_language(paths.language_file(params["language"]), only_scripts=True)
        return translating.reader(rows, corpus["kind"], language)
    if kind in ("answer", "answer_base", "answer_trained"):
        from seedbed.steps import answering

        return answering.reader(params["answer"].get("cut", "judge"))
    if kind == "score":
        from seedbed.steps import scoring

        return scoring.read
    if kind == "generate":
        from seedbed.steps import slots

        return slots.read
    if kind == "judge":
        from seedbed.steps.verdicts import judgment_reader

        return judgment_reader(params)
    return json_of
