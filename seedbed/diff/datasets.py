"""Load the rows of two revisions side by side into DuckDB.

A dataset is known by a name: `answers/good` for `data/build/answers/good.jsonl`, `questions` for the source of that
corpus, `edits/questions.ja` for the post-edits. What has the same MD5, or the same bytes in git, is not loaded.
"""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import duckdb

from seedbed.diff.comparison import SIDES, Change, DatasetChange, Samples, Unread
from seedbed.diff.revisions import BUILD, Revision, params_of
from seedbed.diff.settings import leaves
from seedbed.pipeline.graph import mapping
from seedbed.project import paths
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.tables import Tables

Changed = dict[str, tuple[Path | None, Path | None]]
"""The files of outputs that differ, old and new, by the output's path."""
_ORIGIN = ("request", "made_by", "demonstrations", "source_hash", "machine_hash", "judge")
"""Where a row came from, beside what it says; `queries/diff/row_changes.sql` leaves the same out."""

_NAMES = ("id", "slot", "index", "model", "baseline", "match", "question", "order")
"""What a row, its slot, its model or its match is called."""
_FLOW = ("translated", "edited", "candidates", "instructions", "rejected", "answers", "judgments", "scores")
"""Folders of `data/build` whose rows are compared, in flow order; what others hold can be read off these."""


class Lines(Tables):
    """The table `lines`: side, dataset, id, place (line number from 1), line (the row as JSON)."""

    def __init__(self) -> None:
        super().__init__()
        self.run("create table lines (side text, dataset text, id text, place bigint, line json)")

    def add(self, side: str, dataset: str, path: Path, where: str) -> None:
        """Load a JSON Lines file; a judgment is known by its question, order, judge and turn, a vote by its match and question.

        Raises:
            UserError: not JSON Lines, or rows without an id or with the same one.
        """
        if not path.stat().st_size:
            return
        try:
            self._db.execute(
                """
                insert into lines
                select
                    ?, ?,
                    coalesce(
                        json->>'id',
                        (json->>'question') || '.' || (json->>'order')
                            || coalesce('.' || nullif(nullif(json->>'judge', 'judge'), 'recorded'), '')
                            || coalesce('.turn ' || (json->>'turn'), ''),
                        (json->>'match') || '.' || (json->>'question'),
                        (json->>'question') || coalesce('.' || nullif(nullif(json->>'judge', 'judge'), 'recorded'), '')
                            || coalesce('.turn ' || (json->>'turn'), '')
                    ),
                    row_number() over (), json
                from read_ndjson_objects(?, maximum_object_size = 100000000)
                """,
                [side, dataset, str(path)],
            )
            bad = self._db.execute(
                "select coalesce(id, ''), min(place), count(*) from lines where side = ? and dataset = ? "
                "group by id having id is null or count(*) > 1 order by 2 limit 1",
                [side, dataset],
            ).fetchone()
        except duckdb.Error as error:
            raise _not_json_lines(where, error) from None
        if bad:
            why = f"duplicate id {bad[0]!r} ({bad[2]} rows), first" if bad[0] else "a row without an id"
            raise UserError(f"{where}: {why} in line {bad[1]}; give each row a different one")


@dataclass
class Loaded:
    """What was loaded of two revisions.

    Attributes:
        tables: with the table `lines`.
        sources: names of the loaded datasets that people write.
        built: names of the loaded datasets that stages write.
        changed: the outputs that differ and can be read.
        unread: outputs that are not on this machine.
        decided: the generations of which the filter's decisions differ and can be read.
    """

    tables: Lines
    sources: list[str] = field(default_factory=list)
    built: list[str] = field(default_factory=list)
    changed: Changed = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)


def loaded(old: Revision, new: Revision) -> Loaded:
    """Load every dataset that is not the same in both revisions.

    Raises:
        UserError: a file is not JSON Lines, or two of its rows have the same id.
    """
    data = Loaded(Lines())
    revisions = dict(zip(SIDES, (old, new), strict=True))
    with TemporaryDirectory() as folder:
        written = {side: _sources(at) for side, at in revisions.items()}
        for name in sorted({*written["old"], *written["new"]}):
            contents = {side: revisions[side].read(written[side][name]) if name in written[side] else None for side in SIDES}
            if contents["old"] == contents["new"]:
                continue
            data.sources.append(name)
            for side, content in contents.items():
                if content:
                    canonical_file = Path(folder) / "rows.jsonl"
                    where = _where(revisions[side], written[side][name])
                    canonical_file.write_text(_canonical_lines(content, where), encoding="utf-8", newline="\n")
                    data.tables.add(side, name, canonical_file, where)
    data.changed, data.unread = changed_outputs(old, new)
    data.decided = [name for name in _generations(data.changed) if _add_decided(old, new, name, data)]
    names = {path.removeprefix(BUILD).removesuffix(".jsonl"): path for path in data.changed}
    rows = [name for name in names if name.split("/")[0] in _FLOW]
    for name in sorted(rows, key=lambda name: (_FLOW.index(name.split("/")[0]), name)):
        data.built.append(name)
        for (side, at), file in zip(revisions.items(), data.changed[names[name]], strict=True):
            if file:
                data.tables.add(side, name, file, _where(at, at.outputs[names[name]].path))
    return data


def load_output(tables: Tables, path: str, file: Path, columns: str, label: tuple[str, str]) -> None:
    """Make the table `output` of an output that differs.

    Args:
        tables: where to.
        path: of the output, for messages.
        file: that holds it.
        columns: the fields to read, as `name type, …`.
        label: name and value of a further column.

    Raises:
        UserError: not JSON Lines.
    """
    name, value = label
    try:
        tables.load("output", [file], columns, label=(name, lambda _: value))
    except duckdb.Error as error:
        raise _not_json_lines(path, error) from None


def _not_json_lines(where: str, error: duckdb.Error) -> UserError:
    words = str(error).splitlines()[0]
    return UserError(
        f"{where}: not JSON Lines ({words}); the file was changed by hand or damaged, `dvc checkout` restores an output"
    )


def _generations(changed: Changed) -> list[str]:
    """Return the generations of which an output of the filter differs."""
    folders = [paths.instructions("x").parent, paths.rejected("x").parent]
    return sorted({Path(path).stem for path in changed if Path(path).parent in folders})


def _add_decided(old: Revision, new: Revision, generation: str, data: Loaded) -> bool:
    """Add the other one of the filter's two outputs where one changed: a candidate is in either."""
    both = {paths.instructions(generation).as_posix(), paths.rejected(generation).as_posix()}
    if both & {row["path"] for row in data.unread}:
        return False
    for path in both - data.changed.keys():
        output = old.outputs.get(path)
        file = (old.file(output) or new.file(new.outputs[path])) if output else None
        if output and file is None:
            data.unread.append({"revision": new.name, "path": path, "fetch": new.fetch})
            return False
        data.changed[path] = (file, file)
    return True


def changed_outputs(old: Revision, new: Revision) -> tuple[Changed, list[Unread]]:
    """Return the outputs that differ, by path, each with its two files, and those that cannot be read.

    A side that does not have the output, or no longer lists its model, match or corpus, has None for a file.
    """
    changed: Changed = {}
    unread: list[Unread] = []
    for path in sorted({*old.outputs, *new.outputs}):
        outputs = [(at, at.outputs.get(path)) for at in (old, new)]
        if len({output.digest if output else None for _, output in outputs}) == 1:
            continue
        files = [at.file(output) if output else None for at, output in outputs]
        absent = [at for (at, output), file in zip(outputs, files, strict=True) if output and not file]
        unread += [{"revision": at.name, "path": path, "fetch": at.fetch} for at in absent]
        if not absent:
            changed[path] = (files[0], files[1])
    return changed, unread


def _sources(at: Revision) -> dict[str, str]:
    """Return the path of each dataset that people write, by name."""
    corpora = mapping(params_of(at).get("corpora"))
    sources = {str(name): str(mapping(corpus).get("source")) for name, corpus in corpora.items()}
    for path in at.files("data"):
        if path.startswith(("data/votes/draws/", "data/votes/labels/")):  # of no interest row by row
            continue
        if path.startswith(("data/edits/", "data/votes/", "data/references.")) and path.endswith(".jsonl"):
            sources[path.removeprefix("data/").removesuffix(".jsonl")] = path
    return sources


def _where(at: Revision, path: str) -> str:
    return path if at.commit is None else f"{at.name}:{path}"


def _canonical_lines(content: bytes, where: str) -> str:
    """Return the rows of a file that a person may have written, each in its canonical form."""
    lines = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = parse_json(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            if not isinstance(row, dict):
                raise ValueError("each line must be one JSON object")
            lines.append(canonical(row) + "\n")
        except (ValueError, RecursionError) as error:
            raise UserError(f"{where}:{number}: not a JSON object: {error}; fix the line") from None
    return "".join(lines)


def compared(data: Loaded) -> tuple[list[DatasetChange], list[DatasetChange]]:
    """Return what changed in the rows, for the datasets that people write and for those that stages write."""
    rows: dict[str, DatasetChange] = {
        row["dataset"]: cast(DatasetChange, row | {"samples": {}}) for row in data.tables.query("diff/rows")
    }
    for sample in data.tables.query("diff/samples"):
        _add_sample(rows[sample["dataset"]]["samples"], sample["change"], sample)
    sides = [[rows[name] for name in names if name in rows] for names in (data.sources, data.built)]
    return sides[0], sides[1]


def _add_sample(samples: Samples, change: Change, sample: Row) -> None:
    old, new = (_content(sample[side]) for side in SIDES)
    if change == "changed":
        samples.setdefault("changed", []).append({"id": sample["id"], "fields": leaves(old, new)})
    else:
        fields = {leaf["name"]: leaf["new"] for leaf in leaves({}, new or old)}
        samples.setdefault(change, []).append({"id": sample["id"], "fields": fields})


def _content(line: str | None) -> Row:
    """Return a row's content: without its origin, and without its name."""
    row = parse_json(line) if line else {}
    return {name: value for name, value in row.items() if name not in (*_ORIGIN, *_NAMES)}
