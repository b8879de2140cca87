"""`seedbed store`: inspect, verify, export and import the store."""

from collections.abc import Iterator
from pathlib import Path

from rich.table import Table
from rich.text import Text

from seedbed.exchange.requests import Request, request_of
from seedbed.exchange.responses import Response
from seedbed.store.claims import Batch, batches, is_waited_for
from seedbed.store.store import Store
from seedbed.store.transcripts import warm_store
from seedbed.util.canonical import canonical
from seedbed.util.console import wide_console
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import read_rows, writing
from seedbed.util.safe_text import safe
from seedbed.util.words import count, few

_AT_ONCE = 1000
"""Responses that an import commits together."""


def summary(store: Store) -> None:
    """Print what the store holds, by stage and model."""
    rows = store.rows(
        "select stage, case when json_valid(request) then request->>'model' end, count(*), "
        "sum(case when json_valid(response) then response->'usage'->>'input' end), "
        "sum(case when json_valid(response) then response->'usage'->>'output' end) from responses group by 1, 2 order by 1, 2"
    )
    _print(["stage", "model", "responses", "input tokens", "output tokens"], rows)
    size = store.path.stat().st_size / 2**20 if store.path.is_file() else 0
    wide_console().print(Text(f"\n{sum(row[2] for row in rows)} responses, {size:.1f} MiB: {store.path}"))


def builds(store: Store) -> None:
    """Print what each build sent by stage, next to the plan when the stage sent its first request.

    Of a generation the plan is an estimate: how many slots it takes depends on what passes the filter.
    """
    rows = store.rows(
        "select started, substr(build, 1, instr(build, '-') - 1), stage, model, "
        "iif(stage glob 'generate@*', 'about ', '') || estimated_requests || ' / ' || requests, "
        "printf('%.4f / %.4f', estimated_usd, usd), input, output from sent order by started, build, stage"
    )
    names = [
        "started (UTC)",
        "build",
        "stage",
        "model",
        "planned / sent",
        "USD planned\n/ spent",
        "tokens in",
        "out",
    ]
    _print(names, rows)


def list_batches(store: Store) -> None:
    """Print the batches that were sent, and how many of their requests have no response yet."""
    names = ["batch", "endpoint", "stage", "sent (UTC)", "requests", "no response yet", "state"]
    _print(
        names,
        [
            (batch.id, batch.endpoint, batch.stage, batch.sent, batch.requests, batch.open if batch.requests else None, state)
            for batch in batches(store)
            for state in [f"{batch.state}, waited for now" if is_waited_for(store, batch) else batch.state]
        ],
    )


def open_batch(store: Store, id: str) -> Batch:
    """Return a batch that can be forgotten.

    Raises:
        UserError: the store knows no such batch, it was read, or a build is waiting for it.
    """
    known = {batch.id: batch for batch in batches(store)}
    if id not in known:
        raise UserError(f"{store.path}: no batch {id!r}{did_you_mean(id, list(known))}; `seedbed store batches` lists them")
    batch = known[id]
    if batch.state != "open":
        raise UserError(f"{batch.words} is {batch.state} already; there is nothing to forget")
    if is_waited_for(store, batch):
        raise UserError(f"{batch.words}: a build is waiting for it now; stop that build first")
    return batch


def _print(names: list[str], rows: list[tuple[object, ...]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(names):
        numeric = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        right = numeric or "/" in name
        # In a narrow terminal texts go on in a second line, and figures stay whole: nothing is cut.
        table.add_column(name, justify="right" if right else "left", no_wrap=numeric, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else safe(str(value))) for value in row))  # no markup: models name themselves
    wide_console().print(table)


def verify(store: Store, repair: bool = False) -> str:
    """Check the database file, every key and every response.

    Args:
        store: opened to write where it is to be repaired.
        repair: drop what is damaged, and take it from the transcripts that `dvc.lock` names where they hold it.

    Raises:
        UserError: the file is damaged, or something in it, and it is not to be repaired.
    """
    (state,) = store.rows("pragma integrity_check")[0]
    if state != "ok":
        raise UserError(f"{store.path}: damaged: {state}; move the file away and run `seedbed harvest` to fill a new store")
    damaged = list(store.damaged())
    words = few([f"{stage} {key[:12]} ({why})" for stage, key, why in damaged], 5)
    if damaged and not repair:
        raise UserError(
            f"{store.path}: {count(len(damaged), 'response')} damaged: {words}; `seedbed store verify --repair` drops them "
            "and restores them from the transcripts if possible"
        )
    dropped = ""
    if damaged:
        store.delete(key for _, key, _ in damaged)
        warm_store(store)
        back = len(store.get(key for _, key, _ in damaged))
        others = "; `seedbed harvest` looks for the others in the transcripts of every branch" if back < len(damaged) else ""
        dropped = (
            f"{count(len(damaged), 'damaged response')} dropped: {words}; {back} of them restored from transcripts{others}\n"
        )
    ((whole,),) = store.rows("select count(*) from responses")
    return f"{dropped}{whole} responses, every key matches its request, the database is intact"


def export_to(store: Store, path: Path) -> str:
    """Write every exchange that is whole to a JSON Lines file; say how many."""
    written = 0
    with writing(path) as file:
        for stage, key, request, response in store.exchanges():
            file.write(canonical({"id": stage, "key": key, "request": request, "response": response}) + "\n")
            written += 1
    ((total,),) = store.rows("select count(*) from responses")
    left_out = f"; {total - written} damaged ones left out; run `seedbed store verify --repair`" if written < total else ""
    return f"{written} responses exported to {path}{left_out}"


def import_from(store: Store, path: Path) -> int:
    """Take over the exchanges of an exported file, each key verified; return how many were new.

    They are committed by the thousand: the memory that it takes does not grow with the file, and others need not wait long.

    Raises:
        UserError: a line is no exchange; what is before it was taken over.
    """
    store.rows("pragma mmap_size = 0")  # an import touches all of the file, and mapped pages count as memory
    new, some = 0, []
    try:
        for exchange in _exported(path):
            some.append(exchange)
            if len(some) == _AT_ONCE:
                new += store.take_over(some)
                some = []
    finally:
        new += store.take_over(some)
    return new


def _exported(path: Path) -> Iterator[tuple[str, Request, Response]]:
    for number, row in enumerate(read_rows(path, "exchange", unique=None), start=1):
        try:
            yield row["id"], request_of(row["key"], row["request"]), row["response"]
        except ValueError as error:
            raise UserError(
                f"{path}:{number}: {error}; the file was changed or damaged; the lines before this one were imported"
            ) from None
