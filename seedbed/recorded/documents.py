"""The text of a document: Markdown, plain text, HTML or PDF."""

import codecs
import logging
import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from seedbed.util.errors import UserError
from seedbed.util.line_ends import to_lf
from seedbed.util.visible import is_blank

_MOST_BYTES = 64 * 2**20
_HIDDEN = ("script", "style", "template", "head", "nav", "noscript", "svg")
_BLOCKS = (
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "li",
    ),
    *("main", "ol", "p", "pre", "section", "table", "tr", "ul", "h1", "h2", "h3", "h4", "h5", "h6"),
)


def text_of(path: Path) -> str:
    """Return the text of a document, in Unicode's composed form (NFC), with LF line ends.

    Raises:
        UserError: the document cannot be read, is no text, or has none.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise UserError(f"{path}: {path.stat().st_size // 2**20:,} MB, more than {_MOST_BYTES // 2**20}; split the document")
    text = READERS[path.suffix.lower()](path)
    text = unicodedata.normalize("NFC", to_lf(text))
    if is_blank(text):
        raise UserError(f"{path}: contains no text; is it a scan? Remove it from the folder, or add its text as a file")
    return text


def _plain(path: Path) -> str:
    content = path.read_bytes()
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: not UTF-8 ({error.reason}); save the document as UTF-8") from None
    if "\0" in text:
        raise UserError(f"{path}: not a text file (it contains a zero byte); remove it from the folder, or save it as UTF-8")
    return text


class _Text(HTMLParser):
    """Collects what a reader of a page sees: paragraphs apart, headings as Markdown has them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            heading = f"{'#' * int(tag[1])} " if re.fullmatch(r"h[1-6]", tag) else ""
            self.parts.append(("\n" if tag in ("br", "li", "tr") else "\n\n") + heading)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(self._hidden - (tag in _HIDDEN), 0)
        if tag in _BLOCKS and tag not in ("br", "li", "tr"):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _html(path: Path) -> str:
    parser = _Text()
    parser.feed(_plain(path))
    parser.close()
    return "".join(parser.parts)


def _pdf(path: Path) -> str:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends on its way is no news, what it cannot is said below
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UserError(f"{path}: the PDF is protected by a password; save it without one")
        return "\n\n".join(page.extract_text() for page in reader.pages)
    except UserError:
        raise
    except Exception as error:  # whatever damage leads pypdf into
        raise UserError(f"{path}: this PDF cannot be read ({error}); save it again, or remove it from the folder") from None


READERS: dict[str, Callable[[Path], str]] = {
    **dict.fromkeys((".md", ".markdown", ".txt", ".text", ".rst"), _plain),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _html),
    ".pdf": _pdf,
}
"""What reads a document, by the ending of its name."""
