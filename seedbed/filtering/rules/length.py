"""Rules on how long a candidate is."""

from seedbed.filtering.rules.registry import Context, rule
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank, without_invisible


@rule
def empty(candidate: Row, context: Context) -> str | None:
    """The instruction is blank: a reader would see nothing of it."""
    return "the instruction is empty" if is_blank(candidate["instruction"]) else None


@rule
def too_short(candidate: Row, context: Context) -> str | None:
    """Instruction and input together have fewer characters than `filter.characters.least`."""
    length = sum(len(without_invisible(candidate[field]).strip()) for field in ("instruction", "input"))
    least = context.least_characters
    return f"{length} characters, fewer than {least}" if length < least else None


@rule
def too_long(candidate: Row, context: Context) -> str | None:
    """Instruction, input or output has more characters than `filter.characters.most`."""
    name, length = max(((f, len(candidate[f])) for f in ("instruction", "input", "output")), key=lambda pair: pair[1])
    most = context.most_characters
    return f"{name}: {length} characters, more than {most}" if length > most else None
