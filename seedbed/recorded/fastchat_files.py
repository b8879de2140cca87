"""Read files in FastChat's formats.

An answer: `{"question_id": 1, "model_id": "m", "choices": [{"index": 0, "turns": ["…"]}]}`. A verdict, of both orders:
`{"question_id": 1, "model_1": "m", "model_2": "b", "g1_winner": "model_1", "g2_winner": "tie", "g1_judgment": "…", …}`,
where `g1` showed model_1 first and `g2` showed model_2 first; a winner is `model_1`, `model_2`, `tie` or `error`.
Each format has its schema, `schemas/rows/fastchat_*.schema.json`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from seedbed.project.corpora import turns_of
from seedbed.project.row_types import EditedQuestion, Question, Reference
from seedbed.recorded.opening import unpacked
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, checked_rows
from seedbed.util.visible import is_blank

ERROR = "$ERROR$"
"""What FastChat writes where a model's server gave no answer."""


class Line(NamedTuple):
    """A row of a file.

    Attributes:
        where: its file and line, for messages.
        id: of its question, a slug.
        row: as it is in the file.
    """

    where: str
    id: str
    row: Row

    @property
    def turn(self) -> int:
        """Of a verdict or a score, the turn that it is about, from 1."""
        return int(self.row.get("turn", 1))


def _lines(path: Path, kind: str) -> Iterator[Line]:
    """Yield the rows of a file, each checked against `schemas/rows/fastchat_<kind>.schema.json`."""
    with unpacked(path) as plain:
        for number, row in checked_rows(plain, f"fastchat_{kind}", unique=None, named=path):
            if isinstance(row, UserError):
                raise row from None
            given = row["question_id"]
            try:
                id = slug(given if isinstance(given, str) else str(int(given)))  # 1.0 is a whole number
            except UserError as error:
                raise UserError(f"{path}:{number}: field question_id: {error}") from None
            yield Line(f"{path}:{number}", id, row)


def _unique_lines(path: Path, kind: str) -> Iterator[Line]:
    """Yield the rows of a file as `_lines` does, and refuse two on one question: `1` and `"1"` are the same."""
    seen: dict[str, Line] = {}
    for line in _lines(path, kind):
        if first := seen.get(line.id):
            raise UserError(
                f"{line.where}: field question_id: {line.row['question_id']!r} gives the id {line.id!r}, as "
                f"{first.row['question_id']!r} does in {first.where}; give each question a unique id within a file"
            )
        seen[line.id] = line
        yield line


def read_questions(path: Path) -> list[Question]:
    """Return each question of a FastChat file, with `follow_ups` where it has further turns.

    Raises:
        UserError: a field is missing or has another form, a text is blank, or two ids give the same slug.
    """
    rows: list[Question] = []
    for where, id, row in _unique_lines(path, "question"):
        first, *others = row["turns"]
        for place, turn in enumerate(row["turns"]):
            if is_blank(turn):
                raise UserError(f"{where}: field turns.{place}: the question is blank; write it, or remove the row")
        question: Question = {"id": id, "category": row["category"], "text": first}
        if others:
            question["follow_ups"] = others
        rows.append(question)
    if not rows:
        raise UserError(f"{path}: the file contains no questions")
    return rows


def _answer_of(line: Line) -> list[str | None]:
    """Return the turns of the choice with the lowest index, which need not stand first; None where there was no answer."""
    choices = line.row["choices"]
    by_index = {choice.get("index", place): place for place, choice in enumerate(choices)}
    if len(by_index) < len(choices):
        raise UserError(f"{line.where}: field choices: two choices have the same index; number them 0, 1, …")
    turns: list[str | None] = choices[by_index[min(by_index)]]["turns"]
    return [None if text is None or text.strip() == ERROR else text for text in turns]


def read_answers(path: Path) -> dict[str, list[str | None]]:
    """Return the answers of a FastChat file, turn by turn, by question id (a slug).

    A turn is None where none was recorded: `null` or `$ERROR$`.

    Raises:
        UserError: a field is missing or has another form, or two answers are to one question.
    """
    return {line.id: _answer_of(line) for line in _unique_lines(path, "answer")}


def question_rows(path: Path) -> list[Row]:
    """Return the rows of a questions file, as they are."""
    return [line.row for line in _lines(path, "question")]


def answer_rows(path: Path) -> list[Row]:
    """Return the rows of an answers file, as they are."""
    return [line.row for line in _lines(path, "answer")]


def answers_to(path: Path, questions: Sequence[Question | EditedQuestion]) -> dict[str, list[str | None]]:
    """Return the answers of a FastChat file to some questions, as many turns of each as the question has.

    Raises:
        UserError: as `read_answers`; an answer to none of the questions, a question without one, or with too few turns.
    """
    answers, turns = read_answers(path), {question["id"]: len(turns_of(question)) for question in questions}
    if unknown := [id for id in answers if id not in turns]:
        raise UserError(
            f"{path}: row {unknown[0]!r}: answers a question that is not among the questions; import answers to these "
            "questions, or the questions that were answered"
        )
    if missing := [id for id in turns if id not in answers]:
        raise UserError(
            f"{path}: no answer to question {missing[0]!r} ({len(missing)} missing); every model must answer all questions"
        )
    if short := [id for id in turns if len(answers[id]) < turns[id]]:
        raise UserError(
            f"{path}: row {short[0]!r}: the question has {turns[short[0]]} turns, the answer {len(answers[short[0]])}; add the "
            "missing turns (null where there was no answer)"
        )
    return {id: answers[id][:number] for id, number in turns.items()}


def read_references(path: Path) -> list[Reference]:
    """Return each reference answer of a FastChat file, with `follow_ups` for its further turns.

    Raises:
        UserError: as `read_answers`, or a reference is blank, `null` or an error.
    """
    rows: list[Reference] = []
    for line in _unique_lines(path, "answer"):
        turns: list[str] = []
        for text in _answer_of(line):
            if text is None or is_blank(text):
                raise UserError(f"{line.where}: field choices: no reference answer ({text!r}); write it, or remove the row")
            turns.append(text)
        first, *others = turns
        reference: Reference = {"id": line.id, "reference": first}
        if others:
            reference["follow_ups"] = others
        rows.append(reference)
    return rows


def read_verdicts(path: Path) -> list[Line]:
    """Return the rows of a verdicts file, of every turn.

    Raises:
        UserError: a field is missing or has another form, a winner is none of the four words, a model is held against
            itself, or a pair is judged twice.
    """
    seen: dict[tuple[str | int, ...], str] = {}
    lines = []
    for line in _lines(path, "verdict"):
        where, id, row = line
        pair = sorted([row["model_1"], row["model_2"]])
        if pair[0] == pair[1]:
            raise UserError(f"{where}: field model_2: {pair[0]!r} is compared with itself; two different models are expected")
        if first := seen.get((id, line.turn, *pair)):
            raise UserError(
                f"{where}: question {id!r} is judged twice for {pair[0]!r} and {pair[1]!r} (first at {first}); keep one row"
            )
        seen[id, line.turn, *pair] = where
        lines.append(line)
    return lines


def check_quoted(line: Line, answers: dict[str, dict[str, list[str | None]]]) -> None:
    """Hold the answers that a verdict row quotes against the turns there are, by model name and question id.

    What there is no answer of is not compared. A blank answer counts as none, as it does where it is imported.

    Raises:
        UserError: they differ: the verdict was given on another answer.
    """
    where, id, row = line
    for side in ("1", "2"):
        quoted, name = row.get(f"answer_{side}"), row[f"model_{side}"]
        turns = answers[name].get(id, [])[line.turn - 1 : line.turn]
        if quoted is not None and turns and (quoted.strip() or ERROR) != ((turns[0] or "").strip() or ERROR):
            raise UserError(
                f"{where}: row {row['question_id']!r}: answer_{side} is not the answer of {name!r} to this question; "
                "the verdict belongs to another answer; judge again, or restore the answers file"
            )


def read_scores(path: Path) -> list[Line]:
    """Return the rows of a file of ratings, in which a turn may be rated again, as by a judge run that was appended.

    Raises:
        UserError: a field is missing or has another form, or a score is neither from 1 to 10 nor -1.
    """
    lines = []
    for line in _lines(path, "score"):
        score = line.row["score"]
        if score is not None and score != -1 and not 1 <= score <= 10:
            raise UserError(
                f"{line.where}: field score: expected a number from 1 to 10, or -1 for none, found {score}; correct it, or "
                "write -1"
            )
        lines.append(line)
    return lines
