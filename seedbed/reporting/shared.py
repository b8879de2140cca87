"""Shared parts of both reports: origin of rows, cost of responses, stand-in warnings."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, TypeVar, cast

from seedbed.exchange.costs import price_of
from seedbed.project import columns, paths
from seedbed.project.params_types import STAND_IN, Params
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.tables import Tables

_USAGE = (
    *("stage", "endpoint", "model", "responses", "repeated"),
    *("input_tokens", "cached_input_tokens", "output_tokens"),
)

T = TypeVar("T")
MOST_ROWS = 40
"""Rows of a table in a Markdown report, which has to fit into a comment of a pull request."""


def file_name(path: Path) -> str:
    """Return a file's name without its ending: the corpus, model, match or generation that it is of."""
    return path.name.removesuffix(".jsonl")


def load_responses(tables: Tables, transcripts: Sequence[Path], params: Params, asked: Iterable[Mapping[str, Any]]) -> None:
    """Make the tables `exchanges`, `responses` and `prices`.

    Args:
        tables: where to.
        transcripts: the files, in order.
        params: the whole of `params.yaml`.
        asked: blocks of it that name an endpoint and a model.
    """
    tables.load("exchanges", transcripts, f"key text, {columns.EXCHANGES}", label=("stage", paths.stage_of_transcript))
    tables.run(
        "create table responses as select stage, key, request->>'endpoint' as endpoint, "
        "request->>'model' as model, (request->>'attempt')::int as attempt, "
        + ", ".join(f"(response->'usage'->>'{kind}')::bigint as {kind}_tokens" for kind in ("input", "cached_input", "output"))
        + " from exchanges"
    )
    pairs = dict.fromkeys((block["endpoint"], block["model"]) for block in asked if "endpoint" in block)
    priced = ((*pair, price) for pair in pairs if (price := price_of(params, *pair)))
    tables.fill(
        "prices",
        "endpoint text, model text, input double, cached_input double, output double",
        ((endpoint, model, price.input, price.cached_input, price.output) for endpoint, model, price in priced),
    )


class UsageRow(TypedDict):
    """A row of `queries/shared/usage.sql`, whose header says what the fields are; the last is of `all`, without a model."""

    stage: str
    endpoint: str | None
    model: str | None
    responses: int
    repeated: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    uncounted: int
    usd: float | None


def usage_rows(tables: Tables) -> list[UsageRow]:
    """Return what the responses of each stage cost, all of them last; none where there is no response."""
    return cast(list[UsageRow], tables.query("shared/usage"))


def usage_metrics(usage: Sequence[UsageRow]) -> dict[str, object]:
    """Return responses and tokens by stage, and the dollars of all where they are known."""
    if not usage:
        return {}
    *parts, total = usage
    stages: dict[str, dict[str, int]] = {}
    for row in parts:
        stage = stages.setdefault(row["stage"], {"responses": 0, "input_tokens": 0, "output_tokens": 0})
        stage["responses"] += row["responses"]
        stage["input_tokens"] += row["input_tokens"]
        stage["output_tokens"] += row["output_tokens"]
    uncounted = {"uncounted": total["uncounted"]} if total["uncounted"] else {}
    return {**stages, **uncounted, **({} if total["usd"] is None else {"usd": total["usd"]})}


def usage_table(usage: Sequence[UsageRow], say: Words = ENGLISH_WORDS) -> str:
    """Return the rows of `queries/shared/usage.sql` as a table in Markdown, with `uncounted` where there are any."""
    uncounted = ["uncounted"] if any(row["uncounted"] for row in usage) else []
    return say.table(usage, [*_USAGE, *uncounted, "usd"])


def made_by_stand_in(tables: Tables, names: Iterable[str]) -> list[str]:
    """Return the tables among `names` in which some row was made by the stand-in."""
    # A rehearsal on `seedbed serve` may have an endpoint of its own, and the stand-in's models all the same.
    model = "made_by->>'model'"
    by_it = f"made_by->>'endpoint' = '{STAND_IN}' or {model} = '{STAND_IN}' or starts_with({model}, '{STAND_IN}-')"
    return [name for name in names if tables.select(f"select bool_or({by_it}) as found from {name}")[0]["found"]]


def stand_in_sentence(what: Sequence[str], consequence: str, say: Words = ENGLISH_WORDS) -> str:
    """Return the sentence that says what the stand-in made, and what follows; empty where it made nothing."""
    return say("stand_in_sentence", what=say.listed(what), consequence=consequence) if what else ""


def stand_in_line(sentence: str, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the sentence as a Markdown note; nothing for an empty one."""
    return [f"> **{say('stand_in_title')}** {sentence}"] if sentence else []


def capped(rows: Sequence[T], last: int = 0) -> list[T]:
    """Return as many rows as a table of a Markdown report has room for: the first ones, and the `last` ones, which are sums."""
    return [*rows] if len(rows) <= MOST_ROWS else [*rows[: MOST_ROWS - last], *rows[len(rows) - last :]]


def rest_in_words(rows: Sequence[object], where: str, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return how many rows a capped table has, and where all are; nothing where it shows all."""
    return [say("rows_first", shown=MOST_ROWS, n=len(rows), where=where)] if len(rows) > MOST_ROWS else []


def to_csv(rows: Sequence[Mapping[str, object]], names: Sequence[str]) -> str:
    """Return some columns of rows as CSV, with a head and LF."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
