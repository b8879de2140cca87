"""What is in the workspace, row by row.

Outputs are searched by DuckDB and only what is found is parsed; what people write is read and checked whole.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import duckdb

from seedbed.exchange.result import Read
from seedbed.project import columns, paths
from seedbed.project.corpora import BENCHMARK, CORPUS_OF, field_names, fields_of, language_of, question_corpora
from seedbed.project.edits import read_edits
from seedbed.project.params import load_params
from seedbed.project.params_types import Kind
from seedbed.project.row_types import Answer, Candidate, CastVote, Edit, EditedQuestion, Judgment, Source, Translated
from seedbed.project.votes import read_votes
from seedbed.reporting.judgments import load_judgments
from seedbed.reporting.outcomes import OutcomeRow, outcome_rows
from seedbed.steps.readers import reader_of
from seedbed.trace.node import Fact
from seedbed.util.canonical import parse_json
from seedbed.util.errors import UserError
from seedbed.util.git import version_of
from seedbed.util.rows import Row, read_rows
from seedbed.util.schemas import first_problem
from seedbed.util.tables import Tables

_OBJECTS = "from read_ndjson_objects(?, maximum_object_size = 100000000)"


class Build:
    """The parameters, what people wrote, and the outputs as they are in the workspace. Changes nothing.

    Raises:
        UserError: `params.yaml` has a mistake.
    """

    def __init__(self) -> None:
        self.params = load_params()
        self._db = duckdb.connect()
        self.written: Callable[[Path], dict[str, Row]] = cache(_written)
        self.edits: Callable[[str], dict[str, Edit]] = cache(self._edits)
        self.ids: Callable[[Path], list[str]] = cache(self._ids)
        self.values: Callable[[Path, str], list[str | None]] = cache(self._values)
        self.outcomes: Callable[[str], dict[str, OutcomeRow]] = cache(self._outcomes)
        self._votes: Callable[[], list[CastVote]] = cache(lambda: read_votes(paths.VOTES))
        self.version: Callable[[Path], str | None] = cache(version_of)
        self.reader: Callable[[str], Read[Any]] = cache(lambda stage: reader_of(stage, self.params))

    def rows(self, path: Path, where: str = "true", *values: object) -> list[Any]:
        """Return an output's rows in order.

        Args:
            path: the output, JSON Lines.
            where: SQL over `json`, the row.
            values: for the `?` in it.

        Raises:
            UserError: the output is not there, or is no JSON Lines file.
        """
        return [parse_json(text) for (text,) in self._select("json", path, where, *values)]

    def row(self, path: Path, id: str) -> Any:
        """Return the row of an output with this id; None where it has none."""
        return next(iter(self.rows(path, "json->>'id' = ?", id)), None)

    def count(self, path: Path) -> int:
        """Return how many rows an output has."""
        return int(self._select("count(*)", path, "true")[0][0])

    def kind(self, corpus: str) -> Kind:
        """Return whether a corpus holds tasks or questions."""
        return self.params["corpora"][corpus]["kind"]

    def source(self, corpus: str, id: str) -> Source | None:
        """Return a row of a corpus as people wrote it; None where there is none, or none any more."""
        path, kind = Path(self.params["corpora"][corpus]["source"]), self.kind(corpus)
        row: Any = self.written(path).get(id)
        if row and (problem := first_problem(row, f"rows/{kind}")):
            field, words = problem
            raise UserError(
                f"{path}: row {id!r}: {'.'.join(map(str, field)) or 'the row'}: {words} (schemas/rows/{kind}.schema.json)"
            )
        return cast(Source | None, row)

    def language(self, corpus: str, id: str) -> str:
        """Return the language that a row of a corpus is written in; its corpus's where it is no longer there."""
        return language_of(self.source(corpus, id) or {}, self.params["corpora"][corpus])

    def is_translated(self, corpus: str, id: str) -> bool:
        """Whether a row of a corpus is written in another language than the target's."""
        return self.language(corpus, id) != self.params["language"]

    def category(self, question: str) -> str | None:
        """Return a question's category; None where it is not in the build."""
        row = self.question(question)
        return row["category"] if row else None

    def question(self, id: str) -> EditedQuestion | None:
        """Return an edited question of any corpus; None if it is not in the build."""
        row: EditedQuestion | None = self.row(paths.edited(self.corpus_of("question", id), "question"), id)
        return row

    def answer(self, model: str, question: str) -> Answer | None:
        """Return a model's answer to a question; None where it is not in the build."""
        row: Answer | None = self.row(paths.answers(model), question)
        return row

    def judgments(self, match: str, question: str) -> list[Judgment]:
        """Return the judgments of a question in a match."""
        return self.rows(paths.judgments(match), "json->>'question' = ?", question)

    def translation(self, corpus: str, id: str) -> Translated | None:
        """Return a row of `translate`; None where it is not in the build."""
        row: Translated | None = self.row(paths.translated(corpus), id)
        return row

    def candidate(self, generation: str, id: str) -> Candidate | None:
        """Return a generated instruction, kept or rejected; None where it is not in the build."""
        row: Candidate | None = self.row(paths.candidates(generation), id)
        return row

    def candidates(self, generation: str, slots: Sequence[int]) -> list[Candidate]:
        """Return the instructions of some slots, kept and rejected, in order."""
        return self.rows(paths.candidates(generation), "list_contains(?, (json->>'slot')::bigint)", [*slots])

    def corpus_of(self, kind: str, id: str) -> str:
        """Return the corpus of a seed task, baseline task or question; the benchmark's where no corpus has the question."""
        if kind != "question":
            return CORPUS_OF[kind]
        for name in question_corpora(self.params):
            in_source = id in self.written(Path(self.params["corpora"][name]["source"]))
            if in_source or ((path := paths.translated(name)).is_file() and id in self.ids(path)):
                return name
        return BENCHMARK

    def with_reference(self, category: str | None) -> bool:
        """Whether the questions of a category are judged beside a reference."""
        return category in self.params["judge"]["reference_categories"]

    def votes(self, match: str, question: str) -> list[CastVote]:
        """Return people's votes on one question of one match, each with its `annotator`."""
        return [vote for vote in self._votes() if (vote["match"], vote["question"]) == (match, question)]

    def examples(self, training_set: str, ids: list[str]) -> list[Row]:
        """Return `id`, `origin` and `line`, from 1, of the examples of a set with one of these ids, in order."""
        path = paths.built(paths.export(training_set) / "examples.parquet")
        rows = self._db.execute(
            "select id, origin, file_row_number + 1 from read_parquet(?, file_row_number = true) "
            "where list_contains(?, id) order by file_row_number",
            [str(path), ids],
        ).fetchall()
        return [dict(zip(("id", "origin", "line"), values, strict=True)) for values in rows]

    def example_counts(self, training_set: str) -> dict[str, int]:
        """Return how many examples of a set are of each origin: `seed`, `generated` or `translated`."""
        path = paths.built(paths.export(training_set) / "examples.parquet")
        counts = (
            "select origin, count(*) from read_parquet(?, file_row_number = true) group by origin order by min(file_row_number)"
        )
        return dict(self._db.execute(counts, [str(path)]).fetchall())

    def _edits(self, corpus: str) -> dict[str, Edit]:
        """Return a corpus's post-edits by row id."""
        return read_edits(paths.edits(corpus, self.params["language"]), self.kind(corpus))

    def _outcomes(self, match: str) -> dict[str, OutcomeRow]:
        """Return the outcomes of one match, by question."""
        tables = Tables()
        load_judgments(tables, [paths.built(paths.judgments(match))], self.params["report"])
        corpora = question_corpora(self.params)
        tables.load("questions", [paths.built(paths.edited(name, "question")) for name in corpora], columns.QUESTIONS)
        return {row["question"]: row for row in outcome_rows(tables)}

    def _ids(self, path: Path) -> list[str]:
        return [id for (id,) in self._select("json->>'id'", path, "true")]

    def _values(self, path: Path, field: str) -> list[str | None]:
        """Return one field of an output's rows, as text, in order; nothing else of a row is parsed."""
        return [value for (value,) in self._select(f"json->>'{field}'", path, "true")]

    def _select(self, what: str, path: Path, where: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(f"select {what} {_OBJECTS} where {where}", [str(paths.built(path)), *values]).fetchall()
        except duckdb.Error as error:
            raise UserError(f"{path}: not JSON Lines: {str(error).splitlines()[0]}; `dvc checkout` restores it") from None


def texts(row: Mapping[str, Any], kind: Kind) -> dict[str, Fact]:
    """Return the texts of a row that are not empty, as facts; `row`: of any kind with texts, or its fields."""
    fields = fields_of(row, kind) if "follow_ups" in row else row
    return {name: fields[name] for name in field_names(fields, kind) if fields[name]}


def _written(path: Path) -> dict[str, Row]:
    return {str(row["id"]): row for row in read_rows(path)}
