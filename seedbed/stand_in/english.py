"""Instructions in English: a frame, filled from a topic that fits it, often with what it is for, and why it is asked.

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
_WITH_LEAD = 0.95
"""Share of the instructions that get a lead, of the types that may have one."""
_QUOTING = {"open_qa", "explanation", "comparison", "advice", "brainstorming", "dialogue", "fiction", "planning", "email"}
"""Types of which an instruction may begin with something that was read or heard about its topic."""
_IN_CONTEXT = 0.95
"""Share of the instructions that get a context, of the types that may have one."""
_TYPES = {
    "text": {
        "summarization",
        "rewriting",
        "explanation",
        "critique",
        "proofreading",
        "headline",
        "fiction",
        "formatting",
        "extraction",
        "dialogue",
    },
    "question": {"open_qa", "comparison", "logic", "arithmetic", "closed_qa", "coding"},
}
"""By what a context is for, the types that it may stand before."""
_THINGS = ["harbour", "notebook", "umbrella", "orchard", "lantern", "ferry", "teapot", "ladder"]


def plain_request(chance: random.Random) -> str:
    """Return a short instruction in plain English."""
    words = chance.sample(_THINGS, 3)
    return f"Write two sentences about a {words[0]}, a {words[1]} and a {words[2]}."


def compose(chance: random.Random, task_type: str | None = None, topic: str | None = None) -> Row:
    """Return an instruction: a frame, often with a context before it and a lead that quotes something of the topic.

    Both go only before instructions of types that they belong to, and no lead quotes what the answer will say.

    Args:
        chance: draws them.
        task_type: of the frame; any where it is None, or where no frame of it takes the topic.
        topic: what it is about; any where it is None, or where the repertoire does not know it.
    """
    asked = _by_name().get(topic) if topic else None
    if asked is None:
        fitting = {kind for frame in load("frames.en") if task_type in (None, frame["task_type"]) for kind in frame["kinds"]}
        asked = chance.choice([row for row in load("topics.en") if row["kind"] in fitting or not fitting])
    row = _fill(chance.choice(_frames_for(asked["kind"], task_type)), asked, chance)
    before = []
    if (contexts := _contexts(row["task_type"])) and chance.random() < _IN_CONTEXT:
        before.append(chance.choice(contexts))
    quotes = [asked[name] for name in ("about", "good", "bad", "differs")] + [fact["text"] for fact in asked["facts"]]
    quotes = [quote for quote in quotes if quote not in row["output"]]
    if row["task_type"] in _QUOTING and not row["input"] and quotes and chance.random() < _WITH_LEAD:
        before.append(Template(chance.choice(load("leads.en"))["lead"]).substitute(sentence=chance.choice(quotes)))
    return row | {"instruction": " ".join([*before, row["instruction"]])}


def popular(chance: random.Random) -> Row:
    """Return one of forty much-used instructions, without a context."""
    drawn = random.Random(chance.randrange(40))
    topic = drawn.choice(load("topics.en"))
    return _fill(drawn.choice(_frames_for(topic["kind"])), topic, drawn)


@cache
def _by_name() -> dict[str, Row]:
    return {topic["name"]: topic for topic in load("topics.en")}


@cache
def _contexts(task_type: str) -> list[str]:
    """Return what may stand before an instruction of this type."""
    return [row["context"] for row in load("contexts.en") if task_type in _TYPES[row["for"]]]


@cache
def _frames_for(kind: str, task_type: str | None = None) -> list[Row]:
    """Return the frames that take a kind of topic: those of the type, where there are any."""
    fitting = [frame for frame in load("frames.en") if kind in frame["kinds"]]
    return [frame for frame in fitting if task_type in (None, frame["task_type"])] or fitting


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
