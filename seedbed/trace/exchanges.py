"""Requests: whom each asked, how, with which prompt, how often, and the rows made from it."""

from pathlib import Path
from typing import Any, TypedDict

from seedbed.exchange.costs import Tokens, price_of
from seedbed.exchange.replies import Unusable
from seedbed.exchange.requests import request_of
from seedbed.project import paths
from seedbed.project.corpora import CORPUS_OF
from seedbed.steps.answering import asked_as, question_and_turn
from seedbed.steps.judging import order_name
from seedbed.steps.origin import Asked, Name
from seedbed.store.store import Store
from seedbed.trace.node import NOT_BUILT, Fact, Node
from seedbed.trace.workspace import Build
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError
from seedbed.util.rows import Row


class Exchange(TypedDict):
    """A line of a transcript: a request, its response, and the id that its stage asked with; empty where nobody knows that."""

    id: str
    key: str
    request: JsonObject
    response: JsonObject


def request_node(build: Build, asked: Asked, prompt: str) -> Node:
    """Return a row's request, as the transcript of its stage has it, with the attempts before it.

    Args:
        build: the workspace.
        asked: where it is in the transcripts.
        prompt: name of its prompt.
    """
    path, file = paths.transcript(asked.stage), paths.prompt(prompt)
    attempts: list[Exchange] = build.rows(path, "json->>'id' = ?", asked.id)
    if not attempts:
        return Node("request", "", {NOT_BUILT: f"{path} has none for {asked.id}; `dvc repro` builds both again"})
    node = exchange_node(build, asked.stage, attempts[-1])
    node.facts["prompt"] = str(file)
    if version := build.version(file):
        node.facts["prompt version"] = version
    node.children = [exchange_node(build, asked.stage, attempt) for attempt in attempts[:-1]]
    return node


def exchange_node(build: Build, stage: str, row: Exchange) -> Node:
    """Return one line of a transcript as a node."""
    content, response = row["request"], row["response"]
    facts: dict[str, Fact] = {"stage": stage, "model": f"{content['model']} at {content['endpoint']}"}
    facts["params"] = content["params"] or "none"
    facts |= {"sample": content["sample"]} if content["sample"] else {}
    facts |= {"slot": content["slot"]} if content["slot"] is not None else {}
    facts["attempt"] = content["attempt"]
    try:
        build.reader(stage)(request_of(row["key"], content, row["id"]), response)
    except Unusable as unusable:
        facts["unusable"] = f"{unusable.reason}: {unusable}"
        facts |= _messages_and_reply(row)
    except ValueError as error:
        raise UserError(
            f"{paths.transcript(stage)}: {error}; it was changed by hand or damaged, `dvc checkout` restores it"
        ) from None
    if usage := response["usage"]:
        cached = f" ({usage['cached_input']} of them cached)" if usage["cached_input"] else ""
        facts["tokens"] = f"{usage['input']} in{cached}, {usage['output']} out"
        if price := price_of(build.params, content["endpoint"], content["model"]):
            dollars = price.dollars(Tokens(usage["input"], usage["output"], usage["cached_input"]), batch=False)
            facts["USD at list price"] = round(dollars, 6)
    return Node("request", row["key"], facts, stage=stage)


def request_and_rows(build: Build, key: str) -> Node:
    """Return a request with its messages, its reply and the rows made from it, in each stage that asked it."""
    nodes = []
    for stage, exchange in exchanges(build, key):
        node = exchange_node(build, stage, exchange)
        node.facts |= _messages_and_reply(exchange)
        rows = rows_of(build, stage, exchange) if exchange["id"] else []
        node.children = [Node(*name, _gist(row), stage=stage) for name, row in rows]
        if not rows:
            node.facts["rows"] = "none"
        nodes.append(node)
    return nodes[0] if len(nodes) == 1 else Node("request", key, {"asked by": f"{len(nodes)} stages"}, nodes)


def _messages_and_reply(exchange: Exchange) -> dict[str, Fact]:
    """Return the messages of a request, each under the role that said it, and the reply."""
    facts: dict[str, Fact] = {}
    for message in exchange["request"]["messages"]:
        role = message["role"]
        facts[role if role not in facts else f"{role}, once more"] = message["content"]
    return facts | {"reply": exchange["response"]["text"] or "empty"}


def exchanges(build: Build, key: str) -> list[tuple[str, Exchange]]:
    """Return (stage, line of its transcript) wherever a request is; what no transcript has is looked for in the store."""
    in_transcripts: list[tuple[str, Exchange]] = [
        (paths.stage_of_transcript(path), row)
        for path in paths.transcripts()
        for row in build.rows(path, "json->>'key' = ?", key)
    ]
    if in_transcripts:
        return in_transcripts
    with Store(paths.store(), read_only=True) as store:
        return [
            (stage, {"id": "", "key": key, "request": content, "response": response})
            for stage, _, content, response in store.beginning(key)
        ]


def left_by_stages(build: Build, word: str) -> list[Node]:
    """Return the rows named `word` that failed in stages that stopped, each with its last request and reply.

    Args:
        build: the workspace.
        word: the id under which a stage asked, a question of a judgment, or either behind the stage's own id and a slash.
    """
    nodes = []
    for path in sorted(paths.FAILED.glob("*/failed.jsonl")):
        stage = path.parent.name
        if paths.transcript(stage).is_file():  # it has ended well since
            continue
        for row in build.rows(path):
            names = {row["id"]}
            if stage.startswith("answer"):
                names.add(question_and_turn(row["id"])[0])
            if stage.startswith("judge@"):
                question, *rest = row["id"].split(".")
                names |= {question, "/".join([question, *rest[:1]]), "/".join([question, *rest])}
            if {word, word.partition(":")[2], word.partition("/")[2]} & names:
                children = [exchange_node(build, *exchange) for exchange in exchanges(build, row["request"])]
                nodes.append(Node("failed", row["id"], {"failed": f"{row['reason']}: {row['detail']}"}, children, stage=stage))
    return nodes


def rows_of(build: Build, stage: str, exchange: Exchange) -> list[tuple[Name, Row]]:
    """Return the rows made from one line of a stage's transcript; none of a reply after which it was asked again."""
    step, _, of = stage.partition("@")
    key, id = exchange["key"], exchange["id"]

    def holding(path: Path) -> list[Any]:
        return build.rows(path, "json->>'request' = ?", key)

    match step:
        case "translate":
            attempts = build.rows(paths.transcript(stage), "json->>'id' = ?", id)
            row = build.row(paths.translated(of), id)
            kind = next((kind for kind, corpus in CORPUS_OF.items() if corpus == of), "question")
            return [(Name(kind, id), row)] if row and row["translation"] and attempts[-1]["key"] == key else []
        case "generate":
            return [(Name("instruction", f"{of}/{row['id']}"), row) for row in holding(paths.candidates(of))]
        case "answer":
            attempts = build.rows(paths.transcript(stage), "json->>'id' = ?", id)
            row = build.row(paths.answers(of), question_and_turn(id)[0])  # of a conversation it has the last request only
            used = row and (row["request"] == key or (row["text"] is not None and attempts[-1]["key"] == key))
            return [(Name("answer", f"{of}/{row['id']}"), row)] if used else []
        case "score":
            rows = holding(paths.scores(of))
            return [(Name("rating", f"{of}/{asked_as(row['question'], row.get('turn', 1))}"), row) for row in rows]
        case "judge":
            rows = holding(paths.judgments(of))
            return [(order_name(of, row, "judgment"), row) for row in rows]
    return []


def _gist(row: Row) -> dict[str, Fact]:
    """Return the few words that tell a row from others."""
    row = row | (row.get("translation") or {})
    return {name: row[name] for name in ("verdict", "rating", "instruction", "text") if row.get(name)}
