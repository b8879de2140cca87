"""`seedbed import questions`: the source of a corpus of questions: the benchmark's, or a further one."""

from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK, question_corpora
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.row_types import Question
from seedbed.recorded.formats import MOST_TURNS, QUESTIONS
from seedbed.recorded.ids import Ids, stage_with_ids
from seedbed.recorded.known_questions import source_rows
from seedbed.recorded.placing import finish, preview, staging, written_to
from seedbed.recorded.reading import Reading, Source
from seedbed.recorded.records import QuestionRecord
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows
from seedbed.util.words import count, few
from seedbed.util.yaml_edit import add_entries, add_items, keep_entries, put_items

_UNKNOWN_CATEGORY = "general"


def import_questions(source: Source, corpus: str, language: str, category: str | None, *, yes: bool) -> str:
    """Make a file of questions the source of a corpus of questions: the benchmark's, or a further one.

    Args:
        source: what is imported.
        corpus: its id; `questions` is the benchmark.
        language: ISO 639 code of what the questions are written in.
        category: of questions that say none.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, or the corpus holds tasks.
    """
    params = load_params()
    present = params["corpora"].get(corpus)
    if present and present["kind"] != "question":
        raise UserError(
            f"--corpus {corpus}: this corpus contains tasks; import questions into {BENCHMARK} or a corpus with a new id"
        )
    if slug(corpus) != corpus:
        raise UserError(f"--corpus {corpus}: not a valid id; use lower-case letters, digits, - and _")
    target = paths.RECORDED / f"{corpus}.jsonl"
    categories = dict[str, None]()
    with staging() as folder:
        reading, staged = stage_with_ids(
            folder,
            lambda: Reading(source, QUESTIONS),
            lambda reading, ids: _questions(reading, ids, category, categories),
            "question",
        )
        kept = dict.fromkeys(
            row["category"] for name in question_corpora(params) if name != corpus for row in source_rows(params, name)
        )
        labels = list(dict.fromkeys([*categories, *kept]))
        new = [name for name in labels if name not in params["labels"]["question"]]
        referenced = _referenced(params, staged.path, corpus)
        remarks = [f"categories: {few([*categories], 12)}"]
        remarks.append(written_to(target, f"corpora.{corpus}", present["source"] if present else None))
        if corpus == BENCHMARK:
            remarks.append(f"labels.question of {paths.PARAMS} becomes {few(labels, 12)}, the categories in use")
            if gone := [name for name in params.get("criteria", {}) if name not in labels]:
                remarks.append(f"criteria of {paths.PARAMS} loses those of categories that are not in use: {few(gone, 12)}")
            if gone := [name for name in params["judge"]["reference_categories"] if name not in referenced]:
                remarks.append(f"judge.reference_categories loses {few(gone, 12)}, not all of whose questions have a reference")
        elif new:
            remarks.append(f"new in labels.question of {paths.PARAMS}: {few(new, 12)}")
        recorded = [id for id, model in params["models"].items() if "recorded" in model]
        if recorded:
            remarks.append(f"recorded models have no answers to these questions yet: {few(recorded, 8)}")
        shown = preview(reading, staged, f"questions of {corpus}", remarks)

        def change(document: CommentedMap) -> None:
            entry = {"source": str(target), "language": language, "kind": "question"}
            if present:
                document["corpora"][corpus].update(entry)
            else:
                add_entries(document, "corpora", {corpus: entry})
                add_entries(document["post_edit"], "corpora", {corpus: str(paths.edited(corpus, "question"))})
            if corpus != BENCHMARK:
                add_items(document["labels"], "question", new)
                return
            put_items(document["labels"], "question", labels)
            keep_entries(document, "criteria", labels)
            put_items(document["judge"], "reference_categories", referenced)

        done = f"{count(staged.rows, 'question')} imported as {corpus}; `seedbed plan` shows what a build would send"
        return finish(shown, done, target, reading, staged, change, yes=yes)


def _questions(reading: Reading, ids: Ids, default: str | None, categories: dict[str, None]) -> Iterator[Question]:
    categories.clear()
    for where, record in reading:
        assert isinstance(record, QuestionRecord)
        if len(record.turns) > MOST_TURNS:
            reading.leave_out(f"it has more than {MOST_TURNS} turns", where)
            continue
        category = record.category or default or _UNKNOWN_CATEGORY
        if category == "all":
            raise UserError(f"{where}: field category: 'all' is reserved for the total in the report; use another name")
        if (id := ids.give(record.id, record.turns, where)) is None:
            continue
        categories.setdefault(category)
        first, *others = record.turns
        question: Question = {"id": id, "category": category, "text": first}
        if others:
            question["follow_ups"] = others
        yield question


def _referenced(params: Params, staged: Path, corpus: str) -> list[str]:
    """Return the categories that are judged by references of which every question has one, once a corpus is replaced."""
    ids: dict[str, set[str]] = {}
    for rows in (read_rows(staged), *(source_rows(params, name) for name in question_corpora(params) if name != corpus)):
        for row in rows:
            ids.setdefault(row["category"], set()).add(row["id"])
    path = paths.references(params["language"])
    known = {row["id"] for row in read_rows(path, "reference")} if path.is_file() else set()
    return [name for name in params["judge"]["reference_categories"] if ids.get(name, {""}) <= known]
