"""The request behind a row: whom it asked, how, with which prompt, how often, and whether one would ask the same now."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seedbed.exchange.costs import Tokens, price_of
from seedbed.exchange.replies import Unusable, json_of, text_of
from seedbed.exchange.requests import Request, request_of
from seedbed.exchange.result import Read
from seedbed.project.paths import transcript_of
from seedbed.steps.verdicts import judgment_of
from seedbed.trace.node import OUT_OF_DATE, Fact, Node
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

READERS: dict[str, Read[Any]] = {
    "translate": json_of,
    "generate": json_of,
    "answer": lambda request, response: text_of(response),
    "judge": judgment_of,
}
"""How each stage reads a reply."""


def request_node(build: Build, stage: str, row: str, prompt: str, now: Callable[[], list[Request]]) -> Node:
    """Return the request that a row came of, with the attempts before it, from the stage's transcript.

    Args:
        build: the workspace.
        stage: e.g. `answer@good`.
        row: the id under which the stage asked, e.g. `generic-01.ab`.
        prompt: name of its prompt.
        now: gives the request that the stage would ask now; none where it would not ask.
    """
    asked = build.rows(transcript_of(stage), "json->>'id' = ?", row)
    if not asked:
        return Node("request", "", {OUT_OF_DATE: f"{transcript_of(stage)} has none for {row}; `dvc repro` builds both anew"})
    node = exchange_node(build, stage, asked[-1])
    node.facts |= {"prompt": f"prompts/{prompt}.yaml"}
    if version := build.version(Path(f"prompts/{prompt}.yaml")):
        node.facts["prompt version"] = version
    if changed := _asked_otherwise(asked[-1]["request"], now):
        node.facts[OUT_OF_DATE] = changed
    node.children = [exchange_node(build, stage, each) for each in asked[:-1]]
    return node


def exchange_node(build: Build, stage: str, row: Row) -> Node:
    """Return one line of a transcript as a node."""
    content, response = row["request"], row["response"]
    facts: dict[str, Fact] = {"stage": stage, "model": f"{content['model']} at {content['endpoint']}"}
    facts["params"] = content["params"] or "none"
    facts |= {"sample": content["sample"]} if content["sample"] else {}
    facts |= {"slot": content["slot"]} if content["slot"] is not None else {}
    facts["attempt"] = content["attempt"]
    try:
        READERS[stage.split("@", maxsplit=1)[0]](request_of(row["key"], content, row["id"]), response)
    except Unusable as unusable:
        facts["unusable"] = f"{unusable.reason}: {unusable}"
    except ValueError as error:
        raise UserError(f"{transcript_of(stage)}: {error}; the file was changed by hand or damaged, restore it") from None
    if usage := response["usage"]:
        cached = f" ({usage['cached_input']} of them cached)" if usage["cached_input"] else ""
        facts["tokens"] = f"{usage['input']} in{cached}, {usage['output']} out"
        if price := price_of(build.params, content["endpoint"], content["model"]):
            dollars = price.dollars(Tokens(usage["input"], usage["output"], usage["cached_input"]), batch=False)
            facts["USD"] = round(dollars, 6)
    return Node("request", row["key"], facts)


def _asked_otherwise(then: dict[str, Any], now: Callable[[], list[Request]]) -> str | None:
    """Say in what the request of now differs from that of the build; None where it does not."""
    try:
        requests = now()
    except UserError as error:
        return f"what would be asked now cannot be said: {error}"
    if not requests:
        return "it would not be asked now"
    names = [name for name, value in requests[0].content.items() if name != "attempt" and value != then[name]]
    where = {"messages": "messages (its prompt, or the rows it shows)"}
    return f"now it would be asked with other {', '.join(where.get(name, name) for name in names)}" if names else None
