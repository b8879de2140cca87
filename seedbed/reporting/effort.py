"""Post-editing effort: number of edits, and distance between machine text and edited text.

The tables that `load_effort` makes, for the queries `effort`, `editors` and `corrections`:

    edit_work   one row a translated row: its status and, where there is an edit, its cost; and one an edit whose row is gone
    replaced    one row a span of words that an edit put in the place of another
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypedDict, cast

from rapidfuzz.distance import Levenshtein

from seedbed.filtering.tokenisers import Tokenise, fold, load_tokeniser, separates_words, space
from seedbed.project import paths
from seedbed.project.corpora import edited_corpora, field_names, status_of
from seedbed.project.edits import read_edits
from seedbed.project.params_types import Params
from seedbed.project.row_types import Edit, Fields, Standing, Translated
from seedbed.project.sign_off import is_confirmed
from seedbed.util.canonical import content_hash
from seedbed.util.rows import read_rows
from seedbed.util.tables import Tables

_WORK = (
    "corpus text, id text, status text, decision text, editor text, seconds double, characters_changed bigint, "
    "length bigint, changed_then bigint, changed_now bigint, machine_changed boolean, edit_order bigint, confirmed_by text, "
    "rejected_by text"
)
_NO_EDIT: tuple[None, ...] = (None,) * 11
"""The columns from `decision` on of a row without an edit."""


class EffortRow(TypedDict):
    """A row of `queries/human/effort.sql`, whose header says what the fields are; None are rates and sums of nothing."""

    corpus: str
    rows: int
    edited: int
    outdated: int
    approved: int
    stale: int
    unreviewed: int
    rejected: int
    confirmed: int
    original: int
    failed: int
    orphaned: int
    edits: int
    known: int
    characters_changed: int | None
    hter: float | None
    holding: int
    machine_changed: int
    compared: int
    hter_then: float | None
    hter_now: float | None
    hter_now_all: float | None
    timed: int
    minutes: float | None
    minutes_per_row: float | None


def effort_rows(tables: Tables) -> list[EffortRow]:
    """Return the review status counts of each corpus, and of all corpora last; call `load_effort` first."""
    return cast(list[EffortRow], tables.query("human/effort"))


def load_effort(tables: Tables, params: Params) -> None:
    """Make the tables `edit_work` and `replaced` from the translated rows and their post-edits.

    An edit whose row is gone is counted as orphaned, and as no effort.

    Raises:
        UserError: a file of edits is not valid, or the tokeniser that `filter.tokeniser` names is not installed.
    """
    work: list[tuple[object, ...]] = []
    spans: list[tuple[str, str, str, str]] = []
    settings = params["filter"]["tokeniser"]
    by_words = separates_words(settings)
    tokenise: Tokenise | None = None
    for corpus in edited_corpora(params):
        kind, path = params["corpora"][corpus]["kind"], paths.edits(corpus, params["language"])
        translated: dict[str, Translated] = {row["id"]: row for row in read_rows(paths.translated(corpus))}
        edited = read_edits(path, kind)
        work += ((corpus, id, "orphaned", *_NO_EDIT) for id in edited if id not in translated)
        for id, row in translated.items():
            edit = edited.get(id)
            then = machine_text(row, edit) if edit else None
            work.append((corpus, id, _status(row, edit), *_cost(row, edit, then, kind, by_words), *_signed(row, edit)))
            if edit and then and edit["decision"] == "edited":
                tokenise = tokenise or load_tokeniser(settings)
                for name in field_names(edit["fields"], kind):
                    spans += ((corpus, id, *span) for span in replaced(then.get(name, ""), edit["fields"][name], tokenise))
    tables.fill("edit_work", _WORK, work)
    tables.fill("replaced", "corpus text, id text, machine text, edited text", spans)


def machine_text(row: Translated, edit: Edit) -> Fields | None:
    """Return the machine text, by field, that the edit was made on; None where nobody knows it any more.

    Args:
        row: the row of `translate`.
        edit: it may carry the text itself, else today's is it, if its hash is the same.
    """
    if "machine" in edit:
        return edit["machine"]
    if row["translation"] and content_hash(row["translation"]) == edit["machine_hash"]:
        return row["translation"]
    return None


def replaced(machine: str, edited: str, tokenise: Tokenise) -> Iterator[tuple[str, str]]:
    """Yield the spans of words, case and width folded, that differ: (in the machine text, in the edit); one may be empty."""
    sides = [
        (text, [text[a:b] for a, b in places], places) for text, places in (_places(t, tokenise) for t in (machine, edited))
    ]
    (before, before_words, before_at), (after, after_words, after_at) = sides
    start: tuple[int, int] | None = None
    end = (0, 0)
    for step in [*Levenshtein.opcodes(before_words, after_words), None]:
        if step and step.tag != "equal":
            start = start or (step.src_start, step.dest_start)
            end = (step.src_end, step.dest_end)
        elif start:
            yield _span(before, before_at[start[0] : end[0]]), _span(after, after_at[start[1] : end[1]])
            start = None


def words_and_marks(text: str, tokenise: Tokenise) -> list[str]:
    """Return the words of the folded `text`, and each punctuation mark between them; no blanks."""
    folded, places = _places(text, tokenise)
    return [folded[start:end] for start, end in places]


def _places(text: str, tokenise: Tokenise) -> tuple[str, list[tuple[int, int]]]:
    """Return the folded text, and where its words and marks start and end in it."""
    folded, places, place = fold(text), [], 0
    for word in [*tokenise(text), ""]:
        at = folded.find(word, place) if word else len(folded)
        if at < 0:  # a plug-in's token that the text does not hold, such as a stem
            continue
        places += [(i, i + 1) for i in range(place, at) if not folded[i].isspace()]
        place = at + len(word)
        places += [(at, place)] if word else []
    return folded, places


def _span(text: str, places: list[tuple[int, int]]) -> str:
    return text[places[0][0] : places[-1][1]] if places else ""


def _status(row: Translated, edit: Edit | None) -> Standing | Literal["failed"]:
    return "failed" if row["translation"] is None else status_of(row, edit)


def _signed(row: Translated, edit: Edit | None) -> tuple[str | None, str | None]:
    """Return who confirmed the text that stands, and who rejected the row; None where nobody did."""
    if edit is None:
        return None, None
    confirmed = edit["confirmed"]["by"] if is_confirmed(row, edit) else None
    rejected = edit["rejected"].get("by", "(not recorded)") if _status(row, edit) == "rejected" else None
    return confirmed, rejected


def _cost(row: Translated, edit: Edit | None, then: Fields | None, kind: str, by_words: bool) -> tuple[object, ...]:
    """Return the columns of `edit_work` from `decision` to `edit_order`; empty where there is no edit, or a text is not known.

    `then` is the machine text that the edit was made on. A rejection of a row that nobody edited says nothing of its text.
    """
    if edit is None or edit["decision"] == "rejected":
        return _NO_EDIT[:-2]
    names = field_names(edit["fields"], kind)
    edited = [edit["fields"][name] for name in names]

    def changed(machine: Fields | None, by_words: bool) -> int | None:
        if machine is None:
            return None
        texts = [machine.get(name, "") for name in names]
        return sum(Levenshtein.distance(_units(a, by_words), _units(b, by_words)) for a, b in zip(texts, edited, strict=True))

    holds = row["made_by"] is not None and edit["source_hash"] == content_hash(row["source"])
    now = row["translation"] if holds else None
    return (
        *(edit["decision"], edit.get("editor"), edit.get("seconds"), changed(then, by_words=False)),
        *(sum(len(_units(text, by_words)) for text in edited), changed(then, by_words), changed(now, by_words)),
        content_hash(now) != edit["machine_hash"] if now else None,
        edit.get("order"),
    )


def _units(text: str, by_words: bool) -> Sequence[str]:
    """Return what HTER counts: characters, or in a language that separates words, words and punctuation marks."""
    return words_and_marks(text, space) if by_words else text
