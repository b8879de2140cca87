"""What lies in the workspace, row by row, and the tree in which `explain` and `impact` tell of it.

Outputs are searched by DuckDB and only what is found is parsed; what people write is read and checked whole.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from seedbed.project.corpora import FIELDS
from seedbed.project.params import load_params
from seedbed.project.paths import CORPORA, edited, judgments, there
from seedbed.project.votes import read_votes
from seedbed.trace.node import Fact
from seedbed.util.canonical import parse_json
from seedbed.util.errors import UserError
from seedbed.util.git import version_of
from seedbed.util.rows import Row, read_rows
from seedbed.util.schemas import first_problem
from seedbed.util.tables import Tables

_OBJECTS = "from read_ndjson_objects(?, maximum_object_size = 100000000)"


class Build:
    """The parameters, what people wrote, and the outputs as they lie in the workspace. Changes nothing.

    Raises:
        UserError: `params.yaml` has a mistake.
    """

    def __init__(self) -> None:
        self.params = load_params()
        self._db = duckdb.connect()
        self.written: Callable[[Path], dict[str, Row]] = cache(_written)
        self.ids: Callable[[Path], list[str]] = cache(self._ids)
        self.version: Callable[[Path], str | None] = cache(version_of)

    def rows(self, path: Path, where: str = "true", *values: object) -> list[Row]:
        """Return an output's rows in order.

        Args:
            path: the output, JSON Lines.
            where: SQL over `json`, the row.
            values: for the `?` in it.

        Raises:
            UserError: the output is not there, or is no JSON Lines file.
        """
        return [parse_json(text) for (text,) in self._select("json", path, where, *values)]

    def row(self, path: Path, id: str) -> Row | None:
        """Return the row of an output with this id; None where it has none."""
        return next(iter(self.rows(path, "json->>'id' = ?", id)), None)

    def count(self, path: Path) -> int:
        """Return how many rows an output has."""
        return int(self._select("count(*)", path, "true")[0][0])

    def corpus(self, kind: str) -> Row:
        """Return the block of `params.yaml` of a kind's corpus."""
        block: Row = self.params["corpora"][CORPORA[kind]]
        return block

    def source(self, kind: str, id: str) -> Row | None:
        """Return a row of a corpus as people wrote it; None where there is none, or none any more."""
        path, form = Path(self.corpus(kind)["source"]), self.corpus(kind)["kind"]
        row = self.written(path).get(id)
        if row and (problem := first_problem(row, f"rows/{form}")):
            field, words = problem
            raise UserError(
                f"{path}: row {id!r}: {'.'.join(map(str, field)) or 'the row'}: {words} (schemas/rows/{form}.schema.json)"
            )
        return row

    def translates(self, kind: str) -> bool:
        """Whether a kind's corpus is written in another language than the target's."""
        return bool(self.corpus(kind)["language"] != self.params["language"])

    def and_translation(self, kind: str) -> str:
        """Return what an edit of a row adds to the requests that it touches, in words."""
        return ", 1 translation (if the source is edited)" if self.translates(kind) else ""

    def edits(self, kind: str) -> Path:
        """Return the file of a corpus's post-edits."""
        return Path("data/edits") / f"{CORPORA[kind]}.{self.params['language']}.jsonl"

    def category(self, question: str) -> str | None:
        """Return a question's category; None where it is not in the build."""
        row = self.row(edited("question"), question)
        return row["category"] if row else None

    def votes(self, match: str, question: str) -> list[Row]:
        """Return people's votes on one question of one match, each with its `annotator`."""
        return [vote for vote in read_votes(Path("data/votes")) if (vote["match"], vote["question"]) == (match, question)]

    def outcomes(self, match: str) -> dict[str, Row]:
        """Return the rows of `queries/outcomes.sql` of one match, by question."""
        from seedbed.util import tables

        made = Tables()
        made.load("judgments", [there(judgments(match))], tables.JUDGMENTS)
        made.load("questions", [there(edited("question"))], tables.QUESTIONS)
        return {row["question"]: row for row in made.query("outcomes")}

    def _ids(self, path: Path) -> list[str]:
        return [id for (id,) in self._select("json->>'id'", path, "true")]

    def _select(self, what: str, path: Path, where: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(f"select {what} {_OBJECTS} where {where}", [str(there(path)), *values]).fetchall()
        except duckdb.Error as error:
            raise UserError(f"{path}: not JSON Lines: {str(error).splitlines()[0]}; `dvc checkout` restores it") from None


def texts(row: Row, kind: str) -> dict[str, Fact]:
    """Return a row's text fields that are not empty, as facts; `kind` is `question`, or that of a task."""
    return {name: row[name] for name in FIELDS["question" if kind == "question" else "task"] if row[name]}


def _written(path: Path) -> dict[str, Row]:
    return {str(row["id"]): row for row in read_rows(path)}
