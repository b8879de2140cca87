"""Answers, judgments, references and votes: what there is to say about each, and its origin."""

from seedbed.project import paths
from seedbed.project.methods import methods
from seedbed.project.model_settings import answer_stage
from seedbed.project.row_types import Answer, CastVote, Judgment
from seedbed.project.votes import vote_status
from seedbed.reporting.outcomes import OutcomeRow
from seedbed.steps import answering, judging
from seedbed.steps.origin import Name, Origin
from seedbed.trace.describe_data import failed
from seedbed.trace.node import GONE, NOT_BUILT, Described, Fact, Node, not_in
from seedbed.trace.workspace import Build

_UNCOUNTED = {
    "stale": "given on other answers than the present ones; it does not count",
    "orphaned": "one of its answers no longer exists; it does not count",
}
"""Why a vote does not count, by its status."""


def answer(build: Build, id: str) -> Described:
    """Describe an answer; its id is `MODEL/QUESTION`."""
    model, _, question = id.partition("/")
    path, stage = paths.answers(model), answer_stage(build.params, model)
    row = build.answer(model, question)
    if row is None:
        facts: dict[str, Fact] = {NOT_BUILT: not_in(path)}
        return Described(facts, Origin((Name("question", question),)), stage)
    facts = {"text": row["text"]} if row["text"] is not None else {}
    if row["failure"]:
        facts["failed"] = failed(row["failure"])
    if composition := methods(build.params).get(model):
        facts["base"] = composition.base
        facts |= {"training set": composition.set, "seed": composition.seed} if composition.set is not None else {}
    return Described(facts | recorded(row), answering.origin(row, stage), stage)


def judgment(build: Build, id: str) -> Described:
    """Describe what a match says about a question; its id is `MATCH/QUESTION`, with `/ORDER` or `/ORDER/JUDGE` for a part."""
    match, question, *parts = id.split("/")
    sides = build.params["matches"][match]
    facts: dict[str, Fact] = {"match": f"{sides['model']} against {sides['baseline']}"}
    if result := build.outcomes(match).get(question):
        facts |= {"category": result["category"], "outcome": outcome(result)}
    rows = [row for row in build.judgments(match, question) if _is_named_by(row, parts)]
    parents = [judging.order_name(match, row) for row in rows]
    if not rows:
        parents = [Name("order", f"{match}/{question}/{order}") for order in parts[:1] or judging.ORDERS]
    for row in rows:
        parents += _origin(build, row).parents
    votes = [_vote(build, match, vote) for vote in build.votes(match, question)]
    return Described(facts, Origin(tuple(dict.fromkeys(parents))), f"judge@{match}", votes)


def _is_named_by(row: Judgment, parts: list[str]) -> bool:
    """Whether a judgment is of the order, and by the judge, that were named."""
    return all(part == of for part, of in zip(parts, (_order(row), judging.judge_of(row)), strict=False))


def _order(row: Judgment) -> str:
    return judging.order_of_turn(row["order"], row.get("turn", 1))


def order(build: Build, id: str) -> Described:
    """Describe one judge's word on one order; its id is `MATCH/QUESTION/ORDER`, with `/JUDGE` where it is a jury's."""
    match, question, *parts = id.split("/")
    path, stage = paths.judgments(match), f"judge@{match}"
    rows = [row for row in build.judgments(match, question) if _is_named_by(row, parts)]
    if not rows:
        return Described({NOT_BUILT: not_in(path)}, stage=stage)
    row = rows[0]
    shown = (row["model"], row["baseline"]) if row["order"] == "ab" else (row["baseline"], row["model"])
    winner = dict(zip(("first", "second"), shown, strict=True)).get(row["verdict"])
    facts: dict[str, Fact] = {"judge": judging.judge_of(row)} if build.params["judges"] else {}
    facts |= {
        "shown": f"{shown[0]} first, {shown[1]} second",
        "verdict": (f"{row['verdict']}, for {winner}" if winner else row["verdict"])
        + (f" ({row['strength']})" if "strength" in row else ""),
    }
    if row["failure"]:
        facts["failed"] = failed(row["failure"])
    if row["explanation"]:
        facts["explanation"] = row["explanation"]
    return Described(facts | recorded(row), _origin(build, row), stage)


def reference(build: Build, id: str) -> Described:
    """Describe the reference answer to a question."""
    path = paths.references(build.params["language"])
    row = build.written(path).get(id)
    facts: dict[str, Fact] = {"text": row["reference"]} if row else {GONE: "it no longer exists"}
    return Described({"file": str(path)} | facts)


def outcome(row: OutcomeRow) -> str:
    """Return the outcome of a question in a match, in words."""
    if row["inconsistent"]:
        return "tie, since the two orders disagree (inconsistent)"
    if row["tie"] == "split":
        return "tie, since there is no majority of the judges (split)"
    return f"{row['outcome']} for {row['model']}" if row["outcome"] in ("win", "loss") else row["outcome"]


def _origin(build: Build, row: Judgment) -> Origin:
    return judging.origin(row, build.with_reference(build.category(row["question"])))


def recorded(row: Answer | Judgment) -> dict[str, Fact]:
    """Return where a row that nobody was asked for was recorded."""
    return {"recorded in": row["made_by"]["recorded"]} if "recorded" in row["made_by"] else {}


def _vote(build: Build, match: str, vote: CastVote) -> Node:
    """Return a person's verdict, and whether the answers are still the ones that they saw."""
    sides = build.params["matches"][match]
    winners = {"model": sides["model"], "baseline": sides["baseline"]}
    facts: dict[str, Fact] = {"verdict": winners.get(vote["verdict"], vote["verdict"].replace("_", " "))}
    if "reason" in vote:
        facts["reason"] = vote["reason"]
    if "seconds" in vote:
        facts["seconds"] = vote["seconds"]
    rows = {model: build.answer(model, vote["question"]) for model in (sides["model"], sides["baseline"])}
    texts = {(model, vote["question"]): row["text"] if row else None for model, row in rows.items()}
    status = vote_status(vote, build.params["matches"], texts)
    if status != "counted":
        facts[status] = _UNCOUNTED[status]
    return Node("vote", vote["annotator"], facts)
