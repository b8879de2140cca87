"""Drafts: what was typed and not saved yet, one file for each open page, beside the store and never in git.

{"editor":"yuki","fields":{"text":"書きかけの文"},"item":"questions.ja.fermi-01","page":"…","revision":"…","saved":1767225600.0,
 "seconds":12.0}
"""

import re
import time
from pathlib import Path
from typing import Any

from seedbed.util.canonical import canonical, content_hash, parse_json
from seedbed.util.rows import write_text

Draft = dict[str, Any]
_PAGE = re.compile(r"[0-9a-f]{32}")


class Drafts:
    """The drafts of this project.

    Args:
        folder: where they are; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, item: str, page: str, editor: str, revision: str, fields: dict[str, str], seconds: float) -> None:
        """Keep what a page holds now, in place of what it held before.

        Args:
            item: what is written about, e.g. `questions.ja.fermi-01`.
            page: the open page, 32 hex digits.
            editor: who writes.
            revision: of the row, when the page was opened.
            fields: the texts.
            seconds: of attention so far.

        Raises:
            ValueError: `page` is no such name.
        """
        draft = {"item": item, "page": page, "editor": editor, "revision": revision, "fields": fields, "seconds": seconds}
        write_text(self._path(item, page), canonical(draft | {"saved": round(time.time(), 1)}) + "\n")

    def of(self, item: str) -> list[Draft]:
        """Return the drafts of an item, the newest first; a file that cannot be read is passed over and kept."""
        found = []
        for path in self._folder.glob(f"{item}.*.json"):
            try:
                draft = parse_json(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(draft, dict) and draft.get("item") == item:
                found.append(draft)
        return sorted(found, key=lambda draft: (-draft["saved"], draft["page"]))

    def items(self, prefix: str, editor: str) -> set[str]:
        """Return the items of an editor's drafts whose names begin with `prefix`, without it."""
        items = {path.name.rsplit(".", 2)[0] for path in self._folder.glob(f"{prefix}*.json") if not path.name.startswith(".")}
        return {item.removeprefix(prefix) for item in items if any(draft["editor"] == editor for draft in self.of(item))}

    def drop(self, item: str, page: str, only: str | None = None) -> None:
        """Remove a page's draft; where `only` is given, only if it still says what that mark was made of."""
        path = self._path(item, page)
        if only is None or any(draft["page"] == page and mark(draft) == only for draft in self.of(item)):
            path.unlink(missing_ok=True)

    def _path(self, item: str, page: str) -> Path:
        if not _PAGE.fullmatch(page):
            raise ValueError(f"{page!r} is no page")
        return self._folder / f"{item}.{page}.json"


def mark(draft: Draft) -> str:
    """Return what tells a draft from what the same page typed later."""
    return content_hash(draft["fields"])
