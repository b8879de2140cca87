"""Sampling of items to vote on: informative items are more likely, and the probabilities are logged."""

import numpy as np

from seedbed.project import columns, paths
from seedbed.project.draws import Item, is_drawn, log_draws, read_draws
from seedbed.project.params_types import Params
from seedbed.project.votes import answer_hash
from seedbed.reporting.checks.results import load_checks
from seedbed.reporting.judgments import load_judgments
from seedbed.reporting.statistics.informative import draw_probabilities
from seedbed.reporting.vote_weights import WEIGHTS, weights
from seedbed.review.ballots import Answers, Ballot, sample
from seedbed.util.tables import Tables


def item_of(answers: Answers, match: str, question: str) -> Item | None:
    """Return an item by its answers' hashes; None where one is missing."""
    pair = answers.pair(match, question)
    return Item(match, question, *map(answer_hash, pair)) if pair else None


def log_draw(params: Params, answers: Answers, wanted: int) -> str:
    """Write the probabilities of a draw of about `wanted` items a match, those that tell more likelier; say what was written.

    A match that is not judged yet is drawn evenly.

    Raises:
        UserError: a file of draws or judgments is not valid.
    """
    known = weights(_judged(params, answers))
    probabilities: dict[Item, float] = {}
    for match in answers.matches:
        items = [item for id in answers.questions if (item := item_of(answers, match, id))]
        if not items:
            continue
        doubt = np.array([known.get((match, item.question), WEIGHTS["doubtful"]) for item in items])
        probabilities |= dict(zip(items, map(float, draw_probabilities(doubt, wanted)), strict=True))
    added = log_draws(probabilities)
    drawn = len(drawn_items())
    return f"{paths.DRAWS}: {added} probabilities added; {drawn} items are drawn"


def drawn_items() -> set[Item]:
    """Return the items that are drawn, by all that is logged."""
    return {item for item, probability in read_draws().items() if is_drawn(item, probability)}


def drawn_sample(answers: Answers) -> list[Ballot]:
    """Return the ballots of the items that are drawn; rounds and order as those of all, which know nothing of the draw."""
    drawn = drawn_items()
    return [ballot for ballot in sample(answers, None) if item_of(answers, ballot.match, ballot.question) in drawn]


def _judged(params: Params, answers: Answers) -> Tables:
    """Return what is known of the items: judgments, as far as there are any, and what the checks say."""
    tables = Tables()
    judged = [path for match in answers.matches if (path := paths.judgments(match)).is_file()]
    load_judgments(tables, judged, params["report"])
    tables.load("questions", sorted(paths.EDITED_QUESTIONS.glob("*.jsonl")), columns.QUESTIONS)
    models = {model for match in answers.matches.values() for model in (match["model"], match["baseline"])}
    written = [path for model in sorted(models) if (path := paths.answers(model)).is_file()]
    tables.load("answers", written, columns.ANSWERS)
    load_checks(tables, params["report"])
    return tables
