"""Retest: some judgments of a match are requested a second time, with the same prompt and order.

The result is in the row of the judgment: `"retest": {"request": "51ab…", "verdict": "second"}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from seedbed.exchange.requests import Request
from seedbed.exchange.result import Result
from seedbed.project.row_types import Judgment, Retest
from seedbed.steps.judging import judge_of, request_id
from seedbed.steps.verdicts import Verdict
from seedbed.util.canonical import JsonObject, content_hash


def retest_id(id: str) -> str:
    """Return the id of the second asking of a judgment; no judge's id has a `#`."""
    return f"{id}#2"


def with_retests(match: str, requests: Sequence[Request], items: int) -> list[Request]:
    """Return the requests of one judge with the second askings behind them.

    Args:
        match: id of the match.
        requests: as from `judging.build`.
        items: how many of them are asked twice: the lowest by a hash of match and id, so that a question that is edited, added
            or gone moves none of the others in or out but one. All, where there are fewer.
    """
    # A jury's judges are asked twice for the same ones: their ids go on after question and order.
    lowest = sorted(requests, key=lambda request: content_hash(["retest", match, *request.id.split(".")[:2]]))[:items]
    chosen = {request.id for request in lowest}
    return [*requests, *(_once_more(request) for request in requests if request.id in chosen)]


def _once_more(request: Request) -> Request:
    content: JsonObject = request.content | {"sample": request.content["sample"] + 1}
    return replace(request, id=retest_id(request.id), content=content)


def retested(rows: Sequence[Judgment], results: Sequence[Result[Verdict]]) -> Iterator[Judgment]:
    """Yield judgments, those that were asked for twice with what came the second time.

    Args:
        rows: as from `judging.judged`.
        results: of the requests of `with_retests`.
    """
    by_id: Mapping[str, Result[Verdict]] = {result.request.id: result for result in results}
    for row in rows:
        result = by_id.get(retest_id(request_id(row["question"], row["order"], judge_of(row), row.get("turn", 1))))
        if result is None:
            yield row
            continue
        again: Retest = {"verdict": "invalid", "request": result.request.key}
        if result.value:
            again["verdict"] = result.value["verdict"]
            if "strength" in result.value:
                again["strength"] = result.value["strength"]
        yield {**row, "retest": again}
