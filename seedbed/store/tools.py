"""`seedbed store`: look at the store, check it, carry it elsewhere."""

from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from seedbed.exchange.replies import Response
from seedbed.exchange.requests import Request, request_of
from seedbed.store.store import Store
from seedbed.util.canonical import canonical
from seedbed.util.console import wide_console
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows, writing


def summary(store: Store) -> None:
    """Print what the store holds, by stage and model."""
    rows = store.rows(
        "select stage, request->>'model', count(*), sum(response->'usage'->>'input'), sum(response->'usage'->>'output') "
        "from responses group by 1, 2 order by 1, 2"
    )
    _print(["stage", "model", "responses", "input tokens", "output tokens"], rows)
    size = store.path.stat().st_size / 2**20 if store.path.is_file() else 0
    wide_console().print(f"\n{sum(row[2] for row in rows)} responses, {size:.1f} MiB: {store.path}")


def builds(store: Store) -> None:
    """Print what each build sent, stage by stage, beside its estimate."""
    rows = store.rows(
        "select started, substr(build, 1, instr(build, '-') - 1), stage, model, estimated_requests || ' / ' || requests, "
        "printf('%.4f / %.4f', estimated_usd, usd), input, output from sent order by started, build, stage"
    )
    names = ["started (UTC)", "build", "stage", "model", "expected / sent", "USD expected / spent", "tokens in", "out"]
    _print(names, rows)


def _print(names: list[str], rows: list[tuple[object, ...]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(names):
        numeric = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(name, justify="right" if numeric or "/" in name else "left", no_wrap=True)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    wide_console().print(table)


def verify(store: Store) -> str:
    """Check the database file and every key.

    Raises:
        UserError: the file is damaged, or a key is not its request's.
    """
    (state,) = store.rows("pragma integrity_check")[0]
    if state != "ok":
        raise UserError(f"{store.path}: damaged: {state}; move it away and run `seedbed harvest` to refill one")
    count = 0
    for _, key, content, _ in store.exchanges():
        try:
            request_of(key, content)
        except ValueError as error:
            raise UserError(f"{store.path}: {error}; move the store away and run `seedbed harvest` to refill one") from None
        count += 1
    return f"{count} responses, every key is that of its request, the database is whole"


def export_to(store: Store, path: Path) -> int:
    """Write every exchange to a JSON Lines file; return how many."""
    count = 0
    with writing(path) as file:
        for stage, key, request, response in store.exchanges():
            file.write(canonical({"id": stage, "key": key, "request": request, "response": response}) + "\n")
            count += 1
    return count


def import_from(store: Store, path: Path) -> int:
    """Take over the exchanges of an exported file, each key verified; return how many were new.

    Raises:
        UserError: the file is no export; nothing is taken over then.
    """
    return store.take_over(_exported(path))


def _exported(path: Path) -> Iterator[tuple[str, Request, Response]]:
    """Yield (stage, request, response) of an exported file, each key verified."""
    for number, row in enumerate(read_rows(path, "exchange", unique=None), start=1):
        try:
            yield row["id"], request_of(row["key"], row["request"]), row["response"]
        except ValueError as error:
            raise UserError(f"{path}:{number}: {error}; the file was changed or damaged") from None
