"""Which format a file has, by its first row; where it has none that is known, what `--map` might say of its fields."""

from collections import deque
from collections.abc import Iterator, Sequence
from shlex import quote

from seedbed.recorded.formats import ANSWERS, CONVERSATION, FORMATS, MAPPED, QUESTIONS, ROWS, SEEDS, Format
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

_USUAL = {
    "instruction": ("prompt", "question", "query", "inputs", "text", "input"),
    "input": ("context",),
    "output": ("response", "completion", "answer", "target", "targets", "outputs"),
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
_NO_TEXT = frozenset(
    {"id", "question_id", "message_id", "message_tree_id", "parent_id", "user_id", "uid", "category", "task_type", "type"}
    | {"model", "dataset", "source", "role", "language", "language_code", "lang", "tree_state", "annotation_type"}
)


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
    unknown = f"unknown format with the fields {there or 'none'}"
    if target in MAPPED:
        likely = _likely(row, target)
        maps = " ".join(f"--map {quote(f'{ours}={theirs}')}" for ours, theirs in likely.items())
        outer, inner, _ = next(iter(likely.values())).partition(".0.")
        return f"{unknown}; map the fields, e.g. {maps}" + (f"; if {outer} holds the rows, give --at {outer}" if inner else "")
    known = [each for each in FORMATS if target in each.read]
    near = max(known, key=lambda each: 1 - len(each.missing(row)) / len(each.fields))
    hint = f" (the most similar: {near.label}, but {_or(near.missing(row))} is missing)"
    return f"{unknown}; {target} are read in the formats {', '.join(each.name for each in known)}{hint}"


def _likely(row: Row, target: str) -> dict[str, str]:
    """Return which of a row's fields is likely which of ours: by the usual names, else by the longest text."""
    lists = [name for name in row if isinstance(row[name], list) and row[name] and isinstance(row[name][0], str)]
    texts = dict(_texts(row))
    turns = next((name for name in _USUAL_TURNS.get(target, ()) if name in lists), None)
    pairs = {"turns": turns} if turns else dict[str, str]()
    asked_for = [ours for ours in _ASKED_FOR[target] if not turns or ours == "question"]
    for ours in asked_for:
        usual = (path for name in (ours, *_USUAL[ours]) for path in texts if _name(path).lower() == name)
        if found := next((path for path in usual if path not in pairs.values()), None):
            pairs[ours] = found
    if target in (SEEDS, ROWS) and not texts and (talk := next((name for name in lists if len(row[name]) > 1), None)):
        pairs |= {"instruction": f"{talk}.0", "output": f"{talk}.1"}
    left = sorted(texts.keys() - pairs.values(), key=lambda path: (-len(texts[path]), path))
    open_ = [ours for ours in asked_for if ours not in pairs and ours != "input" and not (turns and ours == "question")]
    if len(open_) > 1 and len(left) > 1:  # which of them is which, nobody can say
        left = []
    return pairs | {ours: left.pop(0) if left else "FIELD" for ours in open_}


def _texts(row: Row) -> Iterator[tuple[str, str]]:
    """Yield path and text of what may be a text of a task, outer ones first; of a list of objects the first one's."""
    waiting = deque((str(name), value) for name, value in row.items())
    while waiting:
        path, value = waiting.popleft()
        if isinstance(value, str) and _name(path).lower() not in _NO_TEXT:
            yield path, value
        elif isinstance(value, dict):
            waiting.extend((f"{path}.{name}", inner) for name, inner in value.items())
        elif isinstance(value, list) and value and (len(value) == 1 or isinstance(value[0], dict)):
            waiting.append((f"{path}.0", value[0]))


def _name(path: str) -> str:
    """Return the name of the field at the end of a path, without places in lists."""
    return next((part for part in reversed(path.split(".")) if not part.isdigit()), path)
