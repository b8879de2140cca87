"""The build's rows as DuckDB tables, and the queries over them.

Each query is a file of `queries/`; its header says what one of its rows is.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

QUERIES = Path("queries")
"""The project's folder: a query can change a report's bytes, so it is a dependency of its stage."""

JUDGMENTS = "match text, model text, baseline text, question text, order text, verdict text, made_by json"
ANSWERS = "id text, model text, text text, made_by json"
QUESTIONS = "id text, category text, text text, made_by json"
TASKS = "id text, status text, task_type text, instruction text, input text, output text, made_by json"
INSTRUCTIONS = "id text, slot bigint, task_type text, instruction text, input text, output text, made_by json"
REJECTED = f"{INSTRUCTIONS}, reason text, neighbour text, score double"
TRANSLATED = "id text, task_type text, translation json, made_by json"
EXCHANGES = "request json, response json"
"""Columns to read, by kind of row: name and DuckDB type."""


class Tables:
    """An in-memory database with the build's rows."""

    def __init__(self) -> None:
        self._db = duckdb.connect()

    def load(self, name: str, paths: Sequence[Path], columns: str, file_column: str | None = None) -> None:
        """Make the table `name` from JSON Lines files; an empty one where there are none.

        Args:
            name: of the table.
            paths: the files, in the order in which their rows are to stand.
            columns: the fields to read, as `name type, …`.
            file_column: name of a further column that holds each row's file name without its ending.
        """
        pairs = dict(pair.strip().split(" ", 1) for pair in columns.split(", "))
        fields = ", ".join(f'"{column}" {kind}' for column, kind in pairs.items())
        extra = f', "{file_column}" text' if file_column else ""
        self._db.execute(f'create or replace table "{name}" ({fields}{extra})')
        for path in paths:
            if path.stat().st_size:
                value = [str(path.name.removesuffix(".jsonl"))] if file_column else []
                self._db.execute(
                    f'insert into "{name}" select *{", ?" if file_column else ""} '
                    "from read_json(?, format = 'newline_delimited', columns = ?, maximum_object_size = 100000000)",
                    [*value, str(path), pairs],
                )

    def fill(self, name: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Make the table `name` from values, all columns at once: a row at a time costs 300 times as much."""
        self._db.execute(f'create or replace table "{name}" ({columns})')
        kinds = [pair.rsplit(" ", 1)[1] for pair in columns.split(", ")]
        values = [list(column) for column in zip(*rows, strict=True)]
        if values:
            unnested = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
            self._db.execute(f'insert into "{name}" select {unnested}', values)

    def run(self, sql: str) -> None:
        """Run a statement that gives no rows."""
        self._db.execute(sql)

    def query(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of `queries/<name>.sql`."""
        return self.select((QUERIES / f"{name}.sql").read_text(encoding="utf-8"))

    def select(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a SELECT."""
        result = self._db.execute(sql)
        columns = [column[0] for column in result.description]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def compressed(self, name: str) -> bytes:
        """Return the rows of `queries/<name>.sql` as JSON Lines, gzipped.

        DuckDB brings its own compressor, so that the bytes are the same on every machine; zlib's are not, since systems
        have several of them.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder) / "rows.json.gz"
            query = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
            self._db.execute(f"copy ({query}\n) to '{path}' (format json, compression gzip)")
            return path.read_bytes()

    def write_parquet(self, name: str, path: Path) -> None:
        """Write the rows of `queries/<name>.sql` to a Parquet file, all or nothing: the same rows, the same bytes."""
        part = path.with_name(f".{path.name}.part")
        query = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        self._db.execute("set threads = 1")  # row groups are cut at the same rows however many cores there are
        try:
            self._db.execute(f"copy ({query}\n) to $path (format parquet, compression zstd)", {"path": str(part)})
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def keep(self, name: str) -> None:
        """Make a table of `queries/<name>.sql`'s rows under the query's name, for others to read."""
        self._db.execute(f'create or replace table "{name}" as {(QUERIES / f"{name}.sql").read_text(encoding="utf-8")}')
