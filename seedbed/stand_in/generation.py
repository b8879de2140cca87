"""The stand-in writes instructions from a grammar: a frame, filled from a topic, with a context before or after it.

A known share is flawed, each flaw in the way that one rule of the filter names, so that the filter has work.
"""

import random
import re
from collections.abc import Callable, Mapping

from seedbed.stand_in.repertoire import load
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
_FAMILIES = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "松本", "井上"]


def write(count: int, blocks: Mapping[str, str], chance: random.Random) -> list[Row]:
    """Return `count` instructions, drawn by `chance`; `blocks` are the demonstrations shown."""
    written = []
    for _ in range(count):
        flaw = chance.choices([None, *SHARES], [1 - sum(SHARES.values()), *SHARES.values()])[0]
        written.append(_FLAWS[flaw](_compose(chance), blocks, chance) if flaw else _compose(chance))
    return written


def _compose(chance: random.Random) -> Row:
    """A frame filled from a topic; mostly with a lead that quotes something of the topic, and a context."""
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


def _near_duplicate(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    """A seed or a much-used instruction again, hardly changed."""
    popular = random.Random(chance.randrange(40))
    return _fill(popular.choice(load("frames.ja")), popular.choice(load("topics.ja")), popular)


def _refusal(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    return row | {"output": "申し訳ありませんが、そのご依頼にはお答えできません。"}


def _truncated(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    output = row["output"]
    return row | {"output": output[: max(4, len(output) // 2)].rstrip("。、\n") + "、"}


def _not_text_task(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    topic = chance.choice(load("topics.ja"))["topic"]
    wish = chance.choice(
        [
            "の様子がわかる画像を生成してください。",
            "を紹介する動画を編集してください。",
            "の配置をまとめた地図を描いてください。",
        ]
    )
    return row | {"instruction": topic + wish, "input": "", "output": "承知しました。ご用意しました。"}


def _output_missing(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    return row | {"output": chance.choice(["", row["instruction"]])}


def _repetitive(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    sentence = row["output"].split("。")[0].split("\n")[0] or "そのとおりです"
    return row | {"output": f"{sentence}。" * 4}


def _template_leak(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    return row | {"instruction": f"指示：{row['instruction']}"}


def _wrong_language(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    words = chance.sample(["harbour", "notebook", "umbrella", "orchard", "lantern", "ferry", "teapot", "ladder"], 3)
    return row | {"instruction": f"Write two sentences about a {words[0]}, a {words[1]} and a {words[2]}.", "input": ""}


def _too_short(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    return row | {"instruction": chance.choice(["要約", "説明して", "どう？", "直して"])}


def _too_long(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    pieces = [aspect["text"] for topic in chance.sample(load("topics.ja"), 60) for aspect in topic["aspects"]]
    return row | {"output": "".join(pieces)}


def _empty(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    return row | {"instruction": " "}


def _benchmark_leak(row: Row, blocks: Mapping[str, str], chance: random.Random) -> Row:
    known = chance.choice(load("answers.ja"))
    return row | {"instruction": known["question"], "input": "", "output": known["good"]}


_FLAWS: dict[str, Callable[[Row, Mapping[str, str], random.Random], Row]] = {name: globals()[f"_{name}"] for name in SHARES}
