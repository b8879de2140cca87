"""Read the rows of a file or folder, and record skipped rows with their reasons and ignored fields."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seedbed.recorded.chat_messages import LeftOut, Wrong
from seedbed.recorded.foreign_rows import Found, read_foreign
from seedbed.recorded.formats import MAPPED, ROWS, SEEDS, Format, mapped
from seedbed.recorded.hub_folder import choose, data_set_name
from seedbed.recorded.recognise import format_of
from seedbed.recorded.records import Record, TaskRecord
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.line_ends import to_lf
from seedbed.util.rows import Row


@dataclass(frozen=True)
class Source:
    """The file or folder to import, and the options given by the user.

    Attributes:
        path: a file, or a folder as the Hub holds a data set.
        format: its format, where it is not to be told from its first row.
        fields: what each of our fields is called there: (`instruction`, `prompt`).
        at: where the rows are in a JSON object, or the sheet.
        config: a configuration of a folder's card.
        split: a split of a folder.
        license: of the data.
        address: where it is from.
    """

    path: Path
    format: str | None = None
    fields: Sequence[tuple[str, str]] = ()
    at: str | None = None
    config: str | None = None
    split: str | None = None
    license: str | None = None
    address: str | None = None


@dataclass
class Reading:
    """One pass over a source.

    Attributes:
        source: what is read.
        target: what is made of it: `seeds`, `rows`, `questions`, `answers` or `verdicts`.
        files: that are read.
        license: as the user says, else as the card does.
        data_set: of a folder, its name, and the configuration and the split that are read, where they have names.
        label: the format, in words; known once the first row was read.
        read: rows so far.
        left_out: rows passed over, by reason.
        first: where the first row of each reason is.
        notes: how many rows something is to be said of.
        dropped: fields that nothing is made of, in the order in which they were seen.
    """

    source: Source
    target: str
    files: list[Path] = field(default_factory=list)
    license: str | None = None
    data_set: dict[str, str] = field(default_factory=dict)
    label: str = ""
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    dropped: dict[str, None] = field(default_factory=dict)
    _row: Row = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        source = self.source
        known = MAPPED.get(self.target, ())
        for ours, _ in source.fields:
            if ours not in known:
                hint = did_you_mean(ours, list(known)) if known else f"; {self.target} can only be read in the known formats"
                raise UserError(f"--map {ours}=…: unknown field{hint}")
        self.license = source.license
        if source.path.is_dir():
            chosen = choose(source.path, source.config, source.split)
            self.files, self.license = chosen.files, source.license or chosen.license
            named = {"folder": data_set_name(source.path), "config": chosen.config, "split": chosen.split}
            self.data_set = {name: value for name, value in named.items() if value}
            return
        if source.config or source.split:
            raise UserError(
                f"{source.path}: --config and --split work only with a folder that contains a data set; this is a file"
            )
        self.files = [source.path]

    def __iter__(self) -> Iterator[tuple[str, Record]]:
        """Yield what each row says, with its place; rows that are left out are counted.

        Raises:
            UserError: a file or a row is not what it seems; names file, line and field.
        """
        fields = dict(self.source.fields)
        # With `--map instruction=input`, input is the instruction, and no input as well.
        renamed = {*fields.values()} & {*MAPPED.get(self.target, ())} - fields.keys()
        by_name = self.source.format is None and any(name in fields for name in (*MAPPED.get(self.target, ())[:1], "turns"))
        format: Format | None = None
        for path in self.files:
            for found in read_foreign(path, self.source.at):
                self.read += 1
                self._row = found.row
                try:
                    row = {name: value for name, value in found.row.items() if name not in renamed}
                    row |= {ours: _dug(found.row, ours, theirs) for ours, theirs in fields.items()}
                    if format is None and not by_name:
                        format = format_of(row, found.where, self.target, self.source.format)
                    self.label = format.label if format else "fields named by --map"
                    record = self._record(format, row)
                except Wrong as error:
                    raise UserError(f"{found.where}: {error}{self._hint(format, found)}") from None
                except LeftOut as error:
                    self.leave_out(str(error), found.where)
                    continue
                for name in found.row:
                    if name not in self._reads(format) and name not in fields.values():
                        self.dropped.setdefault(str(name))
                yield found.where, record
        if not self.read:
            raise UserError(f"{self.source.path}: the file contains no rows")

    def leave_out(self, reason: str, where: str) -> None:
        """Count a row that is passed over."""
        self.left_out[reason] += 1
        self.first.setdefault(reason, where)

    def id_field(self, given: object) -> str:
        """Return what the file calls the field in which the row that was read last has its id."""
        named = dict(self.source.fields).get("id")
        same = (
            name for name in ("question_id", "uid", "id") if given in [self._row.get(name)]
        )  # also of NaN, which equals none
        return named or next(same, "id")

    def _reads(self, format: Format | None) -> set[str]:
        reads = format.reads if format else {*MAPPED[self.target]}
        return reads if self.target in (SEEDS, ROWS) else reads - {"system", "history"}

    def _record(self, format: Format | None, row: Row) -> Record:
        if format is not None and (missing := format.missing(row)):
            raise Wrong(f"field {missing[0].replace('|', ' or ')}: missing")
        record = format.read[self.target](row) if format else mapped(self.target, row)
        if isinstance(record, TaskRecord) and record.note:
            self.notes[record.note] += 1
        cleaned: Record = _cleaned(record)
        return cleaned

    def _hint(self, format: Format | None, found: Found) -> str:
        """Return what a row resembles that is not of the file's format."""
        try:
            other = format_of(found.row, found.where, self.target)
        except UserError:
            return ""
        return f"; this row looks like {other.label}" if format and other is not format else ""


def _dug(row: Mapping[str, Any], ours: str, theirs: str) -> Any:
    """Return a field of a row, or one within it: `instances.0.output`."""
    if theirs in row:
        return row[theirs]
    value: Any = row
    for name in theirs.split("."):
        if isinstance(value, list) and name.isdigit():
            if int(name) >= len(value):
                raise LeftOut(f"it has no {theirs}")
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            raise Wrong(f"--map {ours}={theirs}: the row has no such field (there: {', '.join(map(str, list(row)[:12]))})")
    return value


def _cleaned(value: Any) -> Any:
    """Return what a row says with every line end as LF.

    Raises:
        Wrong: a text has half a surrogate pair, which is no character and cannot be written.
    """
    if isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" for letter in value) if not value.isascii() else False:
            raise Wrong("half of a surrogate pair (\\ud800 to \\udfff) is no character; remove it")
        return to_lf(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_cleaned, value))
    if isinstance(value, list | tuple):
        return type(value)(map(_cleaned, value))
    return value
