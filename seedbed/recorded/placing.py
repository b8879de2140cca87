"""Preview an import, then write it: all files or none."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml.comments import CommentedMap

from seedbed.project import paths
from seedbed.project.params_checks import cross_problems
from seedbed.recorded.opening import hash_of
from seedbed.recorded.reading import Reading
from seedbed.util.canonical import JsonObject, canonical
from seedbed.util.errors import UserError
from seedbed.util.rows import writing_rows
from seedbed.util.safe_text import safe
from seedbed.util.schemas import first_problem
from seedbed.util.words import count, few
from seedbed.util.yaml12 import load_yaml
from seedbed.util.yaml_edit import yaml_editor

DRY_RUN = "Nothing was written yet. Add --yes to write it."
_SHOWN = 3
_MOST_SHOWN = 160
"""Characters of each text in the preview."""


@dataclass
class Staged:
    """Rows that were written where nobody looks, to be moved to their place.

    Attributes:
        path: where they are.
        first: the first three.
        rows: how many.
    """

    path: Path
    first: list[Mapping[str, Any]] = field(default_factory=list)
    rows: int = 0


@contextmanager
def staging() -> Iterator[Path]:
    """Give a folder for what is not imported yet; it is gone at the end."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


def stage(folder: Path, rows: Iterable[Mapping[str, Any]], schema: str | None) -> Staged:
    """Write rows one by one, whatever their number, over those that were staged here, and keep the first ones to be shown."""
    staged = Staged(folder / "rows.jsonl")
    with writing_rows(staged.path, schema) as write:
        for row in rows:
            write(row)
            staged.rows += 1
            if len(staged.first) < _SHOWN:
                staged.first.append(row)
    return staged


def preview(reading: Reading, staged: Staged, what: str, remarks: list[str]) -> str:
    """Return what would be imported: counts, what is not taken over, and the first rows as they will be.

    Args:
        reading: the pass over the source, at its end.
        staged: the rows.
        what: the noun for the rows, e.g. `seed tasks`.
        remarks: further sentences.
    """
    lines = [
        f"{reading.source.path}: {reading.label}, {count(reading.read, 'row')}; {staged.rows:,} will be imported as {what}"
    ]
    for reason, number in reading.left_out.most_common():
        lines.append(f"  {count(number, 'row')} left out: {reason} (first: {reading.first[reason]})")
    for note, number in reading.notes.most_common():
        lines.append(f"  {count(number, 'row')} {note}" if number == 1 else f"  {number:,} rows: each {note}")
    if reading.dropped:
        lines.append(f"  fields that are not imported: {few([*reading.dropped], 20)}")
    lines += [f"  {remark}" for remark in remarks] if staged.rows else []
    lines += shown_rows(staged.first) if staged.first else ["no row is left"]
    return safe("\n".join(lines))


def written_to(target: Path, user: str, before: str | None) -> str:
    """Return what becomes of the file that an import writes, and of the one that was used before.

    Args:
        target: the file.
        user: the entry of `params.yaml` that refers to it.
        before: the file that this entry referred to; None where it is new.
    """
    what = f"writes {target}"
    if target.is_file():
        with target.open("rb") as file:  # which may be damaged, and is replaced for that
            what = f"replaces {target} ({count(sum(not line.isspace() for line in file), 'row')})"
    if before == str(target):
        return f"{what}, which {user} refers to"
    return f"{what}; {user} of {paths.PARAMS} will refer to it" + (f" instead of {before}" if before else "")


def shown_rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the first rows as the preview has them, long texts cut, under a line that says what they are."""
    first = rows[:_SHOWN]
    words = "the first row as it" if len(first) == 1 else f"the first {len(first)} rows as they"
    return [f"{words} will be written:", *(f"  {canonical(_cut({**row}))}" for row in first)]


def _cut(value: Any) -> Any:
    """Return a value with long texts cut."""
    if isinstance(value, str):
        return value if len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]}…"
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    return [_cut(inner) for inner in value] if isinstance(value, list) else value


def finish(
    shown: str,
    done: str,
    target: Path,
    reading: Reading,
    staged: Staged,
    change: Callable[[CommentedMap], None],
    *,
    yes: bool,
) -> str:
    """Write what was staged, its provenance and `params.yaml`, or only say what would be written.

    Args:
        shown: the preview.
        done: the sentence for what was written.
        target: the place of the rows.
        reading: the pass over the source, at its end.
        staged: the rows.
        change: takes the document of `params.yaml` and changes it in place.
        yes: whether to write.

    Returns:
        The preview, and what was done or is to be done.

    Raises:
        UserError: there is no row, or a file would not be valid or cannot be written; then none is.
    """
    if not staged.rows:
        raise UserError(f"{shown}\nnothing to import")
    text = changed_params(change)
    if not yes:
        return f"{shown}\n{DRY_RUN}"
    put_in_place({target: staged.path, source_file(target): provenance(reading, staged), paths.PARAMS: text})
    return f"{shown}\n{done}"


def provenance(reading: Reading, staged: Staged) -> str:
    """Return the text of the file that says where imported rows are from."""
    files = {_name(path, reading): path for path in reading.files}
    about = origin(files, reading.label, staged.rows, reading.license, reading.source.address)
    if reading.data_set:
        about["data_set"] = reading.data_set
    if reading.source.fields:
        about["map"] = dict(reading.source.fields)
    if reading.left_out:
        about["left_out"] = dict(reading.left_out)
    if reading.dropped:
        about["dropped"] = [*reading.dropped]
    return yaml_text(about)


def origin(files: Mapping[str, Path], format: str, rows: int, license: str | None, address: str | None) -> JsonObject:
    """Return what is noted of imported rows: the files that they are from, by the names to be noted, and whose they are."""
    return {
        "files": [{"name": name, "sha256": hash_of(path), "bytes": path.stat().st_size} for name, path in files.items()],
        "format": format,
        "rows": rows,
        "license": license,
        "address": address,
    }


def yaml_text(value: Mapping[str, Any]) -> str:
    """Return values as YAML in block style, under a line that says what wrote them."""
    written = StringIO()
    yaml_editor().dump(dict(value), written)
    return f"# Where the rows beside this file are from; written by `seedbed import`.\n{written.getvalue()}"


def _name(path: Path, reading: Reading) -> str:
    """Return a file's name, within the folder that was named where it is in one; never the machine's own path."""
    base = reading.source.path
    return path.relative_to(base).as_posix() if base.is_dir() else path.name


def source_file(path: Path) -> Path:
    """Return the file beside imported rows that says where they are from."""
    return path.with_name(f"{path.name.removesuffix('.jsonl')}.source.yaml")


def changed_params(change: Callable[[CommentedMap], None]) -> str:
    """Return the text of `params.yaml` with a change; comments stay.

    Args:
        change: takes the document and changes it in place.

    Raises:
        UserError: it would not be valid.
    """
    yaml, path = yaml_editor(), paths.PARAMS
    document = yaml.load(path.read_text(encoding="utf-8"))
    change(document)
    written = StringIO()
    yaml.dump(document, written)
    text = _with_blank_lines_between(written.getvalue())
    changed: Any = load_yaml(path, text)
    if problem := first_problem(changed, "params") or next(cross_problems(changed), None):
        field_, words = problem
        raise UserError(f"{path}: this import would make {'.'.join(map(str, field_))} invalid: {words}")
    return text


def _with_blank_lines_between(text: str) -> str:
    """Return YAML in which a blank line that came to stand behind a key is behind its new value, and no two follow each other.

    A blank line belongs to what stands before it, and stays there where `{}` becomes a mapping.
    """
    moved = re.sub(r"^(\w+:[^\S\n]*(?:#[^\n]*)?\n)\n((?:[^\S\n]+\S[^\n]*\n)+)(?=\S)", r"\1\2\n", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}(?=\w)", "\n\n", moved)


def put_in_place(files: Mapping[Path, Path | str]) -> None:
    """Write files, all or none: what was there is put back where one of them cannot be written.

    Args:
        files: a text, or the file that holds the content, by its place; the last one is what makes the others count.

    Raises:
        UserError: one cannot be written; then none is.
    """
    done: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = _beside(path, "part")
            part.unlink(missing_ok=True)
            if isinstance(content, Path):
                copyfile(content, part)
            else:
                part.write_text(content, encoding="utf-8", newline="\n")
        for path in files:
            if path.exists():
                copyfile(path, _beside(path, "before"))
            done.append(path)
            _beside(path, "part").replace(path)
    except BaseException as error:
        for place in done:
            _put_back(place)
        if isinstance(error, OSError):
            raise UserError(f"{path}: cannot be written ({error.strerror}); nothing was imported") from None
        raise
    finally:
        for path in files:
            for name in ("part", "before"):
                with suppress(OSError):  # what hindered the writing hinders this, and has been told
                    _beside(path, name).unlink(missing_ok=True)


def _put_back(path: Path) -> None:
    before = _beside(path, "before")
    if before.exists():
        before.replace(path)
    else:
        path.unlink(missing_ok=True)


def _beside(path: Path, name: str) -> Path:
    return path.with_name(f".{path.name}.{name}")
