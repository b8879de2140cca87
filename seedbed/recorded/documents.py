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
_HIDDEN = frozenset({"script", "style", "template", "nav", "noscript", "svg"})
_OF_HEAD = frozenset({"head", "title", "base", "link", "meta", "style", "script", "noscript", "template"})
"""What may be in `head`; any other element ends it, since its end tag may be left out."""
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
_LINES = frozenset(
    {"body", "caption", "center", "details", "dialog", "dir", "fieldset", "figcaption", "hgroup", "legend", "menu", "optgroup"}
    | {"option", "search", "summary"}
)
"""Elements that stand on lines of their own, without a blank line around them."""
_CELL = "\0"
"""Where a cell of a table begins, until the page is read; no document has this character."""


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
        self._not_shown = _HIDDEN
        self._hidden = 0
        self._in_head = False
        self._pre = 0
        self._begun = False  # whether the line has text
        self._line_ends = False  # before the next text on it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "head":
            self._in_head, self._not_shown = True, _HIDDEN | {"title"}
        elif tag not in _OF_HEAD and not self._hidden:
            self._in_head = False
        self._hidden += tag in self._not_shown
        self._pre += tag == "pre"
        if tag in _BLOCKS:
            heading = f"{'#' * int(tag[1])} " if re.fullmatch(r"h[1-6]", tag) else ""
            self._break(("\n" if tag in ("br", "li", "tr") else "\n\n") + heading)
        elif tag in ("td", "th"):
            self.parts.append(_CELL)
        self._line_ends |= tag in _LINES

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            self._in_head = False
        self._hidden = max(self._hidden - (tag in self._not_shown), 0)
        self._pre = max(self._pre - (tag == "pre"), 0)
        if tag in _BLOCKS and tag not in ("br", "li", "tr"):
            self._break("\n\n")
        self._line_ends |= tag in _LINES

    def _break(self, written: str) -> None:
        self.parts.append(written)
        self._begun = self._line_ends = False

    def handle_data(self, data: str) -> None:
        blank = not data.strip()
        if self._hidden or (blank and (self._in_head or self._line_ends)):
            return
        self._in_head = False
        text = data if self._pre else re.sub(r"\s+", " ", data)
        if self._line_ends and self._begun:
            text = f"\n{text if self._pre else text.lstrip()}"
        self._line_ends &= blank
        self._begun |= not blank
        self.parts.append(text)


def _html(path: Path) -> str:
    parser = _Text()
    parser.feed(_plain(path))
    parser.close()
    return "\n".join(map(_with_cells, "".join(parser.parts).split("\n")))


def _with_cells(line: str) -> str:
    """Return a line of a page with a bar between the cells of a table; as it is where one of them at most has a text."""
    before, *cells = map(str.strip, line.split(_CELL))
    cells = [before, *cells] if before else cells
    return " | ".join(cells).strip() if sum(map(bool, cells)) > 1 else line.replace(_CELL, "")


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
