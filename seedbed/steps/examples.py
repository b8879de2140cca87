"""Few-shot examples for translation: post-edits of the most similar rows.

A row with a standing edit keeps what that edit was made on, so that an edit changes the requests of rows alone that nobody has
reviewed. Its edit holds the machine text and, where the request for it showed examples, that request's key: such a row is not
asked for again, whatever the examples are by now. An edit without a key was made on a request without examples.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seedbed.project.corpora import FIELDS, fields_of
from seedbed.project.row_types import Edit, Fields, Source
from seedbed.util.canonical import content_hash
from seedbed.util.rows import Row

if TYPE_CHECKING:  # a project that shows no edits does without numpy
    from seedbed.filtering.token_arrays import Codes


@dataclass(frozen=True)
class Examples:
    """What people's edits mean for the requests of a corpus.

    Attributes:
        count: examples that a request shows at most; 0 for none.
        edits: those that stand, by row id: their source is the row's.
        sources: the sources of the *edited* ones, as codes of words, by row id, in the order of the ids; an approved
            translation shows nothing that the model did not know.
        vocabulary: the code of each word.
    """

    count: int = 0
    edits: Mapping[str, Edit] = field(default_factory=dict)
    sources: Mapping[str, "Codes"] = field(default_factory=dict)
    vocabulary: dict[str, int] = field(default_factory=dict)

    def kept(self, id: str) -> Edit | None:
        """Return the edit that a row keeps its machine text by; None where the row is asked for."""
        edit = self.edits.get(id)
        return edit if edit and "request" in edit and "machine" in edit else None

    def nearest(self, row: Source, kind: str) -> list[str]:
        """Return the ids of the examples for a row, the most similar source first: none where an edit of it stands.

        Similar is what has a high ROUGE-L F, of the words of the sources; at equal likeness the smaller id comes first.
        """
        if not self.count or row["id"] in self.edits:
            return []
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        own = _codes(fields_of(row, kind).values(), self.vocabulary)
        return [id for _, _, id in process.extract(own, self.sources, scorer=Indel.normalized_similarity, limit=self.count)]

    def shown(self, row: Source, kind: str) -> list[Row]:
        """Return the examples for a row, as a request shows them: the source and the edited text, by field."""
        edits = [self.edits[id] for id in self.nearest(row, kind)]
        return [{"source": _ordered(edit["source"], kind), "edited": _ordered(edit["fields"], kind)} for edit in edits]


def _ordered(fields: Fields, kind: str) -> Fields:
    return {name: fields[name] for name in FIELDS[kind]}


NO_EXAMPLES = Examples()
"""Of requests that show none."""


def examples_of(rows: Sequence[Source], kind: str, edits: Mapping[str, Edit], count: int) -> Examples:
    """Return what the edits of a corpus mean for its requests.

    Args:
        rows: the rows that are translated.
        kind: `task` or `question`.
        edits: the edits, by row id; those whose source has changed, or that do not hold it, are left out.
        count: examples that a request shows at most.
    """
    if not count:
        return NO_EXAMPLES
    hashes = {row["id"]: content_hash(fields_of(row, kind)) for row in rows}
    standing = {id: edit for id, edit in edits.items() if "source" in edit and hashes.get(id) == edit["source_hash"]}
    vocabulary: dict[str, int] = {}
    sources = {
        id: _codes(edit["source"].values(), vocabulary)
        for id, edit in sorted(standing.items())
        if edit["decision"] == "edited" and "rejected" not in edit
    }
    return Examples(count, standing, sources, vocabulary)


def _codes(texts: Iterable[str], vocabulary: dict[str, int]) -> "Codes":
    from seedbed.filtering.similarity import encode
    from seedbed.filtering.tokenisers import space

    return encode([vocabulary.setdefault(word, len(vocabulary)) for text in texts for word in space(text)])
