"""Blind votes: a question and two answers, left and right drawn by a stable hash, and nothing that tells whose they are."""

import re
from functools import partial

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from seedbed.project.edits import Conflict
from seedbed.project.votes import answer_hash, left_is_model
from seedbed.review.ballots import Answers, Ballot, draw, load_answers, sample, save_vote, vote_of, votes_with_status
from seedbed.review.web.editing import frame
from seedbed.review.web.forms import Form, Posted, Run, one_at_a_time, said
from seedbed.review.web.render import LANGUAGE_COOKIE, LANGUAGES, YEAR_S, annotator_of, go, page
from seedbed.review.web.state import State
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

router = APIRouter()
VERDICTS = ("left", "right", "tie", "both_bad")
_NAME = re.compile(r"[0-9a-f]{16}")
_MOST_REASON = 2_000


@router.get("/votes")
def begin(request: Request, state: Run) -> Response:
    """The first ballot that waits; else thanks."""
    annotator = annotator_of(request, state)
    if annotator is None:
        return go(request, "/who?to=/votes")
    mine, waiting = _mine(state, annotator)
    if waiting:
        return _show(request, state, annotator, waiting[0])
    people = state.settings.people
    if not sample(load_answers(state.worklist.params, state.files), 1):
        key = "vote_none"
    elif people and annotator not in people:
        key = "vote_not_yours"
    else:
        key = "vote_done" if mine else "vote_no_share"
    return page(request, state, "votes_done.html", key=key, name=annotator, **frame(request, state))


@router.get("/votes/mine")
def list_votes(request: Request, state: Run) -> Response:
    """The person's own votes, those that count and those that do not."""
    annotator = annotator_of(request, state)
    if annotator is None:
        return go(request, "/who?to=/votes/mine")
    answers = load_answers(state.worklist.params, state.files)
    rows = []
    for vote, status in votes_with_status(answers):
        if vote["annotator"] == annotator:
            question = answers.questions.get(vote["question"])
            text = question["text"] if question else vote["question"]
            name = Ballot(vote["match"], vote["question"], "", 0).name
            rows.append({"name": name, "text": text, "verdict": _side(annotator, vote), "vote": vote, "status": status})
    return page(request, state, "votes_mine.html", rows=rows, **frame(request, state))


@router.get("/votes/{name}")
def show_ballot(request: Request, state: Run, name: str) -> Response:
    """One ballot."""
    annotator = annotator_of(request, state)
    if annotator is None:
        return go(request, f"/who?to=/votes/{name}" if _NAME.fullmatch(name) else "/who?to=/votes")
    return _show(request, state, annotator, _ballot(state, annotator, name))


@router.post("/votes/{name}/draft")
@one_at_a_time
def keep_reason(request: Request, state: Run, form: Posted, name: str) -> Response:
    """Keep the reason as it is typed."""
    annotator, held = annotator_of(request, state), form.get("page", "")
    if annotator is None or not _NAME.fullmatch(name) or state.left_with(held) is not None:
        return Response(status_code=204)
    kept = _keep(state, annotator, name, form)
    key = "draft_state_saved" if kept else "draft_state_none"
    return page(request, state, "live.html", pieces={}, short={}, state_key=key, state_values={}, most=_MOST_REASON, target="")


@router.post("/votes/{name}")
@one_at_a_time
def vote(request: Request, state: Run, form: Posted, name: str) -> Response:
    """Every way off a ballot: keep the reason first, then do what the button says."""
    annotator = annotator_of(request, state)
    if annotator is None:
        raise UserError("say who you are first; nothing was saved")
    if not _NAME.fullmatch(name):
        raise HTTPException(404)
    step, held = form.get("go", "skip"), form.get("page", "")
    _keep(state, annotator, name, form)
    text = content_hash([step, form.get("reason", "")])
    if state.left_with(held) == text:
        return _on(request, state, annotator, name, step)
    if step in VERDICTS:
        ballot = _ballot(state, annotator, name)
        after = _after(state, annotator, name)
        response = _save(request, state, annotator, ballot, form, after)
        if response.status_code >= 400:
            return response
    elif step == "undo":
        stack = state.undo.get(_key(annotator))
        response = go(request, stack[-1]() if stack else f"/votes/{name}?said=nothing_to_undo")
        if stack:
            stack.pop()
    else:
        response = _on(request, state, annotator, name, step)
    state.leave(held, text)
    return response


def _save(request: Request, state: State, annotator: str, ballot: Ballot, form: Form, after: str | None) -> Response:
    answers = load_answers(state.worklist.params, state.files)
    left, right = _sides(answers, annotator, ballot)
    if (form.get("left"), form.get("right")) != (answer_hash(left), answer_hash(right)):
        return _show(request, state, annotator, ballot, form, "vote_changed", 409)
    match, question, held = ballot.match, ballot.question, form.get("page", "")
    before = vote_of(annotator, match, question)
    if content_hash(before) != form.get("revision"):
        return _show(request, state, annotator, ballot, form, "conflict", 409)
    model_left, step = left_is_model(annotator, match, question), form["go"]
    if step in ("left", "right"):
        step = "model" if (step == "left") == model_left else "baseline"
    seconds = state.attention(held, form.get("seconds", ""))
    made: Row = {
        "match": match,
        "question": question,
        "verdict": step,
        "model_hash": answer_hash(left if model_left else right),
        "baseline_hash": answer_hash(right if model_left else left),
        "seconds": round(seconds + (before or {}).get("seconds", 0), 1),
    }
    reason = said(form, "reason").get("", "").strip()
    if len(reason) > _MOST_REASON:
        words = f"the reason has {len(reason):,} characters, where {_MOST_REASON:,} are allowed; shorten it"
        return _show(request, state, annotator, ballot, form, "error", 422, words=words)
    if reason:
        made["reason"] = reason
    try:
        save_vote(annotator, match, question, made, before)
    except Conflict:
        return _show(request, state, annotator, ballot, form, "conflict", 409)
    state.remember(_key(annotator), partial(_take_back, annotator, ballot, before, made))
    for draft in state.drafts.of(_item(ballot.name)):
        if draft["editor"] == annotator:
            state.drafts.drop(_item(ballot.name), draft["page"])
    return go(request, f"/votes/{after}?said=voted" if after else "/votes?said=voted")


def _take_back(annotator: str, ballot: Ballot, before: Row | None, made: Row) -> str:
    try:
        save_vote(annotator, ballot.match, ballot.question, before, made)
    except Conflict:
        return f"/votes/{ballot.name}?said=not_undone&row={ballot.question}"
    return f"/votes/{ballot.name}?said=undone&row={ballot.question}"


def _on(request: Request, state: State, annotator: str, name: str, step: str) -> Response:
    word, _, rest = step.partition(":")
    if word == "language" and rest in LANGUAGES:
        response = go(request, f"/votes/{name}")
        response.set_cookie(LANGUAGE_COOKIE, rest, max_age=YEAR_S, httponly=True, samesite="strict")
        return response
    if word == "list" and rest in state.worklist.names:
        return go(request, f"/edits/{rest}")
    if word == "mine":
        return go(request, "/votes/mine")
    if word == "who":
        return go(request, "/who")
    following = _after(state, annotator, name)
    return go(request, f"/votes/{following}" if following else "/votes")


def _show(
    request: Request,
    state: State,
    annotator: str,
    ballot: Ballot,
    form: Form | None = None,
    problem: str | None = None,
    status: int = 200,
    **values: object,
) -> Response:
    answers = load_answers(state.worklist.params, state.files)
    left, right = _sides(answers, annotator, ballot)
    before = vote_of(annotator, ballot.match, ballot.question)
    mine, waiting = _mine(state, annotator)
    drafts = [draft for draft in state.drafts.of(_item(ballot.name)) if draft["editor"] == annotator]
    reason, seconds = (before or {}).get("reason", ""), 0.0
    if drafts:
        reason, seconds = drafts[0]["fields"]["reason"], drafts[0]["seconds"]
    if form is not None:
        reason, seconds = form.get("reason", ""), state.attention(form.get("page", ""), form.get("seconds", ""))
    if problem == "conflict":
        values = {"editor": annotator}
    return page(
        request,
        state,
        "vote.html",
        status,
        ballot=ballot,
        category=answers.questions[ballot.question]["category"],
        question=answers.questions[ballot.question]["text"],
        left=left,
        right=right,
        hashes=(answer_hash(left), answer_hash(right)),
        reason=reason,
        most=_MOST_REASON,
        initial=content_hash((before or {}).get("reason", "")),
        seconds=seconds,
        page=state.open(seconds),
        revision=content_hash(before),
        before=_side(annotator, before) if before else None,
        counts=(len(waiting), len(mine)),
        problem=(problem, values) if problem else None,
        target=state.worklist.params["language"],
        **frame(request, state),
    )


def _side(annotator: str, vote: Row) -> str:
    """Return a vote as the person gave it, left or right, which keeps them blind."""
    if vote["verdict"] not in ("model", "baseline"):
        return str(vote["verdict"])
    model_left = left_is_model(annotator, vote["match"], vote["question"])
    return "left" if (vote["verdict"] == "model") == model_left else "right"


def _sides(answers: Answers, annotator: str, ballot: Ballot) -> tuple[str, str]:
    pair = answers.pair(ballot.match, ballot.question)
    if pair is None:
        raise UserError("an answer that this vote compares is gone; go back to the votes and take the next")
    return pair if left_is_model(annotator, ballot.match, ballot.question) else (pair[1], pair[0])


def _mine(state: State, annotator: str) -> tuple[list[Ballot], list[Ballot]]:
    """Return the person's ballots, and those of them that wait for a vote."""
    settings = state.settings
    answers = load_answers(state.worklist.params, state.files)
    counted = [vote for vote, status in votes_with_status(answers) if status == "counted"]
    mine = draw(sample(answers, settings.per_match), annotator, counted, settings.people, settings.annotators)
    done = {(vote["match"], vote["question"]) for vote in counted if vote["annotator"] == annotator}
    return mine, [ballot for ballot in mine if (ballot.match, ballot.question) not in done]


def _after(state: State, annotator: str, name: str) -> str | None:
    """Return the waiting ballot behind this one in the person's order, round its end."""
    mine, waiting = _mine(state, annotator)
    names = [ballot.name for ballot in mine]
    start = names.index(name) if name in names else -1
    open_ = {ballot.name for ballot in waiting} - {name}
    around = [names[(start + n) % len(names)] for n in range(1, len(names) + 1)]
    return next((other for other in around if other in open_), None)


def _ballot(state: State, annotator: str, name: str) -> Ballot:
    """Return the ballot of that name, also where it is not among the person's own: an earlier vote may be changed."""
    answers = load_answers(state.worklist.params, state.files)
    for ballot in sample(answers, None):
        if ballot.name == name:
            return ballot
    raise HTTPException(404)


def _keep(state: State, annotator: str, name: str, form: Form) -> bool:
    """Put a typed reason into a draft; return whether there is one."""
    reason, held = said(form, "reason").get("", ""), form.get("page", "")
    try:
        if content_hash(reason) == form.get("initial") or len(reason) > _MOST_REASON:
            return False
        seconds = state.attention(held, form.get("seconds", ""))
        state.drafts.put(_item(name), held, annotator, form.get("revision", ""), {"reason": reason}, seconds)
    except ValueError:
        return False
    return True


def _item(name: str) -> str:
    return f"votes.{name}"


def _key(annotator: str) -> str:
    """What can be undone on the ballots is kept apart from the edits."""
    return f"votes {annotator}"
