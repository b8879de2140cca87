"""Instructions in Japanese: a frame, filled from a topic of the kind that it takes; and their flaws."""

import random
from collections.abc import Callable
from functools import cache
from itertools import accumulate

from seedbed.stand_in.english import plain_request
from seedbed.stand_in.filling import LETTER, fill, topics
from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row

_RARE = 0.1
"""How often a frame is drawn whose rows are soon too much alike, beside any other."""


def compose(chance: random.Random, task_type: str | None = None, topic: str | None = None) -> Row:
    """Return a frame filled from a topic that fits it.

    Args:
        chance: draws them.
        task_type: of the frame; any where it is None, or where there is no frame of it.
        topic: what it is about; any where it is None, or where the repertoire does not know it.
    """
    asked = _by_name().get(topic) if topic else None
    frames, weights = _frames(task_type, frozenset(asked["kinds"]) if asked else None)
    frame = chance.choices(frames, cum_weights=weights)[0]
    kind = frame["kinds"][0]
    if asked is None or kind not in {*asked["kinds"], LETTER}:
        asked = chance.choice(topics(kind))
    return fill(frame, asked, chance)


@cache
def _by_name() -> dict[str, Row]:
    return {topic["topic"]: topic for topic in load("topics.ja")}


@cache
def _frames(task_type: str | None, kinds: frozenset[str] | None) -> tuple[list[Row], list[float]]:
    """Return the frames that fit, and their cumulative weights: a frame that quotes little of a topic is rare.

    Args:
        task_type: the frames' type; None for any.
        kinds: those of the topic that fills one; None for any topic. A letter quotes none.
    """
    frames = list(load("frames.ja"))
    frames = [frame for frame in frames if task_type in (None, frame["task_type"])] or frames
    if kinds is not None:
        frames = [frame for frame in frames if (kinds | {LETTER}) & {*frame["kinds"]}] or frames
    return frames, list(accumulate(_RARE if frame["rare"] else 1.0 for frame in frames))


def _near_duplicate(row: Row, chance: random.Random) -> Row:
    """A seed or a much-used instruction again, hardly changed."""
    return compose(random.Random(chance.randrange(40)))


def _refusal(row: Row, chance: random.Random) -> Row:
    return row | {"output": "申し訳ありませんが、そのご依頼にはお答えできません。"}


def _truncated(row: Row, chance: random.Random) -> Row:
    output = row["output"]
    return row | {"output": output[: max(4, len(output) // 2)].rstrip("。、\n") + "、"}


def _not_text_task(row: Row, chance: random.Random) -> Row:
    topic = chance.choice(load("topics.ja"))["topic"]
    wish = chance.choice(
        [
            "の様子がわかる画像を生成してください。",
            "を紹介する動画を編集してください。",
            "の配置をまとめた地図を描いてください。",
        ]
    )
    return row | {"instruction": topic + wish, "input": "", "output": "承知しました。ご用意しました。"}


def _output_missing(row: Row, chance: random.Random) -> Row:
    return row | {"output": chance.choice(["", row["instruction"]])}


def _repetitive(row: Row, chance: random.Random) -> Row:
    sentence = row["output"].split("。")[0].split("\n")[0] or "そのとおりです"
    return row | {"output": f"{sentence}。" * 4}


def _template_leak(row: Row, chance: random.Random) -> Row:
    return row | {"instruction": f"指示：{row['instruction']}"}


def _wrong_language(row: Row, chance: random.Random) -> Row:
    return row | {"instruction": plain_request(chance), "input": ""}


def _too_short(row: Row, chance: random.Random) -> Row:
    return row | {"instruction": chance.choice(["要約", "説明して", "どう？", "直して"]), "input": ""}


def _too_long(row: Row, chance: random.Random) -> Row:
    pieces = [aspect["text"] for topic in chance.sample(load("topics.ja"), 60) for aspect in topic["aspects"]]
    return row | {"output": "".join(pieces)}


def _empty(row: Row, chance: random.Random) -> Row:
    return row | {"instruction": " "}


def _benchmark_leak(row: Row, chance: random.Random) -> Row:
    known = chance.choice(load("answers.ja"))
    return row | {"instruction": known["question"], "input": "", "output": known["good"]}


_FLAWS: tuple[Callable[[Row, random.Random], Row], ...] = (
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
"""By the rule of the filter that finds it, what spoils an instruction."""
