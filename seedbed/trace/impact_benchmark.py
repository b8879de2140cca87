"""What depends on a question, an answer, a model, a match or a judgment: answers, judgments, win rates."""

import csv
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK, turns_of
from seedbed.project.methods import methods
from seedbed.project.model_settings import answer_stage, answering_models, judge_blocks
from seedbed.project.params_types import DEFAULT_JUDGE, RECORDED_JUDGE
from seedbed.project.row_types import Answer, Judgment
from seedbed.steps.judging import order_of_turn, prompt_name
from seedbed.trace.describe_benchmark import outcome, recorded
from seedbed.trace.impact_data import BILL, OF_SOURCE, not_built, rejected, taught_by
from seedbed.trace.node import NOT_BUILT, Fact, Node
from seedbed.trace.workspace import Build, texts
from seedbed.util.words import count


def question_node(build: Build, id: str) -> Node:
    """Return what depends on a question."""
    corpus, row = build.corpus_of("question", id), build.question(id)
    if row is None:
        return not_built(build, "question", id, corpus, "question")
    facts: dict[str, Fact] = {"status": row["status"], "category": row["category"], "text": row["text"]}
    facts |= {name: text for name, text in texts(row, "question").items() if name != "text"}
    turns = len(turns_of(row))
    asked = sum("recorded" not in build.params["models"].get(model, {}) for model in answering_models(build.params))
    judged = sum("recorded" not in match for match in build.params["matches"].values())
    judges = len(judge_blocks(build.params))
    touched = [count(turns * asked, "answer"), count(2 * turns * judged * judges, "judgment")]
    if rated := turns * judges * sum("recorded" not in scored for scored in build.params["scores"].values()):
        touched.append(count(rated, "rating"))
    if build.is_translated(corpus, id):
        touched.append(f"1 translation{OF_SOURCE}")
    touched += taught_by(build, corpus, id)
    node = Node("question", id, facts | {"requests after an edit": touched, **BILL}, stage=f"post_edit@{corpus}")
    for model in answering_models(build.params):
        if answer := build.answer(model, id):
            node.children.append(
                Node("answer", f"{model}/{id}", _request_or_recorded(answer), stage=answer_stage(build.params, model))
            )
    node.children += [_judgment(build, match, id) for match in build.params["matches"]]
    for generation in build.params["generations"]:
        node.children += rejected(build, generation, "benchmark_leak", "leaks of it", [id])
    return node


def answer_node(build: Build, id: str) -> Node:
    """Return what depends on an answer."""
    model, _, question = id.partition("/")
    row = build.answer(model, question)
    children = [_judgment(build, match, question) for match in _matches(build, model)]
    return Node("answer", id, _request_or_recorded(row) if row else {}, children, stage=answer_stage(build.params, model))


def model_node(build: Build, id: str) -> Node:
    """Return what depends on a model of `params.yaml`."""
    stage = answer_stage(build.params, id)
    facts: dict[str, Fact] = {"answers": build.count(paths.answers(id)), "requests": build.count(paths.transcript(stage))}
    if composition := methods(build.params).get(id):
        facts["base"] = composition.base
        facts |= {"training set": composition.set, "seed": composition.seed} if composition.set is not None else {}
    return Node("model", id, facts, [match_node(build, match) for match in _matches(build, id)], stage=stage)


def match_node(build: Build, id: str) -> Node:
    """Return what depends on a match."""
    sides, stage = build.params["matches"][id], f"judge@{id}"
    facts: dict[str, Fact] = {
        "of": f"{sides['model']} against {sides['baseline']}",
        "judgments": build.count(paths.judgments(id)),
        "requests": build.count(paths.transcript(stage)),
    }
    rates = [_rate(row) for row in _numbers(paths.WIN_RATES, id)]
    return Node("match", id, facts, [*rates, *_health(id)], stage=stage)


def judgment_node(build: Build, id: str) -> Node:
    """Return what depends on a judged question, or on one order of it."""
    match, question, *orders = id.split("/")
    node = _judgment(build, match, question)
    if orders:
        node.id = id
        node.facts["rests on"] = (
            "both orders: where they disagree the question is a tie, where one is invalid so is the question"
            + ("; then on what more than half of the valid judges say" if len(build.params["judges"]) > 1 else "")
        )
    node.children += _health(match)
    return node


def _judgment(build: Build, match: str, question: str) -> Node:
    """Return a question as one match judged it, with the win rates that count it."""
    id, path, stage = f"{match}/{question}", paths.judgments(match), f"judge@{match}"
    rows = build.judgments(match, question)
    result = build.outcomes(match).get(question)
    if not rows or not result:
        return Node("judgment", id, {NOT_BUILT: f"not in {path} yet; `dvc repro` judges it"}, stage=stage)
    facts: dict[str, Fact] = {"outcome": outcome(result), **{_order(row): row["verdict"] for row in rows}}
    if asked := len([row for row in rows if row["request"]]):
        with_reference, turns = build.with_reference(result["category"]), sorted({row.get("turn", 1) for row in rows})
        prompts = dict.fromkeys(prompt_name(with_reference, turn) for turn in turns)
        facts |= {"requests": asked, "prompt": ", ".join(prompts)}
    if votes := build.votes(match, question):
        facts["votes"] = len(votes)
    rates = [_rate(row) for row in _counting(build, match, question) if row["category"] in (result["category"], "all")]
    return Node("judgment", id, facts, rates, stage=stage)


def _counting(build: Build, match: str, question: str) -> list[dict[str, str]]:
    """Return the rates of a match that count a question: the benchmark's, or those of its own corpus."""
    corpus = build.corpus_of("question", question)
    if corpus == BENCHMARK:
        return _numbers(paths.WIN_RATES, match)
    return [row for row in _numbers(paths.TURNS, match) if (row["corpus"], row["turn"]) == (corpus, "all")]


def _order(row: Judgment) -> str:
    """Return the order of a judgment, with the judge where it is one of a jury: `ab`, or `ab by large`."""
    judge = row.get("judge", DEFAULT_JUDGE)
    order = order_of_turn(row["order"], row.get("turn", 1))
    return order if judge in (DEFAULT_JUDGE, RECORDED_JUDGE) else f"{order} by {judge}"


def _matches(build: Build, model: str) -> list[str]:
    """Return the matches that a model takes part in."""
    return [id for id, sides in build.params["matches"].items() if model in (sides["model"], sides["baseline"])]


def _request_or_recorded(row: Answer) -> dict[str, Fact]:
    """Return the request that gave an answer, or where it was recorded."""
    return {"request": row["request"]} if row["request"] else recorded(row)


def _numbers(path: Path, match: str) -> list[dict[str, str]]:
    """Return the rows of a table of the report that are about one match."""
    with paths.built(path).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["match"] == match]


def _rate(row: dict[str, str]) -> Node:
    interval = f" ({float(row['ci_low']):.1f} – {float(row['ci_high']):.1f})" if row["ci_low"] else ""
    adjusted = f"{float(row['adjusted_win_rate']):.1f}{interval}" if row["adjusted_win_rate"] else "none, nothing is valid"
    facts: dict[str, Fact] = {"adjusted win rate": adjusted}
    facts |= {name: int(row[name]) for name in ("n", "wins", "losses", "ties", "invalid")}
    return Node("win rate", f"{row['match']}, {row['category']}", facts, stage="benchmark")


def _health(match: str) -> list[Node]:
    """Return the row of the judge's health that counts a match."""
    return [
        Node(
            "judge's health", match, {name.replace("_", " "): value or "none" for name, value in row.items() if name != "match"}
        )
        for row in _numbers(paths.JUDGE_HEALTH, match)
    ]
