"""Drafts: unsaved input, one file per open page, next to the store and never in git.

{"editor":"yuki","fields":{"text":"書きかけの文"},"item":"questions.ja.fermi-01","page":"…","revision":"…","saved":1767225600.0,
 "seconds":12.0}
"""

import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from seedbed.util.canonical import canonical, content_hash, parse_json
from seedbed.util.rows import write_text

_PAGE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Draft:
    """What one open page holds.

    Attributes:
        item: what is written about, e.g. `questions.ja.fermi-01`.
        page: the open page, 32 hex digits.
        editor: who writes.
        revision: of the item, when the page was opened.
        fields: the texts.
        seconds: of attention so far.
        saved: when, in seconds since 1970.
    """

    item: str
    page: str
    editor: str
    revision: str
    fields: dict[str, str]
    seconds: float
    saved: float = field(default_factory=lambda: round(time.time(), 1))

    @property
    def version(self) -> str:
        """The page and a hash of the texts: another one as soon as the page's person types on."""
        return f"{self.page}:{content_hash(self.fields)}"

    @property
    def saved_at(self) -> str:
        """When it was saved, in local time, for people."""
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(self.saved))


class Drafts:
    """The drafts of this project.

    Args:
        folder: where they are; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, draft: Draft) -> None:
        """Keep what a page holds now, in place of what it held before.

        Raises:
            ValueError: its page is no such name.
        """
        write_text(self._path(draft.item, draft.page), canonical(asdict(draft)) + "\n")

    def of(self, item: str) -> list[Draft]:
        """Return the drafts of an item, the newest first; a file that cannot be read is passed over and kept."""
        drafts = []
        for path in self._folder.glob(f"{item}.*.json"):
            try:
                draft = Draft(**parse_json(path.read_text(encoding="utf-8")))
                if path == self._path(draft.item, draft.page) and draft.item == item:
                    drafts.append(draft)
            except (OSError, ValueError, TypeError):
                continue
        return sorted(drafts, key=lambda draft: (-draft.saved, draft.page))

    def items(self, prefix: str, editor: str) -> set[str]:
        """Return the items of an editor's drafts whose names begin with `prefix`, without it."""
        items = {path.name.rsplit(".", 2)[0] for path in self._folder.glob(f"{prefix}*.json") if not path.name.startswith(".")}
        return {item.removeprefix(prefix) for item in items if any(draft.editor == editor for draft in self.of(item))}

    def drop(self, item: str, page: str) -> None:
        """Remove a page's draft, where it has one.

        Raises:
            ValueError: `page` is no such name.
        """
        self._path(item, page).unlink(missing_ok=True)

    def drop_version(self, item: str, version: str) -> None:
        """Remove a page's draft, unless its person has typed on since."""
        for draft in self.of(item):
            if draft.version == version:
                self.drop(item, draft.page)

    def _path(self, item: str, page: str) -> Path:
        if not _PAGE.fullmatch(page):
            raise ValueError(f"{page!r} is no page")
        return self._folder / f"{item}.{page}.json"
