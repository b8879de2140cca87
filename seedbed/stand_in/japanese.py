"""Instructions in Japanese: a frame, filled from a topic, with a context before or after it; and their flaws."""

import random
import re
from collections.abc import Callable

from seedbed.stand_in.english import plain_request
from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row

_FAMILIES = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "松本", "井上"]


def compose(chance: random.Random) -> Row:
    """Return a frame filled from a topic; mostly with a lead that quotes something of the topic, and a context."""
    frame, topic = chance.choice(load("frames.ja")), chance.choice(load("topics.ja"))
    row = _fill(frame, topic, chance)
    if chance.random() < 0.85:
        quotes = [topic["benefit"], topic["drawback"], topic["difference"], *(aspect["text"] for aspect in topic["aspects"])]
        lead = chance.choice(load("leads.ja"))["lead"]
        row["instruction"] = lead.replace("$sentence", chance.choice(quotes)) + row["instruction"]
    place = chance.random()
    context = chance.choice(load("contexts.ja"))["context"]
    if place < 0.4:
        row["instruction"] = context + row["instruction"]
    elif place < 0.8:
        row["instruction"] += context
    return row


def _fill(frame: Row, topic: Row, chance: random.Random) -> Row:
    aspects = chance.sample(topic["aspects"], 3)
    number, number2 = chance.randint(12, 89), chance.randint(2, 9)
    name1, name2 = chance.sample(_FAMILIES, 2)
    values = {name: topic[name] for name in ("topic", "field", "definition", "benefit", "drawback")}
    values |= {name: topic[name] for name in ("situation", "related", "difference")}
    values |= {f"step{i}": step for i, step in enumerate(topic["steps"], start=1)}
    values |= {f"aspect{i if i > 1 else ''}": aspect["aspect"] for i, aspect in enumerate(aspects, start=1)}
    values |= {f"text{i if i > 1 else ''}": aspect["text"] for i, aspect in enumerate(aspects, start=1)}
    numbers = {"number": number, "number2": number2, "sum": number + number2, "product": number * number2}
    values |= {name: str(value) for name, value in numbers.items()} | {"name1": name1, "name2": name2}
    # Names stand right before Japanese letters, which Python counts as letters of a name: match ASCII names only.
    filled = {
        part: re.sub(r"\$\{?([a-z]+[0-9]?)\}?", lambda m: values[m[1]], frame[part])
        for part in ("instruction", "input", "output")
    }
    return {"task_type": frame["task_type"], **filled}


def _near_duplicate(row: Row, chance: random.Random) -> Row:
    """A seed or a much-used instruction again, hardly changed."""
    popular = random.Random(chance.randrange(40))
    return _fill(popular.choice(load("frames.ja")), popular.choice(load("topics.ja")), popular)


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
    return row | {"instruction": chance.choice(["要約", "説明して", "どう？", "直して"])}


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
