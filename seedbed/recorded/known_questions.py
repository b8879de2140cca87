"""The questions of a project, to which answers and verdicts of other tools belong."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import question_corpora, turns_of
from seedbed.project.params_types import Params
from seedbed.project.row_types import Question
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
        for corpus in question_corpora(params):
            built = paths.edited(corpus, "question")
            for row in source_rows(params, corpus):
                self.turns.setdefault(row["id"], len(turns_of(row)))
                self._by_text.setdefault(_key(turns_of(row)), row["id"])
            for row in read_rows(built, "edited_question") if built.is_file() else ():
                if row["id"] in self.turns:  # an earlier build may have asked others
                    self._by_text.setdefault(_key(turns_of(row)), row["id"])

    def find(self, id: object, question: list[str] | None, where: str) -> str:
        """Return the id of the question that a row is about.

        Raises:
            UserError: there is none, or the row does not say.
        """
        if id is not None:
            with suppress(UserError):  # an id that cannot be one of ours
                if (found := slug(str(id))) in self.turns:
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


def _key(turns: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(turn.split()) for turn in turns)
