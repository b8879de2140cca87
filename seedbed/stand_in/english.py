"""Instructions in English: a frame, filled from a topic that fits it, with a lead and a context before or after it.

They are the material of every language but Japanese: see `seedbed.stand_in.localise`. A topic is a person (by trade), a
place, a food, a procedure, an object, an event or something in nature; a frame lists the kinds that it takes.
"""

import random
from functools import cache
from string import Template

from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row

FIELDS = ("instruction", "input", "output")
_NAMES = ["Ada", "Amir", "Elena", "Farid", "Hana", "Ivo", "Jonas", "Kofi", "Lea", "Lin"]
_NAMES += ["Mina", "Noor", "Omar", "Petra", "Ravi", "Rosa", "Samir", "Tala", "Tomas", "Yuki"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_HOURS = ["9:30", "10:15", "11:00", "14:30", "16:45", "18:00", "19:15", "20:30"]
_THINGS = ["harbour", "notebook", "umbrella", "orchard", "lantern", "ferry", "teapot", "ladder"]


def plain_request(chance: random.Random) -> str:
    """Return a short instruction in plain English."""
    words = chance.sample(_THINGS, 3)
    return f"Write two sentences about a {words[0]}, a {words[1]} and a {words[2]}."


def compose(chance: random.Random) -> Row:
    """Return an instruction: a frame, mostly with a lead that quotes something of the topic, and a context."""
    topic = chance.choice(load("topics.en"))
    row = _fill(chance.choice(_frames_for(topic["kind"])), topic, chance)
    parts = [row["instruction"]]
    if chance.random() < 0.85:
        quotes = [topic["good"], topic["bad"], topic["differs"], *(fact["text"] for fact in topic["facts"])]
        parts.insert(0, Template(chance.choice(load("leads.en"))["lead"]).substitute(sentence=chance.choice(quotes)))
    place = chance.random()
    context = chance.choice(load("contexts.en"))["context"]
    if place < 0.4:
        parts.insert(0, context)
    elif place < 0.8:
        parts.append(context)
    return row | {"instruction": " ".join(parts)}


def popular(chance: random.Random) -> Row:
    """Return one of forty much-used instructions, without lead and context."""
    drawn = random.Random(chance.randrange(40))
    topic = drawn.choice(load("topics.en"))
    return _fill(drawn.choice(_frames_for(topic["kind"])), topic, drawn)


@cache
def _frames_for(kind: str) -> list[Row]:
    return [frame for frame in load("frames.en") if kind in frame["kinds"]]


def _fill(frame: Row, topic: Row, chance: random.Random) -> Row:
    values = {name: topic[name] for name in ("name", "field", "who", "about", "good", "bad", "other", "differs")}
    values |= {f"step{i}": step for i, step in enumerate(topic["steps"], start=1)}
    values |= {f"thing{i}": thing for i, thing in enumerate(topic["things"], start=1)}
    for i, fact in enumerate(chance.sample(topic["facts"], 3), start=1):
        number = i if i > 1 else ""
        values |= {f"label{number}": fact["label"], f"text{number}": fact["text"]}
    values |= {"bare": _bare(topic["name"]), "bare_other": _bare(topic["other"]), "sorted": "; ".join(sorted(topic["things"]))}
    values |= dict(zip(("person1", "person2"), chance.sample(_NAMES, 2), strict=True))
    values |= {"day": chance.choice(_DAYS), "hour": chance.choice(_HOURS)}
    large, small = chance.randint(12, 89), chance.randint(2, 9)
    numbers = {"number": large, "number2": small, "sum": large + small, "rest": large - small}
    numbers |= {"more": large + 1, "product": (large + 1) * small}
    values |= {name: str(number) for name, number in numbers.items()}
    values |= {_capital(name): _capital(value) for name, value in values.items()}
    return {"task_type": frame["task_type"]} | {field: Template(frame[field]).substitute(values) for field in FIELDS}


def _bare(name: str) -> str:
    """Return a name without its article."""
    article, _, rest = name.partition(" ")
    return rest if article in ("a", "an", "the") else name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
