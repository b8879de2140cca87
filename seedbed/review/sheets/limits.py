"""How much a workbook asks for, counted before any of it is taken for cells.

A file of a few kilobytes can name a row beyond 10¹², or the last column in thousands of rows; what reads cells fills everything
before them. So the parts are gone through once, without keeping anything: how far what people wrote reaches, and whether that,
and all that lies around it, is within reason.
"""

import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from openpyxl.utils import column_index_from_string

MOST_ROWS, MOST_COLUMNS = 50_000, 200
"""Of a worksheet; ours have a row for each of a corpus, and some twenty columns."""
_MOST_CELLS = 10_000_000
"""Of all worksheets, each as long and as wide as the largest."""
_MOST_ELEMENTS = 5_000_000
"""Of cells and shared texts."""
_MOST_ASIDE = 10_000_000
"""Characters of what is neither: styles, rules, merged cells."""
_MOST_FORMULA = 5_000_000
"""Characters of formulas, were each as long as the longest: one may be written once and shared by many cells."""
_MOST_DEPTH = 100
_FAR = 10**12
"""Rows beyond are as good as this one."""
_CHUNK = 2**16
_CONTENT = {"v", "is", "f"}
"""What a cell has that is not merely formatted."""


class TooMuch(Exception):
    """What a workbook has too much of, in words."""


@dataclass
class Extent:
    """How far what people wrote reaches in the worksheets of a workbook.

    Attributes:
        rows: the last row with content in any of them.
        columns: the last column.
        sheets: how many there are.
    """

    rows: int = 0
    columns: int = 0
    sheets: int = 0
    listed: int = 0
    elements: int = 0
    aside: int = 0
    formulas: int = 0
    longest: int = 0

    def check(self) -> None:
        """Raise `TooMuch` where there is more than a workbook of ours has, however often people sorted and formatted it."""
        if self.rows > MOST_ROWS:
            raise TooMuch(f"a row {self.rows:,}, where {MOST_ROWS:,} are allowed")
        if self.columns > MOST_COLUMNS:
            raise TooMuch(f"a column {self.columns:,}, where {MOST_COLUMNS} are allowed")
        if max(self.sheets, self.listed) * self.rows * self.columns > _MOST_CELLS:
            raise TooMuch(f"{max(self.sheets, self.listed)} worksheets of up to {self.rows:,} rows and {self.columns} columns")
        if self.elements > _MOST_ELEMENTS:
            raise TooMuch(f"more than {_MOST_ELEMENTS:,} cells and texts")
        if self.aside > _MOST_ASIDE:
            raise TooMuch("too many styles, rules and merged cells")
        if self.formulas * self.longest > _MOST_FORMULA:
            raise TooMuch(f"{self.formulas:,} formulas of up to {self.longest:,} characters")


def extent_of(packed: zipfile.ZipFile) -> Extent:
    """Return how far a workbook reaches; a part that is no XML, or stops being so, is counted as far as it is.

    Raises:
        TooMuch: it is more than a workbook of ours has, or a part defines a document type.
        OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error: a part cannot be unpacked.
    """
    extent = Extent()
    for part in packed.infolist():
        with packed.open(part) as file:
            reader = _Part(extent)
            while chunk := file.read(_CHUNK):
                if not reader.feed(chunk):
                    break
                extent.check()
    return extent


@dataclass
class _Part:
    """Goes through one part of a workbook."""

    extent: Extent
    root: str = ""
    depth: int = 0
    row: int = 0
    column: int = 0
    formula: int = -1
    in_data: bool = False
    parser: expat.XMLParserType = field(init=False)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> bool:
        """Take some more bytes; return whether it is XML so far."""
        try:
            self.parser.Parse(chunk, False)
        except expat.ExpatError:
            return False
        return True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if not self.root:
            self.root, self.in_data = local, local == "sst"
            self.extent.sheets += local == "worksheet"
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise TooMuch(f"elements within each other, {self.depth} deep")
        if not self.in_data:
            self.in_data = local == "sheetData"
            self.extent.listed += local == "sheet" and self.root == "workbook"
            self.extent.aside += 20 + sum(map(len, attributes.values()))
            return
        self.extent.elements += 1
        if local == "row":
            self.row, self.column = _number(attributes.get("r"), self.row + 1), 0
        elif local == "c":
            self.column = _column(attributes.get("r"), self.column + 1)
        elif local in _CONTENT and self.root == "worksheet":
            self.extent.rows = max(self.extent.rows, self.row)
            self.extent.columns = max(self.extent.columns, self.column)
            self.formula = 0 if local == "f" else -1
            self.extent.formulas += local == "f"

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.formula = -1
        if self.root == "worksheet" and name.rpartition(":")[2] == "sheetData":
            self.in_data = False

    def _text(self, text: str) -> None:
        if self.formula >= 0:
            self.formula += len(text)
            self.extent.longest = max(self.extent.longest, self.formula)

    def _doctype(self, *_: object) -> None:
        raise TooMuch("a document type of its own")


def _number(given: str | None, otherwise: int) -> int:
    """Return a row's number as spreadsheets read it."""
    try:
        return int(min(float(given), _FAR)) if given else otherwise
    except (ValueError, OverflowError):
        return otherwise


def _column(given: str | None, otherwise: int) -> int:
    """Return the column of a cell such as `AB12`."""
    try:
        return column_index_from_string(given.rstrip("0123456789").replace("$", "")) if given else otherwise
    except ValueError:
        return otherwise
