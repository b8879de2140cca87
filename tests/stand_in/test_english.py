"""The English repertoire: whole, typed, and said once."""

import random
import re
from collections import Counter
from string import Template

import pytest

from seedbed.filtering.tokenisers import space
from seedbed.project.params import load_params
from seedbed.stand_in import english
from seedbed.stand_in.repertoire import load
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.rows import Row
from tests.harness import ROOT

FILES = ["frames.en", "topics.en", "contexts.en", "leads.en", "answers.en", "all_purpose.en", "phrases"]
TOPIC = {"kind", "name", "field", "who", "about", "good", "bad", "other", "differs", "facts", "things", "steps"}
KINDS = {"person", "place", "food", "procedure", "object", "event", "nature"}
SENTENCES = ("about", "good", "bad", "differs")


def report(problems: list[str]) -> None:
    """Fail with all problems, a line each."""
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", FILES)
def test_files_are_canonical(name: str) -> None:
    text = (ROOT / "seedbed" / "stand_in" / "repertoire" / f"{name}.jsonl").read_text(encoding="utf-8")
    assert text == "".join(canonical(parse_json(line)) + "\n" for line in text.splitlines())


def test_topics_are_many_typed_and_whole() -> None:
    topics = load("topics.en")
    assert len(topics) >= 40
    assert Counter(topic["kind"] for topic in topics).keys() == KINDS
    problems = []
    for topic in topics:
        if set(topic) != TOPIC or [len(topic[name]) for name in ("facts", "things", "steps")] != [3, 4, 4]:
            problems.append(f"{topic['name']}: not whole")
        texts = [topic[name] for name in SENTENCES] + [fact["text"] for fact in topic["facts"]] + topic["steps"]
        problems += [f"{topic['name']}: no sentence: {text!r}" for text in texts if not re.fullmatch(r"[A-Z].*\.", text)]
        problems += [f"{topic['name']}: has a $" for text in texts if "$" in text]
        name = topic["name"].removeprefix("a ").removeprefix("an ")
        problems += [
            f"{topic['name']} {field}: does not name it: {topic[field]!r}"
            for field in SENTENCES
            if name.lower() not in topic[field].lower()
        ]
    report(problems)


@pytest.mark.parametrize("field", ["name", "who", "about", "good", "bad", "differs"])
def test_topics_say_a_thing_once(field: str) -> None:
    counts = Counter(topic[field] for topic in load("topics.en"))
    few = {"who"}  # one person may be interested in two things
    report([f"{n} times: {text!r}" for text, n in counts.items() if n > (2 if field in few else 1)])


def test_frames_are_many_of_many_types_and_take_topics_that_there_are() -> None:
    frames, types = load("frames.en"), load_params(ROOT / "params.yaml")["labels"]["task"]
    assert len(frames) >= 40
    assert len({frame["task_type"] for frame in frames}) >= 10
    assert len({frame["id"] for frame in frames}) == len({frame["instruction"] for frame in frames}) == len(frames)
    problems = []
    for frame in frames:
        if set(frame) != {"id", "task_type", "kinds", "instruction", "input", "output"}:
            problems.append(f"{frame['id']}: keys {sorted(frame)}")
        if frame["task_type"] not in types or not frame["kinds"] or not set(frame["kinds"]) <= KINDS:
            problems.append(f"{frame['id']}: an unknown type or kind")
        if len(set(Template(frame["instruction"]).get_identifiers())) < 2:
            problems.append(f"{frame['id']}: fewer than two variables in the instruction")
    report(problems)


def test_contexts_leads_and_phrases_are_said_once() -> None:
    for name, field, least in (("contexts.en", "context", 40), ("leads.en", "lead", 14), ("phrases", "language", 3)):
        texts = [row[field] for row in load(name)]
        assert len(texts) == len(set(texts)) >= least
    assert all(Template(row["lead"]).get_identifiers() == ["sentence"] for row in load("leads.en"))
    assert all(Template(row["not_text_task"]).get_identifiers() == ["name"] for row in load("phrases"))


@pytest.fixture(scope="module")
def composed() -> list[Row]:
    """Instructions of every frame with every topic that it takes."""
    return [
        english._fill(frame, topic, random.Random(frame["id"] + topic["name"]))
        for frame in load("frames.en")
        for topic in load("topics.en")
        if topic["kind"] in frame["kinds"]
    ]


def test_every_frame_can_be_filled_with_every_topic_that_it_takes(composed: list[Row]) -> None:
    assert len(composed) > 2_000
    report([f"{field}: {row[field]!r}" for row in composed for field in english.FIELDS if "$" in row[field]])
    report([row["instruction"] for row in composed if not row["output"].strip() or row["instruction"][-1] not in ".?!:"])
    report([row["instruction"] for row in composed if re.search(r"\b(?:a|an|the) (?:a|an|the)\b", row["instruction"])])


def test_sums_are_right(composed: list[Row]) -> None:
    sums = [row["output"] for row in composed if row["task_type"] == "arithmetic"]
    assert sums
    for text in sums:
        left, sign, right, result = re.findall(r"(\d+) ([+×-]) (\d+) = (\d+)", text)[0]
        value = {"+": int(left) + int(right), "-": int(left) - int(right), "×": int(left) * int(right)}[sign]
        assert value == int(result)
        assert f"so {result}" in text or f"has {result}" in text


def test_code_and_json_parse(composed: list[Row]) -> None:
    blocks = [code for row in composed for code in re.findall(r"```python\n(.*?)```", row["output"], re.DOTALL)]
    assert blocks
    for code in blocks:
        compile(code, "block", "exec")
    objects = [row["output"] for row in composed if row["output"].startswith("{")]
    assert objects
    assert all(set(parse_json(text)) == {"subject", "field", "related"} for text in objects)


def test_an_instruction_is_some_sentences_long() -> None:
    lengths = [len(space(english.compose(random.Random(seed))["instruction"])) for seed in range(200)]
    assert 25 < sum(lengths) / len(lengths) < 60
    assert max(lengths) < 120
