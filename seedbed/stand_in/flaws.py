"""How an English instruction is spoilt on its way into another language: by the rule of the filter that finds it.

Where a rule knows a language by its words, the words are the language's own (`repertoire/phrases.jsonl`), as far as the
stand-in knows any; models refuse in English, too, so English it is elsewhere.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from string import Template

from seedbed.stand_in import english
from seedbed.stand_in.alphabets import LATIN, script_of
from seedbed.stand_in.localise import CLOSE, localise
from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row


@dataclass(frozen=True)
class Target:
    """What an instruction is written for.

    Attributes:
        language: the code of its language.
        wording: a sentence of the prompt that asked for it; empty where there is none.
    """

    language: str
    wording: str

    def localise(self, row: Row) -> Row:
        """Return `row` with its texts pseudo-localised."""
        return row | {field: localise(row[field], self.language) for field in english.FIELDS}


@cache
def _phrases() -> dict[str, Row]:
    return {row["language"]: row for row in load("phrases")}


def _near_duplicate(row: Row, target: Target, chance: random.Random) -> Row:
    """A much-used instruction again."""
    return target.localise(english.popular(chance))


def _refusal(row: Row, target: Target, chance: random.Random) -> Row:
    return target.localise(row) | {"output": _phrases().get(target.language, _phrases()["en"])["refusal"]}


def _truncated(row: Row, target: Target, chance: random.Random) -> Row:
    """Cut in the middle of a sentence, or of a code block, which any language's filter can see."""
    localised = target.localise(row)
    if chance.random() < 0.5:
        return localised | {"output": localised["output"].replace("```", "").removesuffix(CLOSE) + "\n```python\nresult ="}
    output = localised["output"]
    return localised | {"output": re.sub(r"\W+$", "", output[: max(4, len(output) // 2)]) + ","}


def _not_text_task(row: Row, target: Target, chance: random.Random) -> Row:
    """An image is asked for: in the language's words, or else in pseudo-localised ones, which no rule can know."""
    name, phrases = chance.choice(load("topics.en"))["name"], _phrases().get(target.language)
    if phrases:
        wish = Template(phrases["not_text_task"]).substitute(name=localise(name, target.language))
    else:
        wish = localise(Template(_phrases()["en"]["not_text_task"]).substitute(name=name), target.language)
    return target.localise(row | {"input": "", "output": "Here it is, ready to use."}) | {"instruction": wish}


def _output_missing(row: Row, target: Target, chance: random.Random) -> Row:
    localised = target.localise(row)
    return localised | {"output": chance.choice(["", localised["instruction"]])}


def _repetitive(row: Row, target: Target, chance: random.Random) -> Row:
    return target.localise(row | {"output": " ".join([chance.choice(load("topics.en"))["good"]] * 4)})


def _template_leak(row: Row, target: Target, chance: random.Random) -> Row:
    """The prompt's own words before the answer."""
    localised = target.localise(row)
    return localised | {"output": f"{target.wording or '###'}\n{localised['output']}"}


def _wrong_language(row: Row, target: Target, chance: random.Random) -> Row:
    """In plain English; where that has the same letters, in others."""
    text = english.plain_request(chance)
    if script_of(target.language) == LATIN:
        text = localise(text, "el")
    return target.localise(row) | {"instruction": text, "input": ""}


def _too_short(row: Row, target: Target, chance: random.Random) -> Row:
    return target.localise(row | {"instruction": chance.choice(["why", "fix", "sum", "who"]), "input": ""})


def _too_long(row: Row, target: Target, chance: random.Random) -> Row:
    topics = chance.sample(load("topics.en"), 20)
    return target.localise(row | {"output": " ".join(fact["text"] for topic in topics for fact in topic["facts"])})


def _empty(row: Row, target: Target, chance: random.Random) -> Row:
    return target.localise(row) | {"instruction": " "}


def _benchmark_leak(row: Row, target: Target, chance: random.Random) -> Row:
    """A question of the example rows, as it is in the benchmark when nobody has edited it."""
    known = chance.choice(load("answers.en"))
    return target.localise(row | {"instruction": known["question"], "input": "", "output": known["good"]})


_FLAWS: tuple[Callable[[Row, Target, random.Random], Row], ...] = (
    _near_duplicate,
    _refusal,
    _truncated,
    _not_text_task,
    _output_missing,
    _repetitive,
    _template_leak,
    _wrong_language,
    _too_short,
    _too_long,
    _empty,
    _benchmark_leak,
)
FLAWS = {flaw.__name__.removeprefix("_"): flaw for flaw in _FLAWS}
"""By the rule of the filter that finds it, what spoils an English instruction and returns it in its language."""
