"""What rests on a question, an answer, a model, a match or a judgment: answers, judgments, win rates."""

import csv
from pathlib import Path

from seedbed.project.paths import REJECTED, answers, edited, judgments, there, transcript_of
from seedbed.trace.explain_judged import judge_prompt
from seedbed.trace.impact_stages import BILL
from seedbed.trace.node import OUT_OF_DATE, Fact, Node
from seedbed.trace.workspace import Build
from seedbed.util.rows import Row
from seedbed.util.words import count

WIN_RATES = Path("reports/win_rates.csv")
HEALTH = Path("reports/judge_health.csv")


def question_node(build: Build, id: str) -> Node:
    """Return what rests on a question."""
    row = build.row(edited("question"), id)
    if row is None:
        return Node(
            "question", id, {OUT_OF_DATE: f"not in {edited('question')}: new, dropped or failed; nothing rests on it yet"}
        )
    node = Node("question", id, {"status": row["status"], "category": row["category"], "text": row["text"]})
    asked = sum("recorded" not in model for model in build.params["models"].values())
    judged = sum("recorded" not in match for match in build.params["matches"].values())
    node.facts["requests an edit touches"] = (
        f"{count(asked, 'answer')}, {count(2 * judged, 'judgment')}{build.and_translation('question')}"
    )
    node.facts |= BILL
    for model in build.params["models"]:
        if found := build.row(answers(model), id):
            node.children.append(Node("answer", f"{model}/{id}", _request(found)))
    node.children += [_judgment(build, match, id) for match in build.params["matches"]]
    leaks = build.rows(REJECTED, "json->>'reason' = 'benchmark_leak' and json->>'neighbour' = ?", id)
    rejected: dict[str, Fact] = {"benchmark_leak": [row["id"] for row in leaks]}
    node.children.append(Node("rejected instructions", "too close to it", rejected))
    return node


def answer_node(build: Build, id: str) -> Node:
    """Return what rests on an answer."""
    model, _, question = id.partition("/")
    row = build.row(answers(model), question)
    return Node(
        "answer", id, _request(row) if row else {}, [_judgment(build, match, question) for match in _matches(build, model)]
    )


def model_node(build: Build, id: str) -> Node:
    """Return what rests on a model of `params.yaml`."""
    facts: dict[str, Fact] = {
        "answers": build.count(answers(id)),
        "requests": build.count(there(transcript_of(f"answer@{id}"))),
    }
    return Node("model", id, facts, [match_node(build, match) for match in _matches(build, id)])


def match_node(build: Build, id: str) -> Node:
    """Return what rests on a match."""
    sides = build.params["matches"][id]
    facts: dict[str, Fact] = {
        "of": f"{sides['model']} against {sides['baseline']}",
        "judgments": build.count(judgments(id)),
        "requests": build.count(there(transcript_of(f"judge@{id}"))),
    }
    rates = [_rate(row) for row in _numbers(WIN_RATES, id)]
    return Node("match", id, facts, [*rates, *_health(id)])


def judgment_node(build: Build, id: str) -> Node:
    """Return what rests on a judged question, or on one order of it."""
    match, question, *orders = id.split("/")
    node = _judgment(build, match, question)
    if orders:
        node.id = id
        node.facts["rests on"] = (
            "both orders: where they disagree the question is a tie, where one is invalid so is the question"
        )
    node.children += _health(match)
    return node


def _judgment(build: Build, match: str, question: str) -> Node:
    """A question as one match judged it, with the win rates that count it."""
    rows = build.rows(judgments(match), "json->>'question' = ?", question)
    if not rows:
        return Node("judgment", f"{match}/{question}", {OUT_OF_DATE: f"not in {judgments(match)}; `dvc repro` judges it"})
    outcome = build.outcomes(match).get(question, {"outcome": "unknown", "category": None})
    facts: dict[str, Fact] = {"outcome": outcome["outcome"]}
    facts |= {row["order"]: row["verdict"] for row in rows}
    if asked := len([row for row in rows if row["request"]]):
        facts |= {"requests": asked, "prompt": judge_prompt(build, outcome["category"])}
    if votes := build.votes(match, question):
        facts["votes"] = len(votes)
    rates = [_rate(row) for row in _numbers(WIN_RATES, match) if row["category"] in (outcome["category"], "all")]
    return Node("judgment", f"{match}/{question}", facts, rates)


def _matches(build: Build, model: str) -> list[str]:
    """The matches that a model takes part in."""
    return [id for id, sides in build.params["matches"].items() if model in (sides["model"], sides["baseline"])]


def _request(row: Row) -> dict[str, Fact]:
    return {"request": row["request"]} if row["request"] else {"recorded in": row["made_by"]["recorded"]}


def _numbers(path: Path, match: str) -> list[dict[str, str]]:
    """The rows of a table of the report that tell of one match."""
    with there(path).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["match"] == match]


def _rate(row: dict[str, str]) -> Node:
    interval = f" ({float(row['ci_low']):.1f} – {float(row['ci_high']):.1f})" if row["ci_low"] else ""
    adjusted = f"{float(row['adjusted_win_rate']):.1f}{interval}" if row["adjusted_win_rate"] else "none, nothing is valid"
    facts: dict[str, Fact] = {"adjusted win rate": adjusted}
    facts |= {name: int(row[name]) for name in ("n", "wins", "losses", "ties", "invalid")}
    return Node("win rate", f"{row['match']}, {row['category']}", facts)


def _health(match: str) -> list[Node]:
    """The row of the judge's health that counts a match."""
    return [
        Node(
            "judge's health", match, {name.replace("_", " "): value or "none" for name, value in row.items() if name != "match"}
        )
        for row in _numbers(HEALTH, match)
    ]
