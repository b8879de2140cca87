"""`seedbed import seeds` and `seedbed import rows`: import tasks as seed tasks or as rows of a training set.

{"id":"seed_task_0","input":"","instruction":"Is there …","is_classification":false,"output":"Yes, …","task_type":"open_qa"}
"""

from collections import Counter
from collections.abc import Iterator

from ruamel.yaml.comments import CommentedMap

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.recorded.formats import ROWS, SEEDS
from seedbed.recorded.ids import Ids, stage_with_ids
from seedbed.recorded.placing import finish, preview, staging, written_to
from seedbed.recorded.reading import Reading, Source
from seedbed.recorded.records import TaskRecord
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank
from seedbed.util.words import count, few
from seedbed.util.yaml_edit import add_entries, add_items

_OPEN, _CLASSIFIED = "open_qa", "classification"


def import_seeds(source: Source, corpus: str, language: str, task_type: str | None, *, yes: bool) -> str:
    """Make a file of tasks the source of a corpus of tasks.

    Args:
        source: what is imported.
        corpus: `seed_tasks` or `baseline`.
        language: ISO 639 code of what the tasks are written in.
        task_type: of rows that say none.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, or the corpus is none of tasks.
    """
    params, target = load_params(), paths.RECORDED / f"{corpus}.jsonl"
    if corpus not in ("seed_tasks", "baseline"):
        raise UserError(f"--corpus {corpus}: expected seed_tasks or baseline")
    types = Counter[str]()
    with staging() as folder:
        reading, staged = stage_with_ids(
            folder, lambda: Reading(source, SEEDS), lambda reading, ids: _tasks(reading, ids, params, task_type, types), "task"
        )
        new = [name for name in types if name not in params["labels"]["task"]]
        remarks = [f"task types: {few([f'{name} {number:,}' for name, number in types.most_common()], 8)}"]
        if new:
            remarks.append(f"new in labels.task of {paths.PARAMS}: {few(new, 20)}")
        before = params["corpora"][corpus]["source"] if corpus in params["corpora"] else None
        remarks.append(written_to(target, f"corpora.{corpus}", before))
        shown = preview(reading, staged, f"tasks of {corpus}", remarks)

        def change(document: CommentedMap) -> None:
            entry = {"source": str(target), "language": language, "kind": "task"}
            if corpus in document["corpora"]:
                document["corpora"][corpus].update(entry)
            else:
                add_entries(document, "corpora", {corpus: entry})
            add_items(document["labels"], "task", new)

        done = f"{count(staged.rows, 'task')} imported as {corpus}; `seedbed plan` shows what a build would send"
        return finish(shown, done, target, reading, staged, change, yes=yes)


def import_rows(source: Source, name: str, *, yes: bool) -> str:
    """Make a file of tasks the rows of a training set.

    Args:
        source: what is imported; its rows are in the target language already.
        name: id of the set.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, or the set is made of other rows.
    """
    params, id = load_params(), name
    if slug(name) != name:
        raise UserError(f"--set {name}: not a valid id; use lower-case letters, digits, - and _, e.g. --set {slug(name)}")
    target = paths.RECORDED / "rows" / f"{id}.jsonl"
    present = params["sets"].get(id)
    if present is not None and present["rows"] != str(target):
        raise UserError(
            f"--set {name}: sets.{id} of {paths.PARAMS} uses {present['rows']}; choose another id for the imported set"
        )
    with staging() as folder:
        reading, staged = stage_with_ids(
            folder, lambda: Reading(source, ROWS), lambda reading, ids: _tasks(reading, ids, params, None, None), None
        )
        remarks = [written_to(target, f"sets.{id}", present["rows"] if present else None)]
        shown = preview(reading, staged, f"rows of the set {id}", remarks)
        entries = {} if present else {id: {"seeds": str(paths.EMPTY), "rows": str(target)}}
        done = f"{count(staged.rows, 'row')} imported; `seedbed repro export@{id}` writes the set"
        return finish(shown, done, target, reading, staged, lambda document: add_entries(document, "sets", entries), yes=yes)


def _tasks(reading: Reading, ids: Ids, params: Params, default: str | None, types: Counter[str] | None) -> Iterator[Row]:
    """Yield the rows of a file of tasks; with `types`, as the schema of seed tasks wants them, counted by type."""
    labels = params["labels"]["task"]
    if types is not None:
        types.clear()
    for where, record in reading:
        assert isinstance(record, TaskRecord)
        if is_blank(record.instruction) or is_blank(record.output):
            reading.leave_out(f"its {'instruction' if is_blank(record.instruction) else 'output'} is blank", where)
            continue
        talk: Row = {"system": record.system} if record.system else {}
        if record.further:
            talk["further"] = [{"instruction": asked, "output": said} for asked, said in record.further]
        id = ids.give(record.id, [*record[:3], talk] if talk else record[:3], where)
        if id is None:
            continue
        row: Row = {"id": id, "instruction": record.instruction, "input": record.input, "output": record.output}
        if types is None:
            yield row | talk | ({"task_type": record.task_type} if record.task_type else {})
            continue
        kind = _type(record, default, labels, where)
        types[kind] += 1
        is_class = kind == _CLASSIFIED if record.is_classification is None else record.is_classification
        yield row | {"task_type": kind, "is_classification": is_class}


def _type(record: TaskRecord, default: str | None, labels: list[str], where: str) -> str:
    """Return a task's type: its own, the one that the user names, or what is nearest of those that the project has."""
    try:
        if record.task_type:
            return record.task_type if record.task_type in labels else slug(record.task_type)
        if default:
            return default if default in labels else slug(default)
    except UserError as error:
        raise UserError(f"{where}: field task_type: {error}") from None
    nearest = _CLASSIFIED if record.is_classification else _OPEN
    return nearest if nearest in labels else labels[0]
