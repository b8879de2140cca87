r"""One training example, in each format that trainers read.

An exporter is a function from a task to one line of the export, a JSON object:

    @exporter
    def completion(task: Row) -> Row:
        return {"prompt": asked(task) + "\n", "completion": task["output"]}
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from seedbed.project.plugins import load_plugins, plugin_error
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError
from seedbed.util.registry import Registry, place_of
from seedbed.util.rows import Row

Exporter = Callable[[Row], Row]
"""Takes an example, with the fields that `seedbed.steps.exporting.examples` gives it."""
EXPORTERS: Registry[Exporter] = Registry("export format", ("task",))
exporter = EXPORTERS.register


@exporter
def alpaca(task: Row) -> Row:
    """Stanford Alpaca's fields; of a conversation the last exchange, and `system` and `history` as LLaMA-Factory reads them."""
    system = {"system": task["system"]} if task.get("system") else {}
    if not task.get("further"):
        return {name: task[name] for name in ("instruction", "input", "output")} | system
    *history, (instruction, output) = turns(task)
    return {"instruction": instruction, "input": "", "output": output, "history": [[*turn] for turn in history]} | system


@exporter
def messages(task: Row) -> Row:
    """Chat messages, as OpenAI's fine-tuning and most trainers read them."""
    said = _said(task, {"system": "system", "user": "user", "assistant": "assistant"})
    return {"messages": [{"role": role, "content": words} for role, words in said]}


@exporter
def sharegpt(task: Row) -> Row:
    """ShareGPT's conversations."""
    said = _said(task, {"system": "system", "user": "human", "assistant": "gpt"})
    return {"conversations": [{"from": role, "value": words} for role, words in said]}


def _said(task: Row, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each message as who says it, by the format's name, and what is said."""
    if task.get("system"):
        yield names["system"], task["system"]
    for question, answer in turns(task):
        yield names["user"], question
        yield names["assistant"], answer


def turns(task: Row) -> list[tuple[str, str]]:
    """Return what is asked and answered in each turn: one, or in an imported conversation several."""
    return [(asked(task), task["output"]), *((turn["instruction"], turn["output"]) for turn in task.get("further") or ())]


def asked(task: Row) -> str:
    """Return instruction and input as one user message; of a conversation the first one."""
    return "\n\n".join(filter(None, [task["instruction"], task["input"]]))


def load_exporter(name: str) -> Exporter:
    """Return the exporter that `export.formats` names, the library's own or a plug-in's.

    Raises:
        UserError: there is none of this name, or a plug-in cannot be imported.
    """
    load_plugins()
    exporter = EXPORTERS.get(name, "export.formats")
    return exporter if EXPORTERS.is_builtin(name) else partial(_plugged_in, name, exporter)


def schema_of(name: str) -> str | None:
    """Return the schema under `schemas/rows/` that the rows of a format fit; None for a plug-in's format."""
    return f"export_{name}" if EXPORTERS.is_builtin(name) else None


def _plugged_in(name: str, export: Exporter, task: Row) -> Row:
    """Return what a plug-in makes of a task; its mistakes are reported in one sentence."""
    doing = f"export format {name!r}, task {task['id']!r}"
    try:
        row: Any = export(deepcopy(task))  # what it writes into the task is no matter of the formats after it
    except Exception as error:
        raise plugin_error(error, doing) from None
    if not isinstance(row, dict):
        raise UserError(f"{place_of(export)}: {doing}: expected a dict, found {type(row).__name__}")
    try:
        canonical(row).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise UserError(f"{place_of(export)}: {doing}: its return value cannot be written as JSON: {error}") from None
    return row
