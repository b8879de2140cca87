"""The warning that what is exported was made by the stand-in."""

import sys
from collections.abc import Iterable, Mapping

from seedbed.project.row_types import MadeBy
from seedbed.publishing.examples import by_stand_in
from seedbed.reporting.shared import stand_in_sentence
from seedbed.reporting.texts import ENGLISH_WORDS


def warn_of_stand_in(made: Mapping[str, Iterable[MadeBy | None]], consequence: str) -> None:
    """Say on stderr what of an export the stand-in made, as the reports do; nothing where it made none.

    Args:
        made: who made the rows, by what the reports call them: `questions`, `answers`, `judgments`, `ratings`.
        consequence: what follows, by its name in the reports' texts.
    """
    say = ENGLISH_WORDS
    found = [name for name, makers in made.items() if any(by_stand_in(_columns(each)) for each in makers if each)]
    if sentence := stand_in_sentence([say(f"stand_in_{name}") for name in found], say(consequence)):
        print(f"{say('stand_in_title')} {sentence}", file=sys.stderr)


def _columns(maker: MadeBy) -> dict[str, str | None]:
    """Return a maker as a row of `examples.parquet` has it; of recorded rows nobody is known."""
    return {"endpoint": maker.get("endpoint"), "model": maker.get("model")}
