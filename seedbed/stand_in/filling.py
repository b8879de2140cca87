"""What a Japanese frame is filled with: a topic's sentences and steps, what can be worked out of them, and things drawn.

A topic's sentences, its steps and its situation (who would ask about it) belong together, so a filled frame speaks of one
world. A frame names the kind of topic that it takes: every topic is of kind `any`; a class that is held, a thing that is
bought, a place that is visited have kinds of their own.
"""

import random
import re
from functools import cache

from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row

LETTER = "letter"
"""Kind of a frame that quotes a letter, and nothing of a topic."""
PARTS = ("instruction", "input", "output")
# Names stand right before Japanese letters, which Python counts as letters of a name: match ASCII names only.
VARIABLE = re.compile(r"\$\{?([a-z]+[0-9]?)\}?")
Values = dict[str, str]
_TOPIC = ("topic", "field", "definition", "benefit", "drawback", "situation", "related", "difference")
_SENTENCES = ("definition", "benefit", "drawback", "difference", "text", "text2", "text3", "typo")
_FAMILIES = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "松本", "井上"]
_PLACES = ["公民館", "市民センター", "児童館", "町内会館", "図書館の会議室", "小学校の多目的室"]
_HOURS = ["9:30", "10:00", "10:30", "13:00", "13:30", "14:00", "15:00", "18:30"]
_DAYS = {"月": "Monday", "火": "Tuesday", "水": "Wednesday", "木": "Thursday", "金": "Friday", "土": "Saturday", "日": "Sunday"}
_MONTHS = ["January", "February", "March", "April", "May", "June"]
_MONTHS += ["July", "August", "September", "October", "November", "December"]
_SEASONS = {"雪": 2, "桜": 4}
"""Words of a letter's opening that leave no choice of the month that follows."""
_SUMS = ((500, 2501, 100), (8, 31), (2000, 6001, 500), (1500, 6001, 250))
"""Limits of a fee, of how many people come, of a rent, of a price: in yen and people."""


@cache
def topics(kind: str) -> list[Row]:
    """Return the topics of a kind; a letter has none, so any does."""
    return [topic for topic in load("topics.ja") if (kind if kind != LETTER else "any") in topic["kinds"]]


def fill(frame: Row, topic: Row, chance: random.Random) -> Row:
    """Return a row of `frame` with `topic` in it; only what the frame asks for is worked out or drawn."""
    wanted, kind = _variables(frame["id"]), frame["kinds"][0]
    values = _of_topic(topic, chance)
    for source in (_worked_out, _by_chance, _of_letter if kind == LETTER else _of_others):
        if not wanted <= values.keys():
            values |= source(values, topic, kind, chance)
    return {"task_type": frame["task_type"]} | {part: _put(frame[part], values) for part in PARTS}


@cache
def _variables(id: str) -> frozenset[str]:
    frame = next(frame for frame in load("frames.ja") if frame["id"] == id)
    return frozenset(name for part in PARTS for name in VARIABLE.findall(frame[part]))


def _put(text: str, values: Values) -> str:
    return VARIABLE.sub(lambda match: values[match[1]], text)


def _of_topic(topic: Row, chance: random.Random) -> Values:
    """Return a topic's sentences, three of its aspects in drawn order, and its steps."""
    values = {name: topic[name] for name in _TOPIC}
    for number, aspect in zip(("", "2", "3"), chance.sample(topic["aspects"], 3), strict=True):
        values |= {f"aspect{number}": aspect["aspect"], f"text{number}": aspect["text"]}
    return values | {f"step{i}": step for i, step in enumerate(topic["steps"], start=1)}


def _worked_out(values: Values, topic: Row, kind: str, chance: random.Random) -> Values:
    """Return sentences spoilt, quoted and counted, and the steps in several forms."""
    text, steps, times = values["text"], topic["steps"], chance.randint(3, 9)
    both = len(text) + len(values["text2"])
    opening = ["まず、", "次に、", *["続いて、"] * (len(steps) - 3), "最後に、"]
    typo = re.sub("を|は、|ます。|です。", lambda match: match[0][0] + match[0], text, count=1)
    numbers = {"length": len(text), "written": len(text) * times, "bothlength": both, "times": times}
    shuffled = next(order for _ in range(100) if (order := chance.sample(steps, len(steps))) != steps)
    return {
        **{_quoted(name): (values | {"typo": typo})[name].removesuffix("。") for name in _SENTENCES},
        **{name: str(number) for name, number in numbers.items()},
        "seconds": f"{both / 5:g}",
        "head": text[:times],
        "typo": typo,
        "nostop": text.removesuffix("。"),
        "steps": "\n".join(f"{i}. {step}" for i, step in enumerate(steps, start=1)),
        "steplist": "\n".join(f"・{step}" for step in steps),
        "checklist": "\n".join(f"- [ ] {step}" for step in steps),
        "stepline": "→".join(steps),
        "stepsentence": "".join(f"{word}{step}。" for word, step in zip(opening, steps, strict=True)),
        "shuffled": "\n".join(f"・{step}" for step in shuffled),
    }


def _quoted(name: str) -> str:
    """Return the name of a sentence as it is written in 「」: without its full stop."""
    return f"q{name}" if name[-1].isdigit() else f"{name}q"


def _by_chance(values: Values, topic: Row, kind: str, chance: random.Random) -> Values:
    """Return names, dates and sums."""
    name1, name2 = chance.sample(_FAMILIES, 2)
    day, month = chance.choice(list(_DAYS)), chance.randint(1, 12)
    number, number2 = chance.randint(12, 89), chance.randint(2, 9)
    fee, people, rent, price = (chance.randrange(*limits) for limits in _SUMS)
    minutes, bus, stay = chance.randint(9, 45), chance.randint(12, 55), chance.randrange(40, 150, 5)
    sums = {"fee": fee, "feetotal": fee * people, "feethree": fee * 3, "rent": rent, "granttotal": rent + fee * people}
    sums |= {"price": price, "off": price // 5, "paid": price - price // 5, "walk": minutes * 80}
    plain = {"people": people, "walkmin": minutes, "bus": bus, "stay": stay, "triptotal": bus + stay + bus, "feeplain": fee}
    plain |= {"month": month, "date": chance.randint(1, 28), "number": number, "number2": number2, "sum": number + number2}
    words = {"name1": name1, "name2": name2, "day": day, "eday": _DAYS[day], "emonth": _MONTHS[month - 1]}
    words |= {"place": chance.choice(_PLACES), "hour": chance.choice(_HOURS)}
    return words | {name: f"{value:,}" for name, value in sums.items()} | {name: str(value) for name, value in plain.items()}


def _of_others(values: Values, topic: Row, kind: str, chance: random.Random) -> Values:
    """Return what stands beside a topic: its name in English, two other fields, and another topic of its kind."""
    fields = [field for field in chance.sample(_fields(), 3) if field != topic["field"]]
    first, second = chance.sample(topics(kind), 2)
    other = (second if first is topic else first)["topic"]
    return {
        "english": topic.get("english", ""),
        "field2": fields[0],
        "field3": fields[1],
        "otherworkshop": other,
        "otherplace": other,
    }


@cache
def _fields() -> list[str]:
    return sorted({topic["field"] for topic in load("topics.ja")})


def _of_letter(values: Values, topic: Row, kind: str, chance: random.Random) -> Values:
    """Return a letter of three sentences in English and in Japanese."""
    parts = [chance.choice(_sentences(part)) for part in ("opening", "middle", "closing")]
    for word, month in _SEASONS.items():
        if word in parts[0]["japanese"]:
            values = values | {"month": str(month), "emonth": _MONTHS[month - 1]}
    return {
        "english": _put(" ".join(part["english"] for part in parts), values),
        "japanese": _put("".join(part["japanese"] for part in parts), values),
    }


@cache
def _sentences(part: str) -> list[Row]:
    return [row for row in load("letters.ja") if row["part"] == part]
