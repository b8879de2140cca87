"""The questions of a project, to which answers and verdicts of other tools belong."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import columns_of, question_corpora, turns_of
from seedbed.project.params_types import Params
from seedbed.project.row_types import Question
from seedbed.recorded.ids import distinct_slug
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows


def source_rows(params: Params, corpus: str) -> Iterator[Question]:
    """Return the questions of a corpus as people wrote them; none where its file is not there."""
    path = Path(params["corpora"][corpus]["source"])
    return read_rows(path, "question") if path.is_file() else iter(())


class Known:
    """The questions of a project, to be found by id, or by their text as it was written, translated or edited."""

    def __init__(self, params: Params) -> None:
        self.turns: dict[str, int] = {}
        self._by_text: dict[tuple[str, ...], str] = {}
        self._texts: dict[str, list[tuple[str, ...]]] = {}
        for corpus in question_corpora(params):
            for row in source_rows(params, corpus):
                self.turns.setdefault(row["id"], len(turns_of(row)))
                self._add(row["id"], turns_of(row))
            for id, turns in _built(corpus):
                if id in self.turns:  # an earlier build may have asked others
                    self._add(id, turns)

    def _add(self, id: str, turns: list[str]) -> None:
        self._by_text.setdefault(_key(turns), id)
        self._texts.setdefault(id, []).append(_key(turns))

    def find(self, id: object, question: list[str] | None, where: str) -> str:
        """Return the id of the question that a row is about; one that has an id and a text has both of one question.

        Raises:
            UserError: there is none, the row does not say, or its text is that of another question than its id.
        """
        ours: tuple[str, ...] = ()
        with suppress(UserError):  # an id that cannot be one of ours
            ours = (distinct_slug(str(id)), slug(str(id))) if id is not None else ()
        if found := next((each for each in ours if each in self.turns), None):
            self._refuse_other_text(found, question, where)
            return found
        if question is not None:
            by_text = self._by_text.get(_key(question))
            if by_text is not None:
                return by_text
        if id is None and question is None:
            raise UserError(
                f"{where}: the row does not say which question it answers; name the field with --map id=FIELD or --map "
                "question=FIELD"
            )
        what = f"{id!r}" if id is not None else f"{(question or [''])[0][:60]!r}…"
        raise UserError(
            f"{where}: no question {what} in this project (searched by {'id' if question is None else 'text'}); import the "
            "questions first, e.g. with `seedbed import questions`"
        )

    def _refuse_other_text(self, id: str, question: list[str] | None, where: str) -> None:
        """Refuse the text of another question: benchmarks in several languages share their ids.

        The first turns are enough, and any form of the question will do.
        """
        asked, texts = _key(question or []), self._texts[id]
        if not any(asked) or any(asked[: len(text)] == text[: len(asked)] for text in texts):
            return
        raise UserError(
            f"{where}: question {id!r} is {texts[0][0][:60]!r}… in this project, but {asked[0][:60]!r}… in the row: its id is "
            "that of another benchmark, or of the same one in another language; import answers to the questions of this "
            "project, or import the questions that were answered"
        )


def _built(corpus: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the texts of questions that a build has: as they are asked, translated, and as they were translated from."""
    edited, translated = paths.edited(corpus, "question"), paths.translated(corpus)
    for row in read_rows(edited, "edited_question") if edited.is_file() else ():
        yield row["id"], turns_of(row)
    for row in read_rows(translated, "translated_question") if translated.is_file() else ():
        for fields in (row["translation"], row["source"]):
            if fields is not None:
                yield row["id"], turns_of(columns_of(fields, "question"))


def _key(turns: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(turn.split()) for turn in turns)
