"""Files of other tools' making, made ready to be read: gzip unpacked, UTF-16 and a byte order mark turned into plain UTF-8.

Nothing is read whole: a copy is made where one is needed, block by block.
"""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from seedbed.util.errors import UserError

MOST_BYTES = 16 * 2**20
"""Of one row: a longer one is no text of a task, and would fill the memory."""
_BLOCK = 2**20
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_GZIP = b"\x1f\x8b"
_REFUSED = {
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first (`zstd -d FILE`)",
    b"BZh": "compressed with bzip2; unpack it first (`bunzip2 FILE`)",
    b"\xfd7zXZ": "compressed with xz; unpack it first (`unxz FILE`)",
    b"ARROW1": "an Arrow file, as `datasets.save_to_disk` writes it; write Parquet instead (`to_parquet`)",
    b"\xff\xff\xff\xff": "an Arrow stream from the cache of datasets; write Parquet or JSON Lines instead (`to_parquet`)",
    b"%PDF": "a PDF file; import it with `seedbed import documents FOLDER`",
    b"\xd0\xcf\x11\xe0": "an old Excel file, or one with a password; save it as .xlsx without one, or as CSV",
    b"SQLite format 3": "an SQLite database; export the table as CSV or JSON Lines",
    b"\xff\xfe\0\0": "it is UTF-32; save it as UTF-8",
    b"\0\0\xfe\xff": "it is UTF-32; save it as UTF-8",
    b"version https://git-lfs": "a Git LFS pointer, not the data; `git lfs pull` downloads the file itself",
    b"<!DOCTYPE": "a web page; download the file itself",
    b"<html": "a web page; download the file itself",
}


class Opened(NamedTuple):
    """A file that can be read.

    Attributes:
        named: as the user called it, for messages.
        path: where its bytes are: plain UTF-8 without a byte order mark where it is a text.
        kind: `parquet`, `xlsx` or `text`.
    """

    named: Path
    path: Path
    kind: str


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file as it is, 64 hex digits.

    Raises:
        UserError: it cannot be read, or is gone since it was.
    """
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}); nothing was imported") from None


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file for reading; temporary unpacked files are removed at the end.

    Raises:
        UserError: there is no such file, it cannot be read, is empty, or is of a kind that cannot be read, which is named.
    """
    if not path.is_file():
        raise UserError(f"{path}: {'not a file' if path.exists() else 'no such file'}; give the file to import")
    with TemporaryDirectory() as folder:
        try:
            yield _ready(path, path, Path(folder))
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({error.strerror or error})") from None


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give a text file, or where it is gzip or UTF-16 a plain copy, which is removed at the end.

    Raises:
        UserError: it is damaged, or of a kind that is no text.
    """
    packed = False
    if path.is_file():  # what is not there, or is no text, is told by whoever reads it as one
        with path.open("rb") as file:
            packed = file.read(2) in (_GZIP, *_UTF16)
    if not packed:
        yield path
        return
    with opened(path) as ready:
        if ready.kind != "text":
            raise UserError(f"{path}: a {ready.kind} file, where JSON Lines are expected")
        yield ready.path


def _ready(named: Path, path: Path, folder: Path) -> Opened:
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.removeprefix(codecs.BOM_UTF8).strip() or start in _UTF16:
        raise UserError(f"{named}: the file is empty")
    if start.startswith(_GZIP):
        if path != named:
            raise UserError(f"{named}: it is packed with gzip twice; unpack it first (`gunzip FILE`)")
        return _ready(named, _unpacked(named, path, folder / "unpacked"), folder)
    if start.startswith(b"PAR1"):
        return Opened(named, path, "parquet")
    if start.startswith(b"PK\x03\x04"):
        if named.suffix.lower() == ".xlsx":
            return Opened(named, path, "xlsx")
        raise UserError(f"{named}: this is a zip archive; unpack it first (the name of a spreadsheet must end in .xlsx)")
    for magic, words in _REFUSED.items():
        if start.lstrip().lower().startswith(magic.lower()):
            raise UserError(f"{named}: {words}")
    encoding = next((name for mark, name in _UTF16.items() if start.startswith(mark)), "utf-8-sig")
    if encoding == "utf-8-sig" and b"\0" in start:
        raise UserError(
            f"{named}: not a text file (it contains a zero byte), or UTF-16 without a byte order mark; save it as UTF-8"
        )
    if encoding == "utf-8-sig" and not start.startswith(codecs.BOM_UTF8):
        return Opened(named, path, "text")  # whether all of it is UTF-8 is seen while it is read, with the line
    return Opened(named, _decoded(named, path, folder / "decoded", encoding), "text")


def _unpacked(named: Path, path: Path, target: Path) -> Path:
    try:
        with gzip.open(path, "rb") as file, target.open("wb") as out:
            while block := file.read(_BLOCK):
                out.write(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{named}: the gzip file is truncated or damaged ({error}); download it again") from None
    return target


def _decoded(named: Path, path: Path, target: Path, encoding: str) -> Path:
    decoder = codecs.getincrementaldecoder("utf-16" if encoding.startswith("utf-16") else encoding)()
    line = 1
    try:
        with path.open("rb") as file, target.open("wb") as out:
            while True:
                block = file.read(_BLOCK)
                text = decoder.decode(block, final=not block)
                line += text.count("\n")
                out.write(text.encode())
                if not block:
                    return target
    except UnicodeError as error:
        reason = error.reason if isinstance(error, UnicodeDecodeError | UnicodeEncodeError) else str(error)
        raise UserError(
            f"{named}:{line}: not {encoding.upper()} from about here on ({reason}); save the file as UTF-8"
        ) from None
