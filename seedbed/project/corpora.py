"""Seed tasks, questions and baseline tasks, and their status after post-editing."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.project.params_types import Corpus, Params
from seedbed.project.row_types import Edit, EditedQuestion, Fields, Source, Standing, Translated
from seedbed.util.canonical import JsonObject, content_hash
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import checked_rows, read_rows

BENCHMARK = "questions"
"""The corpus of questions whose results are the benchmark's; those of another corpus are reported on their own."""
CORPUS_OF = {"seed": "seed_tasks", "baseline": "baseline"}
"""The corpus in `params.yaml` that each kind of task is from, as `explain` and `impact` call them; questions have several."""
FIELDS = {"task": ("instruction", "input", "output"), "question": ("text",)}
"""The fields that are translated, by kind of corpus; a question's follow-ups are fields too: see `field_names`."""
DIVIDER = "\n\n---\n\n"
"""Stands between the turns of a conversation where they are shown or counted as one text."""
WHOLE = "all"
"""The turn that means the whole conversation."""
MOST_FOLLOW_UPS = 4
"""Of one question, as the schemas have it."""


def read_corpus(path: Path, kind: str, params: Params) -> Iterator[Any]:
    """Yield the rows of a corpus of `kind` (`task` or `question`).

    Raises:
        UserError: a row breaks its schema, or is of a task type or category that `params.yaml` does not list; there are
            no rows, so that nothing is sent for nothing.
    """
    empty = True
    for row in read_rows(path, kind):
        if words := label_problem(row, kind, params):
            raise UserError(f"{path}: row {row['id']!r}: {words}")
        empty = False
        yield row
    if empty and path != paths.EMPTY:
        raise UserError(f"{path}: no rows; write at least one (format: schemas/rows/{kind}.schema.json)")


def question_corpora(params: Params) -> list[str]:
    """Return the corpora of questions, as `params.yaml` lists them."""
    return [name for name, corpus in params["corpora"].items() if corpus["kind"] == "question"]


def edited_corpora(params: Params) -> list[str]:
    """Return the corpora that people post-edit; the baseline stays as the machine translated it."""
    return [name for name in params["post_edit"]["corpora"] if name in params["corpora"]]


def read_questions(path: Path = paths.EDITED_QUESTIONS) -> list[EditedQuestion]:
    """Return the edited questions of every corpus, in the order of the corpora's names.

    Args:
        path: the folder, or one file of it.

    Raises:
        UserError: there is no such folder, or no file in it; a row breaks its schema; or two corpora have a question of one id.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise UserError(f"{path}: the questions are not built yet; `seedbed repro` builds them, or `dvc pull` downloads them")
    rows: list[Any] = []
    places = Places()
    for file in files:
        for number, row in checked_rows(file, "edited_question"):
            if problem := str(row) if isinstance(row, UserError) else places.add(row["id"], file, number):
                raise UserError(problem)
            rows.append(row)
    return rows


class Places:
    """Where each question is, so that no two corpora have one of the same id: answers and judgments know it by that alone."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Path, int]] = {}

    def add(self, id: str, path: Path, number: int) -> str | None:
        """Note a question's file and line; return what is wrong where another file has one of this id."""
        first, line = self._places.setdefault(id, (path, number))
        if first == path:
            return None
        return f"{path}:{number}: question {id!r} is in {first}:{line} too; ids must be unique across all corpora of questions"


def label_problem(row: Mapping[str, Any], kind: str, params: Params) -> str | None:
    """Return what is wrong with a row's task type or category; None where `params.yaml` lists it."""
    field = "category" if kind == "question" else "task_type"
    known = params["labels"]["question" if kind == "question" else "task"]
    if row[field] in known:
        return None
    return (
        f"unknown {field} {row[field]!r}{did_you_mean(row[field], known)}; fix the row, or add it to labels.{kind} of "
        f"{paths.PARAMS} (listed there: {', '.join(known)})"
    )


def language_of(row: Mapping[str, Any], corpus: Corpus) -> str:
    """Return the language that a row, as people wrote it or of `translate`, was written in: its own, or its corpus's."""
    return str(row.get("language", corpus["language"]))


def foreign(rows: Iterable[Source], corpus: Corpus, params: Params) -> list[Source]:
    """Return the rows of a corpus that are in another language than the target's: those that are translated."""
    return [row for row in rows if language_of(row, corpus) != params["language"]]


def fields_of(row: Mapping[str, Any], kind: str) -> Fields:
    """Return the translated fields of a row as people wrote it, or as it is after the person's edit."""
    return {name: row[name] for name in FIELDS[kind]} | {
        follow_up(number): text for number, text in enumerate(row.get("follow_ups", ()), start=1)
    }


def follow_up(number: int) -> str:
    """Return the field of a follow-up, from 1; `follow_up_1` is the second turn."""
    return f"follow_up_{number}"


def field_names(fields: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """Return the names of a row's fields in the order of its turns.

    Args:
        fields: as from `fields_of`, or a row's `source`, `translation` or edit.
        kind: `task` or `question`.
    """
    numbers = range(1, MOST_FOLLOW_UPS + 1) if kind == "question" else ()
    return (*FIELDS[kind], *(name for number in numbers if (name := follow_up(number)) in fields))


def columns_of(fields: Mapping[str, str], kind: str) -> JsonObject:
    """Return fields as an edited row has them: the follow-ups of a question as a list, where there are any."""
    follow_ups = [fields[name] for name in field_names(fields, kind)[len(FIELDS[kind]) :]]
    return {name: fields[name] for name in FIELDS[kind]} | ({"follow_ups": follow_ups} if follow_ups else {})


def turns_of(question: Mapping[str, Any]) -> list[str]:
    """Return what a question asks, turn by turn."""
    return [question["text"], *question.get("follow_ups", ())]


def status_of(translated: Translated, edit: Edit | None) -> Standing:
    """Return what a person's edit is worth to a row of `translate`.

    `edited` and `approved` stand. `outdated` stands too: the machine text is another one now, but the edit still says
    what the source says. `stale` does not: the source changed, or an approved machine text did. `unreviewed`: no edit.
    `rejected`: a person took the row out, and the source is the one that they saw; the machine text does not matter.
    """
    if translated["made_by"] is None:
        return "original"
    if edit is None:
        return "unreviewed"
    source_hash = content_hash(translated["source"])
    if "rejected" in edit:
        return "rejected" if edit["rejected"]["source_hash"] == source_hash else "stale"
    if edit["source_hash"] != source_hash:
        return "stale"
    same_machine_text = edit["machine_hash"] == content_hash(translated["translation"])
    if edit["decision"] == "edited":
        return "edited" if same_machine_text else "outdated"
    return "approved" if same_machine_text else "stale"
