"""Rules on a candidate's output."""

import re
from collections import Counter

from seedbed.filtering.language import first_match
from seedbed.filtering.rules.registry import Context, rule
from seedbed.filtering.tokenisers import fold
from seedbed.util.rows import Row


@rule
def output_missing(candidate: Row, context: Context) -> str | None:
    """The output is blank, or says the instruction again."""
    if not candidate["output"].strip():
        return "the output is empty"
    return "the output repeats the instruction" if fold(candidate["output"]) == fold(candidate["instruction"]) else None


@rule
def repetitive(candidate: Row, context: Context) -> str | None:
    """The output says one sentence three times."""
    pieces = [piece for part in re.split(r"[。．.!?！？\n]", candidate["output"]) if len(piece := part.strip()) >= 4]
    piece, times = Counter(pieces).most_common(1)[0] if len(pieces) >= 3 else ("", 0)
    return f"{piece[:40]!r} stands {times} times" if times >= 3 else None


@rule
def truncated(candidate: Row, context: Context) -> str | None:
    """The output ends in the middle of a sentence or of a code block."""
    output = candidate["output"].rstrip()
    if output.count("```") % 2:
        return "a code block that is never closed"
    return first_match(context.language.truncations, output)
