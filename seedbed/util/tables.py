"""Load a build's rows into DuckDB tables, and run queries on them.

Each query is a file of `queries/`; its header says what one of its rows is, and in a line `-- needs: human/voted` which
other queries must be tables first. A query's table has the query's name without its folder.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import duckdb

from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.safe_text import quoted

QUERIES = Path("queries")
"""The project's folder: a query can change a report's bytes, so it is a dependency of its stage."""
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_NEEDS = re.compile(r"^-- needs: (.+)$", re.MULTILINE)


@contextmanager
def _named(query: str) -> Iterator[None]:
    """Say what is wrong with a query of the project's; what its own `error(…)` says is about the rows.

    Raises:
        UserError: DuckDB cannot run it.
    """
    try:
        yield
    except duckdb.InvalidInputException as error:
        raise UserError(str(error).removeprefix("Invalid Input Error: ")) from None
    except duckdb.Error as error:
        path, words = QUERIES / f"{query}.sql", str(error)
        line = _LINE.search(words)
        where = f"{path}:{line[1]}" if line else str(path)
        raise UserError(
            f"{where}: {quoted(words.partition(chr(10) * 2)[0])}; correct the query, or `git checkout {path}`"
        ) from None


class Tables:
    """An in-memory database with the build's rows."""

    def __init__(self) -> None:
        self._db = duckdb.connect()
        self._made: set[str] = set()
        self._kept: set[str] = set()

    def load(
        self, name: str, paths: Sequence[Path], columns: str, label: tuple[str, Callable[[Path], str]] | None = None
    ) -> None:
        """Make the table `name` from JSON Lines files; an empty one where there are none.

        Args:
            name: of the table.
            paths: the files, in the order in which their rows are to stand.
            columns: the fields to read, as `name type, …`.
            label: name of a further column, and what it holds for the rows of a file.
        """
        self._replace(name)
        pairs = dict(pair.strip().split(" ", 1) for pair in columns.split(", "))
        fields = ", ".join(f'"{column}" {kind}' for column, kind in pairs.items())
        extra = f', "{label[0]}" text' if label else ""
        self._db.execute(f'create or replace table "{name}" ({fields}{extra})')
        files = [path for path in paths if path.stat().st_size]
        if not files:
            return
        names = list(map(str, files))  # all at once: a statement a file costs more than its rows do
        labels = [names, list(map(label[1], files))] if label else []
        added = ", (?::text[])[list_position(?::text[], filename)]" if label else ""
        self._db.execute(
            f'insert into "{name}" select * exclude (filename){added} from read_json(?, '
            "format = 'newline_delimited', columns = ?, maximum_object_size = 100000000, filename = true)",
            [*labels[::-1], names, pairs],
        )

    def load_parquet(
        self, name: str, columns: str, label: str, paths: Mapping[str, Path], perhaps: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Make the table `name` from Parquet files; an empty one where there are none.

        Args:
            name: of the table.
            columns: the columns to read, as `name type, …`.
            label: name of a first column, and what it holds for the rows of each file.
            paths: the files, by that value.
            perhaps: further columns and their types; null in the rows of a file that lacks them.
        """
        self._replace(name)
        more = "".join(f", {column} {kind}" for column, kind in perhaps.items())
        self._db.execute(f'create or replace table "{name}" ({label} text, {columns}{more})')
        read = ", ".join(pair.split(" ", 1)[0] for pair in columns.split(", "))
        for value, path in paths.items():
            there = {column[0] for column in self._db.execute("from read_parquet(?) limit 0", [str(path)]).description or ()}
            chosen = ", ".join([read, *(column for column in perhaps if column in there)])
            self._db.execute(
                f'insert into "{name}" by name select ? as {label}, {chosen} from read_parquet(?)', [value, str(path)]
            )

    def fill(self, name: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Make the table `name` from values, all columns at once: a row at a time costs 300 times as much."""
        self._replace(name)
        self._db.execute(f'create or replace table "{name}" ({columns})')
        kinds = [pair.rsplit(" ", 1)[1] for pair in columns.split(", ")]
        values = [list(column) for column in zip(*rows, strict=True)]
        if values:
            unnested = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
            self._db.execute(f'insert into "{name}" select {unnested}', values)

    def _replace(self, name: str) -> None:
        """Forget the tables made of queries where one that they may rest on is made anew."""
        if name in self._made:
            self._kept.clear()
        self._made.add(name)

    def run(self, sql: str) -> None:
        """Run a statement that gives no rows."""
        self._db.execute(sql)

    def query(self, name: str) -> list[Row]:
        """Return the rows of `queries/<name>.sql`, e.g. of `benchmark/win_rates`.

        Raises:
            UserError: the file is missing or no query, or the query itself says that the rows are not what they should be.
        """
        with _named(name):
            return self.select(self._sql(name))

    def keep(self, name: str) -> None:
        """Make a table of a query's rows, under the query's name without its folder, for others to read.

        Raises:
            UserError: as `query`.
        """
        with _named(name):
            self._db.execute(f'create or replace table "{Path(name).name}" as {self._sql(name)}')
        self._kept.add(name)

    def _sql(self, name: str) -> str:
        """Return a query's text, the queries that it needs kept as tables first.

        Raises:
            UserError: there is no such file.
        """
        path = QUERIES / f"{name}.sql"
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise UserError(f"{path}: no such file; restore it, or run `seedbed upgrade`") from None
        for needed in (needed for line in _NEEDS.findall(text) for needed in line.split(", ")):
            if needed not in self._kept:
                self.keep(needed)
        return text

    def select(self, sql: str) -> list[Row]:
        """Return the rows of a SELECT."""
        result = self._db.execute(sql)
        columns = [column[0] for column in result.description]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def compressed(self, texts: Iterable[str]) -> list[bytes]:
        """Return each text gzipped, as the `value` of a JSON object.

        DuckDB brings its own compressor, so that the bytes are the same on every machine; zlib's are not, since systems
        have several of them.
        """
        pieces = []
        with TemporaryDirectory() as folder:
            path = Path(folder) / "text.json.gz"
            for text in texts:
                self._db.execute(
                    "copy (select $text as value) to $path (format json, compression gzip)", {"text": text, "path": str(path)}
                )
                pieces.append(path.read_bytes())
        return pieces

    def write_parquet(self, sql: str, path: Path) -> None:
        """Write the rows of a SELECT to a Parquet file, all or nothing: the same rows, the same bytes."""
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        self._db.execute("set threads = 1")  # row groups are cut at the same rows however many cores there are
        try:
            self._db.execute(f"copy ({sql}\n) to $path (format parquet, compression zstd)", {"path": str(part)})
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
