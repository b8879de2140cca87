"""The rows of two revisions, side by side in DuckDB.

A dataset is known by a name: `answers/good` for `data/build/answers/good.jsonl`, `questions` for the source of that
corpus, `edits/questions.ja` for the post-edits. What has the same MD5, or the same bytes in git, is not loaded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from seedbed.diff.revisions import BUILD, Revision, document, mapping
from seedbed.diff.settings import leaves
from seedbed.project.params import Params
from seedbed.project.paths import FOLDER
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.tables import Tables

SIDES = ("old", "new")
Changed = dict[str, tuple[Path | None, Path | None]]
"""The files of outputs that differ, old and new, by the output's path."""
_ORIGIN = ("request", "made_by", "demonstrations", "source_hash", "machine_hash")
"""Where a row came from, beside what it says; `queries/diff_row_changes.sql` leaves the same out."""

_NAMES = ("id", "slot", "index", "model", "baseline", "match", "question", "order")
"""What a row, its slot, its model or its match is called."""
_FLOW = ("translated", "edited", "candidates", "instructions", "rejected", "answers", "judgments")


class Lines(Tables):
    """The table `lines`: side, dataset, id, place (line number from 1), line (the row as JSON)."""

    def __init__(self) -> None:
        super().__init__()
        self.run("create table lines (side text, dataset text, id text, place bigint, line json)")

    def add(self, side: str, dataset: str, path: Path, where: str) -> None:
        """Load a JSON Lines file; a judgment is known by its question and order, a vote by its match and question.

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
                        (json->>'question') || '.' || (json->>'order'),
                        (json->>'match') || '.' || (json->>'question')
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
            said = str(error).splitlines()[0]
            raise UserError(
                f"{where}: not JSON Lines ({said}); the file was changed by hand or damaged, `dvc checkout` restores an output"
            ) from None
        if bad:
            why = f"the id {bad[0]!r} stands {bad[2]} times, first" if bad[0] else "a row without an id stands"
            raise UserError(f"{where}: {why} in line {bad[1]}; give each row its own")


@dataclass
class Loaded:
    """What was loaded of two revisions.

    Attributes:
        tables: with the table `lines`.
        sources: names of the loaded datasets that people write.
        built: names of the loaded datasets that stages write.
        changed: the outputs that differ and can be read.
        unread: outputs that are not on this machine: `{"revision", "path", "fetch"}`.
        decided: whether what the filter kept and what it rejected are there, of both revisions, and differ.
    """

    tables: Lines
    sources: list[str] = field(default_factory=list)
    built: list[str] = field(default_factory=list)
    changed: Changed = field(default_factory=dict)
    unread: list[Row] = field(default_factory=list)
    decided: bool = False


@contextmanager
def loaded(old: Revision, new: Revision) -> Iterator[Loaded]:
    """Load every dataset that is not the same in both revisions.

    Raises:
        UserError: a file is not JSON Lines, or two of its rows have the same id.
    """
    made = Loaded(Lines())
    revisions = dict(zip(SIDES, (old, new), strict=True))
    with TemporaryDirectory() as folder:
        written = {side: _sources(at) for side, at in revisions.items()}
        for name in sorted({*written["old"], *written["new"]}):
            contents = {side: revisions[side].read(written[side][name]) if name in written[side] else None for side in SIDES}
            if contents["old"] == contents["new"]:
                continue
            made.sources.append(name)
            for side, content in contents.items():
                if content:
                    file = Path(folder) / "rows.jsonl"
                    where = _where(revisions[side], written[side][name])
                    file.write_text(_canonical_lines(content, where), encoding="utf-8", newline="\n")
                    made.tables.add(side, name, file, where)
    made.changed, made.unread = changed_outputs(old, new)
    made.decided = _add_decided(old, new, made.changed, made.unread)
    names = {path.removeprefix(BUILD).removesuffix(".jsonl"): path for path in made.changed if not path.startswith(FOLDER)}
    for name in sorted(names, key=lambda name: (_FLOW.index(name.split("/")[0]), name)):
        path, files = names[name], made.changed[names[name]]
        made.built.append(name)
        for (side, at), output in zip(revisions.items(), files, strict=True):
            if output:
                made.tables.add(side, name, output, _where(at, path))
    yield made


def _add_decided(old: Revision, new: Revision, changed: Changed, unread: list[Row]) -> bool:
    """Add the other one of the filter's two outputs where one changed: a candidate is in either."""
    both = {f"{BUILD}instructions.jsonl", f"{BUILD}rejected.jsonl"}
    if not both & changed.keys() or both & {row["path"] for row in unread}:
        return False
    for path in both - changed.keys():
        file = (old.output(path) or new.output(path)) if old.digest(path) else None
        if old.digest(path) and file is None:
            unread.append({"revision": new.name, "path": path, "fetch": new.fetch})
            return False
        changed[path] = (file, file)
    return True


def changed_outputs(old: Revision, new: Revision) -> tuple[Changed, list[Row]]:
    """Return the outputs that differ, by path, each with its two files, and those that cannot be read.

    A side that does not have the output, or no longer lists its model, match or corpus, has None for a file.
    """
    digests = [_listed_digests(at) for at in (old, new)]
    changed: Changed = {}
    unread = []
    for path in sorted({*digests[0], *digests[1]}):
        one, other = (side.get(path) for side in digests)
        if one == other:
            continue
        files = [at.output(path) if digest else None for at, digest in ((old, one), (new, other))]
        absent = [at for at, digest, file in zip((old, new), (one, other), files, strict=True) if digest and not file]
        unread += [{"revision": at.name, "path": path, "fetch": at.fetch} for at in absent]
        if not absent:
            changed[path] = (files[0], files[1])
    return changed, unread


def _listed_digests(at: Revision) -> dict[str, str]:
    params = document(at, "params.yaml")
    return {path: digest for path in expected_outputs(params) if (digest := at.digest(path))}


def expected_outputs(params: Params) -> list[str]:
    """Return the JSON Lines files that the stages of a revision write, by its `params.yaml`."""
    corpora, models, matches = (mapping(params.get(name)) for name in ("corpora", "models", "matches"))
    names = [f"{folder}/{corpus}" for corpus in corpora for folder in ("translated", "edited")]
    names += [f"answers/{model}" for model in models] + [f"judgments/{match}" for match in matches]
    names += [f"responses/translate.{corpus}" for corpus in corpora] + ["responses/generate"]
    names += [f"responses/answer.{model}" for model in models] + [f"responses/judge.{match}" for match in matches]
    return [f"{BUILD}{name}.jsonl" for name in [*names, "candidates", "instructions", "rejected"]]


def _sources(at: Revision) -> dict[str, str]:
    """Return the path of each dataset that people write, by name."""
    corpora = mapping(document(at, "params.yaml").get("corpora"))
    found = {str(name): str(mapping(corpus).get("source")) for name, corpus in corpora.items()}
    for path in at.files("data"):
        if path.startswith(("data/edits/", "data/votes/", "data/references.")) and path.endswith(".jsonl"):
            found[path.removeprefix("data/").removesuffix(".jsonl")] = path
    return found


def _where(at: Revision, path: str) -> str:
    return path if at.commit is None else f"{at.name}:{path}"


def _canonical_lines(content: bytes, where: str) -> str:
    """Return the rows of a file that a person may have written, each in its canonical form."""
    made = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = parse_json(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            if not isinstance(row, dict):
                raise ValueError("each line holds one object")
            made.append(canonical(row) + "\n")
        except (ValueError, RecursionError) as error:
            raise UserError(f"{where}:{number}: not a JSON object: {error}; mend the line") from None
    return "".join(made)


def compared(made: Loaded) -> tuple[list[Row], list[Row]]:
    """Return what became of the rows, for the datasets that people write and for those that stages write.

    Returns:
        One row a dataset: `{"dataset", "old", "new", "added", "removed", "changed", "same_text", "samples"}`, the
        samples as `{"added": [{"id", "fields": {name: text}}], "removed": [the same],
        "changed": [{"id", "fields": [{"name", "old", "new", "lacking"}]}]}`, up to five of each.
    """
    made.tables.keep("diff_row_changes")
    rows = {row["dataset"]: row | {"samples": {}} for row in made.tables.query("diff_rows")}
    for sample in made.tables.query("diff_samples"):
        rows[sample["dataset"]]["samples"].setdefault(sample["change"], []).append(_sample(sample))
    sides = [[rows[name] for name in names if name in rows] for names in (made.sources, made.built)]
    return sides[0], sides[1]


def _sample(sample: Row) -> Row:
    old, new = (_said(sample[side]) for side in SIDES)
    if sample["change"] == "changed":
        return {"id": sample["id"], "fields": leaves(old, new)}
    return {"id": sample["id"], "fields": {leaf["name"]: leaf["new"] for leaf in leaves({}, new or old)}}


def _said(line: str | None) -> Row:
    """Return what a row says: not where it came from, and not what it is called."""
    row = parse_json(line) if line else {}
    return {name: value for name, value in row.items() if name not in (*_ORIGIN, *_NAMES)}
