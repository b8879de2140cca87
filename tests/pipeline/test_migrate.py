"""`params.yaml` of an older project: the blocks of this library, every comment kept."""

import pytest

from seedbed.pipeline.migrate import editions_of, migrated, with_language
from seedbed.project.editions import EDITIONS
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT

OLD = """\
# Our own project.

language: ko # what we speak

# Where models are.
endpoints:
  house: # in the cellar
    structured: text
    base_url: http://localhost:1/v1 # ask Kim for the port
    max_concurrency: 4

corpora:
  baseline: {source: b.jsonl,   language: en, kind: task} # written our way

# What people are asked for.
task_types:
  - email # letters too
  - logic

# In the report's order.
categories:
  - generic

generate:
  target: 500   # a lot

# Read the paper first.
filter:
  rules: []

export:
  formats:
    - alpaca # for Mina
  seeds: true

matches: {}
"""
NEW = """\
# Our own project.

editions: # version of the library's rules, by stage; `seedbed upgrade` raises them
  translate: 1
  post_edit: 1
  as_translated: 1
  generate: 1
  filter: 1
  export: 1
  train: 1
  answer: 1
  answer_base: 1
  answer_trained: 1
  judge: 1
  score: 1
  benchmark: 1
  dataset: 1

language: ko # what we speak

# Where models are.
endpoints:
  house: # in the cellar
    structured: text

servers: # address and limits, by endpoint id; no stage depends on them
  house:
    base_url: http://localhost:1/v1 # ask Kim for the port
    max_concurrency: 4

# What people are asked for.
labels: # by kind of corpus
  task:
    - email # letters too
    - logic

# In the report's order.
  question:
    - generic

corpora:
  baseline: {source: b.jsonl,   language: en, kind: task} # written our way

post_edit:
  corpora: # what people edit, and where the edited rows go: all questions into one folder
    seed_tasks: data/build/edited/seed_tasks.jsonl
    questions: data/build/edited/questions/questions.jsonl

generate:
  target: 500   # a lot

generations: # generate@id and filter@id
  native:
    seeds: edited

# Read the paper first.
filter:
  rules: []

sets: # training sets, export@id; data/empty.jsonl for no rows
  native:
    seeds: data/build/edited/seed_tasks.jsonl
    rows: data/build/instructions/native.jsonl
  direct:
    seeds: data/empty.jsonl
    rows: data/build/translated/baseline.jsonl

export:
  formats:
    - alpaca # for Mina

bases: {} # base models to fine-tune: {model: Hub id or folder, revision, chat_template, dtype}

train: {} # fine-tuning settings; schemas/params.schema.json lists all with their defaults

trained: {} # fine-tuned models: {base, set, seed}; `seedbed declare study` writes them

judges: {} # a jury: each {endpoint, model, params, sample, family}, other settings as in judge; empty: only judge

criteria: {} # by category: judging criteria for the judge's prompt; {} for none

matches: {}

scores: {} # models whose answers are also rated individually, 1 to 10 (`good: {}`); none by default
"""


def with_editions(**editions: int) -> str:
    """Return migrated params of other editions."""
    text = NEW
    for stage, number in editions.items():
        text = text.replace(f"  {stage}: 1\n", f"  {stage}: {number}\n")
    return text


def test_the_older_form_becomes_this_one() -> None:
    text, notes = migrated(OLD)
    assert text == with_editions(**EDITIONS)
    assert [note.split(":")[0].split()[0] for note in notes] == [
        *("endpoints", "task_types", "post_edit.corpora", "generations", "bases,", "judges", "scores", "editions"),
    ]


EDITED = """\
post_edit:
  unreviewed: drop # so
"""


def test_what_people_edit_is_listed_with_its_file() -> None:
    before, _, after = NEW.partition("post_edit:\n")
    listed, _, rest = after.partition("\n\n")
    text, notes = migrated(f"{before}{EDITED}\n{rest}")
    assert f"post_edit:\n{listed}\n  unreviewed: drop # so\n\ngenerate:" in text
    assert any(note.startswith("post_edit.corpora lists what people edit") for note in notes)


def test_a_second_time_changes_nothing() -> None:
    text, _ = migrated(OLD)
    assert migrated(text) == (text, [])


def test_this_project_is_of_this_form() -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    assert migrated(text) == (text, [])


def test_a_raised_edition_is_all_that_changes() -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    older = text.replace(f"\n  generate: {EDITIONS['generate']}\n", "\n  generate: 1\n")
    assert older != text
    assert migrated(older) == (text, [f"editions: generate 1 to {EDITIONS['generate']}"])


def test_a_file_that_is_not_in_block_style_is_migrated_too() -> None:
    text, _ = migrated('{"language": "ko", "task_types": ["email"], "categories": [], "export": {"seeds": false}}')
    params = load_yaml(ROOT / "params.yaml", text)
    assert params["labels"] == {"task": ["email"], "question": []}
    assert params["sets"]["native"]["seeds"] == "data/empty.jsonl"
    assert list(params["sets"]) == ["native"]
    assert params["editions"] == EDITIONS


def test_parts_that_are_empty() -> None:
    text, _ = migrated("language: ko\nendpoints:\ncorpora:\nexport:\n")
    assert load_yaml(ROOT / "params.yaml", text)["servers"] == {}


def test_a_stage_that_the_project_has_no_edition_of_gets_one() -> None:
    stage, number = next(iter(EDITIONS.items()))
    older = migrated(OLD)[0].replace(f"  {stage}: {number}\n", "")
    text, notes = migrated(older)
    assert notes == ["editions: the version of this library's rules, one number per stage"]
    assert load_yaml(ROOT / "params.yaml", text) == load_yaml(ROOT / "params.yaml", migrated(OLD)[0])


def test_a_project_of_a_newer_library_is_left_alone() -> None:
    with pytest.raises(UserError, match=r"editions\.judge: the project uses edition 99, .*install a newer Seedbed"):
        migrated(with_editions(judge=99))


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_what_is_no_mapping(text: str) -> None:
    with pytest.raises(UserError, match=r"params\.yaml: not a mapping"):
        migrated(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("language: ko\neditions: abc\n", r":2: editions: expected a mapping, found 'abc'"),
        ("endpoints: [a]\n", r":1: endpoints: expected a mapping"),
        ("endpoints:\n  a: b\n", r":2: endpoints\.a: expected a mapping, found 'b'"),
        ("servers:\n  a: 1\n", r":2: servers\.a: expected a mapping, found 1"),
        ("export: [a]\n", r":1: export: expected a mapping"),
        ("corpora: 3\n", r":1: corpora: expected a mapping, found 3"),
    ],
)
def test_a_block_of_another_form_is_named(text: str, field: str) -> None:
    with pytest.raises(UserError, match=rf"^params\.yaml{field}"):
        migrated(text)


def test_editions_that_are_no_numbers_are_passed_over() -> None:
    assert editions_of({"editions": {"translate": "abc", "judge": 2}}) == {"judge": 2}


def test_what_is_no_yaml_is_named_with_its_line() -> None:
    with pytest.raises(UserError, match=r"params\.yaml:2: not YAML"):
        migrated("language: ko\n\t- a\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# head\ndescription: x\nuser: y\n", "# head\ndescription: x\nlanguage: ko\nuser: y\n"),
        (
            "description: |\n  x\n\n  y\n\n# system\nuser: y\n",
            "description: |\n  x\n\n  y\nlanguage: ko\n\n# system\nuser: y\n",
        ),
        ("# head\n\nuser: y\n", "# head\n\nlanguage: ko\nuser: y\n"),
        ("user: y", "language: ko\nuser: y\n"),
    ],
)
def test_a_prompt_declares_its_language(before: str, after: str) -> None:
    assert with_language(before, "ko") == after
    assert load_yaml(ROOT / "x.yaml", after) == {**load_yaml(ROOT / "x.yaml", before), "language": "ko"}
