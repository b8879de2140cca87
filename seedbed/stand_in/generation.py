"""The stand-in writes instructions from a grammar: a frame, filled from a topic, with a context before or after it.

A known share is flawed, each flaw in the way that one rule of the filter names, so that the filter has work.
"""

import random
from collections.abc import Sequence

from seedbed.stand_in import english, flaws, japanese
from seedbed.stand_in.models import JAPANESE
from seedbed.util.rows import Row

SHARES: dict[str, float] = {
    "near_duplicate": 0.10,
    "refusal": 0.015,
    "truncated": 0.015,
    "not_text_task": 0.015,
    "output_missing": 0.015,
    "repetitive": 0.015,
    "template_leak": 0.01,
    "wrong_language": 0.01,
    "too_short": 0.005,
    "too_long": 0.005,
    "empty": 0.005,
    "benchmark_leak": 0.005,
}
"""Share of the instructions that carry each flaw."""


def write(
    count: int, chance: random.Random, language: str = JAPANESE, wording: str = "", wanted: Sequence[Row] = ()
) -> list[Row]:
    """Return `count` instructions, drawn by `chance`.

    Args:
        count: how many.
        chance: draws them.
        language: the code of their language: Japanese is written as such, any other is pseudo-localised English.
        wording: a sentence of the prompt, for the flaw `template_leak`; Japanese has its own words for that.
        wanted: what each is to be, in this order, as far as it goes: `task_type` and `topic`, of which what the repertoire
            does not know is drawn.
    """
    written: list[Row] = []
    whole: list[Row] = []
    for place in range(count):
        asked = wanted[place] if place < len(wanted) else {}
        task_type, topic = asked.get("task_type"), asked.get("topic")
        flaw = chance.choices([None, *SHARES], [1 - sum(SHARES.values()), *SHARES.values()])[0]
        if flaw == "near_duplicate" and asked:  # what was asked for is written twice, for want of an idea
            if whole:
                written.append(dict(chance.choice(whole)))
                continue
            flaw = None
        if language == JAPANESE:
            row = japanese.compose(chance, task_type, topic)
            written.append(japanese.FLAWS[flaw](row, chance) if flaw else row)
        else:
            row, target = english.compose(chance, task_type, topic), flaws.Target(language, wording)
            written.append(flaws.FLAWS[flaw](row, target, chance) if flaw else target.localise(row))
        whole += [] if flaw else written[-1:]
    return written
