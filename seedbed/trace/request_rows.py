"""What came of a request: its reply, and the rows made of it."""

from seedbed.project.paths import CANDIDATES, CORPORA, RESPONSES, answers, judgments, translated
from seedbed.trace.explain_request import exchange_node
from seedbed.trace.node import Fact, Node
from seedbed.trace.resolve import Name
from seedbed.trace.workspace import Build
from seedbed.util.rows import Row


def request_and_rows(build: Build, key: str) -> Node:
    """Return a request with what was said and the rows that came of it, in each stage that asked it."""
    nodes = []
    for stage, exchange in exchanges(build, key):
        node = exchange_node(build, stage, exchange)
        node.facts |= {message["role"]: message["content"] for message in exchange["request"]["messages"]}
        node.facts["reply"] = exchange["response"]["text"] or "empty"
        rows = rows_of(build, stage, exchange)
        node.children = [Node(name.kind, name.id, _gist(row)) for name, row in rows]
        if not rows:
            node.facts["rows"] = "none came of it"
        nodes.append(node)
    return nodes[0] if len(nodes) == 1 else Node("request", key, {"asked by": f"{len(nodes)} stages"}, nodes)


def exchanges(build: Build, key: str) -> list[tuple[str, Row]]:
    """Return (stage, line of its transcript) wherever a request stands."""
    paths = sorted(RESPONSES.glob("*.jsonl"))
    stages = {path: path.name.removesuffix(".jsonl").replace(".", "@", 1) for path in paths}
    return [(stages[path], row) for path in paths for row in build.rows(path, "json->>'key' = ?", key)]


def rows_of(build: Build, stage: str, exchange: Row) -> list[tuple[Name, Row]]:
    """Return the rows that came of one line of a stage's transcript; none of a reply after which it was asked again."""
    step, _, which = stage.partition("@")
    key, mine = exchange["key"], "json->>'request' = ?"
    match step:
        case "translate":
            kind = next(kind for kind, corpus in CORPORA.items() if corpus == which)
            rows = build.rows(translated(kind), "json->>'id' = ? and json->>'failure' is null", exchange["id"])
            return [(Name(kind, row["id"]), row) for row in rows if _last(build, stage, exchange)]
        case "generate":
            return [(Name("instruction", row["id"]), row) for row in build.rows(CANDIDATES, mine, key)]
        case "answer":
            return [(Name("answer", f"{which}/{row['id']}"), row) for row in build.rows(answers(which), mine, key)]
        case "judge":
            rows = build.rows(judgments(which), mine, key)
            return [(Name("judgment", f"{which}/{row['question']}/{row['order']}"), row) for row in rows]
    return []


def _last(build: Build, stage: str, exchange: Row) -> bool:
    """Whether a request was not asked again."""
    attempts = build.rows(RESPONSES / f"{stage.replace('@', '.')}.jsonl", "json->>'id' = ?", exchange["id"])
    return bool(attempts[-1]["key"] == exchange["key"])


def _gist(row: Row) -> dict[str, Fact]:
    """The few words that tell a row from others."""
    row = row | (row.get("translation") or {})
    return {name: row[name] for name in ("verdict", "instruction", "text") if row.get(name)}
