"""Which format a file has, by its first row; where it has none that is known, what `--map` might say of its fields."""

from collections.abc import Sequence
from shlex import quote

from seedbed.recorded.formats import ANSWERS, CONVERSATION, FORMATS, MAPPED, QUESTIONS, ROWS, SEEDS, Format
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

_USUAL = {
    "instruction": ("prompt", "question", "query", "inputs", "text"),
    "input": ("context",),
    "output": ("response", "completion", "answer", "target", "outputs", "chosen"),
    "text": ("prompt", "question", "query", "instruction", "input"),
    "answer": ("output", "response", "completion", "generated", "prediction", "text"),
    "question": ("prompt", "instruction", "query", "input"),
}
"""What other tools call a field of ours."""
_USUAL_TURNS = {QUESTIONS: ("turns", "questions", "prompts"), ANSWERS: ("turns", "outputs", "answers", "responses")}
_ASKED_FOR = {
    **dict.fromkeys((SEEDS, ROWS), ("instruction", "input", "output")),
    QUESTIONS: ("text",),
    ANSWERS: ("answer", "question"),
}
"""What is said of each row; the question is what an answer belongs to, where it has no id."""
_NO_TEXT = frozenset({"id", "question_id", "uid", "category", "task_type", "model", "dataset", "source"})


def format_of(row: Row, where: str, target: str, named: str | None = None) -> Format:
    """Return the format of a file, by its first row.

    Args:
        row: the first row.
        where: its file and line.
        target: what is to be made of it.
        named: the format that it is said to have.

    Raises:
        UserError: it has no known format, or nothing of this kind can be made of it; says what it resembles.
    """
    by_name = {format.name: format for format in FORMATS}
    if named is not None:
        if named not in by_name:
            raise UserError(f"--format {named}: unknown format; expected one of {', '.join(by_name)}")
        if missing := by_name[named].missing(row):
            found = next((each for each in FORMATS if each.fits(row)), None)
            hint = f"; it looks like {found.label} ({found.name})" if found else ""
            raise UserError(f"{where}: not {by_name[named].label}: {_or(missing)} is missing{hint}")
        fitting = [by_name[named]]
    else:
        fitting = [format for format in FORMATS if format.fits(row)]
        if target in (SEEDS, ROWS):  # a table with both, as we write it, keeps instruction and input apart
            fitting.sort(key=lambda each: each.read is CONVERSATION)
    for format in fitting:
        if target in format.read:
            return format
    if fitting:
        gives = [f"`seedbed import {each}`" for each in fitting[0].read]
        instead = fitting[0].instead.get(target) or f"{' or '.join(gives)} reads it"
        raise UserError(f"{where}: this looks like {fitting[0].label}, which contains no {target}; {instead}")
    raise UserError(f"{where}: {_resembles(row, target)}")


def _or(fields: Sequence[str]) -> str:
    return ", ".join(field.replace("|", " or ") for field in fields)


def _resembles(row: Row, target: str) -> str:
    there = ", ".join(map(str, list(row)[:12])) + (", …" if len(row) > 12 else "")
    near = max(FORMATS, key=lambda each: 1 - len(each.missing(row)) / len(each.fields))
    missing = near.missing(row)
    hint = f"; it is most similar to {near.label}, but {_or(missing)} is missing" if len(missing) < len(near.fields) else ""
    say = f"; map the fields, e.g. {_likely(row, target)}" if target in MAPPED else ""
    return f"unknown format with the fields {there or 'none'}{hint}{say}"


def _likely(row: Row, target: str) -> str:
    """Return what a user might write to say which field is which: by the usual names, else by the longest text."""
    lists = [name for name in row if isinstance(row[name], list) and row[name] and isinstance(row[name][0], str)]
    texts = {name: row[name] for name in row if isinstance(row[name], str) and name not in _NO_TEXT}
    texts |= {f"{name}.0": row[name][0] for name in lists if len(row[name]) == 1}
    turns = next((name for name in _USUAL_TURNS.get(target, ()) if name in lists), None)
    pairs = {"turns": turns} if turns else dict[str, str]()
    asked_for = [ours for ours in _ASKED_FOR[target] if not turns or ours == "question"]
    for ours in asked_for:
        usual = (name for each in (ours, *_USUAL[ours]) for name in (each, f"{each}.0") if name in texts)
        if found := next((name for name in usual if name not in pairs.values()), None):
            pairs[ours] = found
    left = sorted(texts.keys() - pairs.values(), key=lambda name: (-len(texts[name]), name))
    for ours in asked_for:
        if ours not in pairs and ours != "input" and not (turns and ours == "question"):
            pairs[ours] = left.pop(0) if left else "FIELD"
    return " ".join(f"--map {quote(f'{ours}={theirs}')}" for ours, theirs in pairs.items())
