"""Blind votes: which of two answers is better, one ballot, and every way off it."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from seedbed.project import paths
from seedbed.project.corpora import DIVIDER, turns_of
from seedbed.project.edits import Conflict
from seedbed.project.row_types import EditedQuestion, Verdict, Vote
from seedbed.project.votes import answer_hash, left_is_model
from seedbed.reporting.question_browser import check_in_words
from seedbed.review.ballots import Ballot, sample, save_vote, vote_of, votes_with_status
from seedbed.review.web.ballot_visit import (
    BallotVisit,
    OpenedBallot,
    PostedBallot,
    answers_of,
    open_visit,
    share_of,
    shown_answers,
    shown_verdict,
)
from seedbed.review.web.forms import Run
from seedbed.review.web.leaving import COMMON_PLACES, OTHERWISE, Handlers, leave, one_at_a_time, undo_last
from seedbed.review.web.people import Annotator
from seedbed.review.web.render import flash, page
from seedbed.review.web.visit import Problem
from seedbed.steps.answering import asked_as
from seedbed.steps.judging import beside
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError

router = APIRouter()


@router.get("/votes")
def begin(request: Request, state: Run, annotator: Annotator) -> Response:
    """The first ballot that waits; else why there is none."""
    share = share_of(state, annotator)
    if share.waiting:
        return show_ballot(open_visit(request, state, annotator, share.waiting[0].name))
    people = state.settings.people
    if not sample(answers_of(state), 1):
        key = "vote_none"
    elif people and annotator not in people:
        key = "vote_not_yours"
    else:
        key = "vote_done" if share.ballots else "vote_no_share"
    return page(request, state, "votes_done.html", key=key, name=annotator)


@router.get("/votes/mine")
def list_votes(request: Request, state: Run, annotator: Annotator) -> Response:
    """The person's own votes, those that count and those that do not."""
    answers = answers_of(state)
    rows = []
    for vote, status in votes_with_status(answers):
        if vote["annotator"] == annotator:
            question = answers.questions.get(vote["question"])
            text = question["text"] if question else vote["question"]
            name = Ballot(vote["match"], vote["question"], "", 0).name
            rows.append({"name": name, "text": text, "verdict": shown_verdict(annotator, vote), "vote": vote, "status": status})
    return page(request, state, "votes_mine.html", rows=rows)


@router.get("/votes/{name}")
def open_ballot(visit: OpenedBallot) -> Response:
    """One ballot."""
    return show_ballot(visit)


@router.post("/votes/{name}/draft")
@one_at_a_time
def keep_draft(visit: PostedBallot) -> Response:
    """Keep the reason as it is typed."""
    if visit.state.is_left(visit.page_id):
        return Response(status_code=204)
    most = visit.most_characters
    return visit.render("draft_state.html", pieces={}, short={}, message=visit.draft_state(), most=most, target="")


@router.post("/votes/{name}")
@one_at_a_time
def leave_ballot(visit: PostedBallot) -> Response:
    """Every way off a ballot."""
    return leave(visit, ACTIONS, PLACES, show_ballot)


def show_ballot(visit: BallotVisit, problem: Problem | None = None) -> Response:
    """Return the page of a ballot.

    Args:
        visit: who looks; with a form, its reason is in the field.
        problem: why the vote was not saved.
    """
    answers, ballot, share = answers_of(visit.state), visit.ballot(), visit.share()
    question = answers.questions[ballot.question]
    left, right = shown_answers(answers, visit.person, ballot)
    before = vote_of(visit.person, ballot.match, ballot.question)
    start = visit.field_texts({"reason": before.get("reason", "") if before else ""})
    return visit.page(
        "vote.html",
        problem.status if problem else 200,
        url=visit.url,
        ballot=ballot,
        question=question,
        turns=turns_of(question),
        answers=[("left", left.split(DIVIDER)), ("right", right.split(DIVIDER))],
        beside=_beside(visit, question),
        hashes=(answer_hash(left), answer_hash(right)),
        start=start,
        most=visit.most_characters,
        page=visit.state.open(start.seconds),
        revision=content_hash(before),
        before=shown_verdict(visit.person, before) if before else None,
        counts=(len(share.waiting), len(share.ballots)),
        problem=problem.message if problem else None,
        target=visit.state.worklist.params["language"],
    )


def _beside(visit: BallotVisit, question: EditedQuestion) -> dict[str, Sequence[str]]:
    """Return what the judge is shown beside a question and its answers, and what the checks ask, as far as there is any.

    `missing` says what the judge would need and does not have.
    """
    params, missing = visit.state.worklist.params, ""
    try:
        turns = beside([question], paths.references(params["language"]), params)
    except UserError as error:
        turns, missing = {}, str(error)
    ids = [asked_as(question["id"], turn) for turn in range(1, len(turns_of(question)) + 1)]
    return {
        "reference": [text for id in ids if (text := turns.get(id, {}).get("reference"))],
        "criteria": [text] if (text := params["criteria"].get(question["category"])) else [],
        "rubric": question.get("rubric", []),
        "checks": [check_in_words(check) for check in question.get("checks", ())],
        "missing": [missing] if missing else [],
    }


# Actions.


def vote(visit: BallotVisit) -> Response:
    """Save the verdict, and go to the next ballot."""
    person, form, ballot = visit.person, visit.form, visit.ballot()
    match, question = ballot.match, ballot.question
    left, right = (answer_hash(text) for text in shown_answers(answers_of(visit.state), person, ballot))
    if (form.get("left"), form.get("right")) != (left, right):
        raise Problem("vote_changed", 409)
    before = vote_of(person, match, question)
    if content_hash(before) != visit.posted_revision:
        raise Problem("conflict", 409, editor=person)
    model_left = left_is_model(person, match, question)
    verdicts: dict[str, Verdict] = {
        "left": "model" if model_left else "baseline",
        "right": "baseline" if model_left else "model",
        "tie": "tie",
        "both_bad": "both_bad",
    }
    saved: Vote = {
        "match": match,
        "question": question,
        "verdict": verdicts[visit.verb],
        "model_hash": left if model_left else right,
        "baseline_hash": right if model_left else left,
        "seconds": round(visit.seconds + (before.get("seconds", 0) if before else 0), 1),
    }
    if reason := visit.typed["reason"].strip():
        saved["reason"] = reason
    following = visit.next_url()
    try:
        save_vote(person, match, question, saved, before)
    except Conflict:
        raise Problem("conflict", 409, editor=person) from None
    visit.remember(question, partial(save_vote, person, match, question, before, saved))
    visit.drop_drafts()
    return visit.go(flash(following, "voted"))


ACTIONS: Handlers[BallotVisit] = {"left": vote, "right": vote, "tie": vote, "both_bad": vote, "undo": undo_last}


# Places.


def next_ballot(visit: BallotVisit) -> Response:
    """Go to the next ballot that waits."""
    return visit.go(visit.next_url())


PLACES: Handlers[BallotVisit] = {**COMMON_PLACES, "mine": lambda visit: visit.go("/votes/mine"), OTHERWISE: next_ballot}
