"""Where an answer and a judgment came from: the question, the two answers, and the requests behind them."""

from pathlib import Path

from seedbed.exchange.requests import Request
from seedbed.project.params import speaker
from seedbed.project.paths import answers, edited, judgments
from seedbed.project.prompts import load_prompt
from seedbed.project.votes import vote_status
from seedbed.steps import answering, judging
from seedbed.trace.explain_corpus import corpus_node
from seedbed.trace.explain_request import request_node
from seedbed.trace.node import OUT_OF_DATE, Fact, Node
from seedbed.trace.workspace import Build
from seedbed.util.rows import Row

_UNCOUNTED = {
    "stale": "given on other answers than these; it does not count",
    "orphaned": "an answer that it was given on is gone; it does not count",
}
"""Why a vote does not count, by its status."""


def answer_node(build: Build, id: str) -> Node:
    """Return an answer, with its request and its question below."""
    model, _, question = id.partition("/")
    node = _short_answer_node(build, model, question)
    node.children.append(corpus_node(build, "question", question))
    return node


def judgment_node(build: Build, id: str) -> Node:
    """Return what a match says about a question, or one order of it, with both answers and the question below."""
    match, question, *orders = id.split("/")
    sides = build.params["matches"][match]
    rows = build.rows(judgments(match), "json->>'question' = ?", question)
    outcome = build.outcomes(match).get(question)
    facts: dict[str, Fact] = {"match": f"{sides['model']} against {sides['baseline']}"}
    if outcome:
        facts["category"] = outcome["category"]
        facts["outcome"] = (
            f"{outcome['outcome']} of {sides['model']}" if outcome["outcome"] in ("win", "loss") else outcome["outcome"]
        )
        if outcome["inconsistent"]:
            facts["outcome"] = "tie, since the two orders disagree (inconsistent)"
    children = [_order_node(build, match, row) for row in rows if not orders or row["order"] in orders]
    children += [_short_answer_node(build, sides[side], question) for side in ("model", "baseline")]
    if reference := _references(build).get(question):
        children.append(Node("reference", question, {"file": str(_reference_file(build)), "text": reference}))
    children.append(corpus_node(build, "question", question))
    children += [_vote_node(build, match, row) for row in build.votes(match, question)]
    return Node("judgment", id, facts, children)


def judge_prompt(build: Build, category: str | None) -> str:
    """Return the name of the prompt with which a category is judged."""
    return "judge_reference" if category in build.params["judge"]["reference_categories"] else "judge"


def _short_answer_node(build: Build, model: str, question: str) -> Node:
    """An answer and its request."""
    row = build.row(answers(model), question)
    if row is None:
        return Node("answer", f"{model}/{question}", {OUT_OF_DATE: f"not in {answers(model)}; `dvc repro` builds it"})
    facts: dict[str, Fact] = {"text": row["text"]} if row["text"] is not None else {}
    if row["failure"]:
        facts["failed"] = f"{row['failure']['reason']}: {row['failure']['detail']}"
    node = Node("answer", f"{model}/{question}", facts)
    if row["request"] is None:
        node.facts["recorded in"] = row["made_by"]["recorded"]
        return node

    def now() -> list[Request]:
        asked = build.row(edited("question"), question)
        return answering.build([asked], speaker(build.params, f"models.{model}"), load_prompt("answer")) if asked else []

    node.children.append(request_node(build, f"answer@{model}", question, "answer", now))
    return node


def _order_node(build: Build, match: str, row: Row) -> Node:
    """One order of a judgment: what the judge was asked and what it said."""
    shown = (row["model"], row["baseline"]) if row["order"] == "ab" else (row["baseline"], row["model"])
    winner = dict(zip(("first", "second"), shown, strict=True)).get(row["verdict"])
    facts: dict[str, Fact] = {
        "shown": f"{shown[0]} first, {shown[1]} second",
        "verdict": f"{row['verdict']}, for {winner}" if winner else row["verdict"],
    }
    if row["failure"]:
        facts["failed"] = f"{row['failure']['reason']}: {row['failure']['detail']}"
    if row["explanation"]:
        facts["explanation"] = row["explanation"]
    node = Node("order", row["order"], facts)
    if row["request"] is None:
        if "recorded" in row["made_by"]:
            facts["recorded in"] = row["made_by"]["recorded"]
        return node
    question = build.row(edited("question"), row["question"])
    prompt = judge_prompt(build, question["category"] if question else None)

    def now() -> list[Request]:
        texts = [build.row(answers(row[side]), row["question"]) for side in ("model", "baseline")]
        if question is None or None in texts:
            return []
        model, baseline = ({question["id"]: text} for text in texts if text)
        references = {
            id: text for id, text in _references(build).items() if prompt == "judge_reference" and id == question["id"]
        }
        prompts = {False: load_prompt("judge"), True: load_prompt("judge_reference")}
        requests = judging.build([question], model, baseline, references, prompts, speaker(build.params, "judge"))
        return [request for request in requests if request.id.endswith(f".{row['order']}")]

    node.children.append(request_node(build, f"judge@{match}", f"{row['question']}.{row['order']}", prompt, now))
    return node


def _reference_file(build: Build) -> Path:
    return Path(f"data/references.{build.params['language']}.jsonl")


def _references(build: Build) -> dict[str, str]:
    """The references by question id; none where there is no such file."""
    path = _reference_file(build)
    return {id: row["reference"] for id, row in build.written(path).items()} if path.is_file() else {}


def _vote_node(build: Build, match: str, vote: Row) -> Node:
    """A person's verdict, and whether the answers are still the ones that they saw."""
    sides = build.params["matches"][match]
    facts: dict[str, Fact] = {"verdict": sides.get(vote["verdict"], vote["verdict"].replace("_", " "))}
    facts |= {name: vote[name] for name in ("reason", "seconds") if name in vote}
    rows = {model: build.row(answers(model), vote["question"]) for model in (sides["model"], sides["baseline"])}
    texts = {(model, vote["question"]): row["text"] if row else None for model, row in rows.items()}
    status = vote_status(vote, build.params["matches"], texts)
    if status != "counted":
        facts[status] = _UNCOUNTED[status]
    return Node("vote", vote["annotator"], facts)
