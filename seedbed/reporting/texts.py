"""The reports' own words, in English and Japanese: `texts.yaml` has both of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

from seedbed.kits import language_name
from seedbed.project.params_types import Params
from seedbed.util.canonical import JsonObject
from seedbed.util.markdown import table
from seedbed.util.yaml12 import load_yaml

LANGUAGES = ("en", "ja")
ENGLISH: Final = "en"


@cache
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = load_yaml(Path(__file__).with_name("texts.yaml"))
    return texts


def report_language(params: Params) -> str:
    """Return the language of the reports' words: `report.language`, else the project's where it has words, else English."""
    named = params["report"].get("language", params["language"])
    return named if named in LANGUAGES else ENGLISH


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Attributes:
        language: of `LANGUAGES`.
    """

    language: str = ENGLISH

    def __call__(self, key: str, **values: object) -> str:
        """Return a text, with its values in place."""
        return _texts()[key][self.language].format(**values)

    def section(self, name: str) -> dict[str, str]:
        """Return the texts of a section by key, for a script that fills them in."""
        section: JsonObject = _texts()[name]
        return {key: texts[self.language] for key, texts in section.items()}

    def markup(self, key: str, **values: object) -> Markup:
        """Return a text with its own tags; values are escaped."""
        # The tags are those of texts.yaml, which is ours.
        return Markup(_texts()[key][self.language]).format(**values)  # noqa: S704

    def column(self, name: str) -> str:
        """Return the heading of a column; its name, with blanks for underscores, where there are no words for it."""
        texts: JsonObject = _texts()["columns"]
        return texts[name][self.language] if name in texts else name.replace("_", " ")

    def or_all(self, name: str) -> str:
        """Return a name, or the word for `all` where a row of sums has that in its place."""
        return self("all") if name == "all" else name

    def table(self, rows: Sequence[Mapping[str, object]], columns: Sequence[str], right: Sequence[str] = ()) -> str:
        """Return `seedbed.util.markdown.table` with headings in these words."""
        shown = [{name: self("all") if row[name] == "all" else row[name] for name in columns} for row in rows]
        return table(shown, columns, right, [self.column(name) for name in columns])

    def count(self, number: int, key: str) -> str:
        """Return a number with its noun, of the texts `<key>_one` and `<key>_many`."""
        return self(f"{key}_one" if number == 1 else f"{key}_many", n=f"{number:,}")

    def listed(self, names: Sequence[str], most: int = 6) -> str:
        """Return names as a list: `a, b and c`; of more than `most` the first ones, and how many follow."""
        shown, more = list(names[:most]), len(names) - most
        if more > 0:
            shown.append(self("and_more", n=more))
        if len(shown) < 2:
            return "".join(shown)
        return self("list_last", first=self("list_comma").join(shown[:-1]), last=shown[-1])

    def language_name(self, code: str) -> str:
        """Return the name of a language, in English where there is none in these words."""
        key = f"language_{code}"
        return self(key) if key in _texts() else language_name(code)


ENGLISH_WORDS = Words()
