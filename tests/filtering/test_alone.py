"""The rules that look at the candidate alone: which they are, that they look no further, and what their answer depends on."""

import re
import sqlite3
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from seedbed.filtering import alone, background
from seedbed.filtering.alone import FIELDS, Alone, as_text, rules_alone
from seedbed.filtering.background import Ahead
from seedbed.filtering.filter import Filter
from seedbed.filtering.language import load_language
from seedbed.filtering.rules import RULES, Rejection, Rule
from seedbed.filtering.rules.length import too_short
from seedbed.filtering.rules.overlap import near_duplicate
from seedbed.project.prompts import load_prompt
from seedbed.util.rows import read_rows
from tests.filtering.sample import GOOD, QUESTION, SEED, SETTINGS
from tests.harness import ROOT

JAPANESE = load_language(ROOT / "data" / "languages" / "ja.yaml")
ROWS = [
    {"id": f"{row['id']}-{time}", **{name: row[name] for name in FIELDS}}
    for time in range(15)
    for row in read_rows(Path(__file__).parent / "candidates_ja.jsonl", unique=None)
]
"""Each 15 times: all but the first are too close to that, where it is kept."""


def make(remember: Path | None = None, **changes: Any) -> Filter:
    settings: Any = {**SETTINGS, **changes}
    return Filter(settings, JAPANESE, [SEED], [QUESTION], load_prompt("generate", ROOT / "prompts"), remember=remember)


def first(**changes: Any) -> Alone:
    settings: Any = {**SETTINGS, **changes}
    return rules_alone(settings, JAPANESE, ["の言葉"])


def test_each_of_the_librarys_rules_is_either_of_the_candidate_or_of_other_rows() -> None:
    """A rule that looks at other rows, and is tried as if it did not, would see none: it has to be named."""
    named = {name for name in RULES.names() if RULES.is_builtin(name)}
    by_others = set()
    for name in sorted(named):
        objection = first(rules=[name])
        if not objection.names:
            by_others.add(name)
            continue
        empty = objection._context  # what stands for other rows gives nothing away, and is never asked
        for part in ("pool", "questions", "meanings", "text", "instruction", "encode"):
            setattr(empty, part, None)
        for row in ROWS:
            objection(as_text(row))
    assert by_others == {"benchmark_leak", "near_duplicate", "semantic_duplicate"}


@pytest.mark.parametrize(
    "mine",
    [
        lambda candidate, context: None,
        wraps(too_short)(lambda candidate, context: None),
        near_duplicate,
        too_short,
    ],
    ids=["its own", "one that wraps a rule of the library's", "one of the library's by another name", "another one"],
)
def test_they_end_at_the_first_that_is_a_plug_ins_or_looks_at_other_rows(monkeypatch: pytest.MonkeyPatch, mine: Rule) -> None:
    monkeypatch.setitem(RULES._functions, "mine", mine)
    assert first(rules=["empty", "mine", "too_short"]).names == ["empty"]
    assert first(rules=["empty", "near_duplicate", "too_short"]).names == ["empty"]
    assert first(rules=["near_duplicate", "too_short"]).names == []


def by_hand(rules: list[str]) -> list[Rejection | None]:
    """Return what the rules say, one after the other, as the filter did before any was tried ahead."""
    with make(rules=[]) as filter:
        context, decisions = filter._context, list[Rejection | None]()
        for row in ROWS:
            look = filter._ahead.look(row)
            assert look.text
            assert look.instruction
            context.text, context.instruction = look.text, look.instruction
            said = ((name, RULES.get(name, "")(row, context)) for name in rules)
            name, objection = next(((name, each) for name, each in said if each is not None), ("", None))
            decisions.append(Rejection(name, objection) if isinstance(objection, str) else objection)
            if objection is None:
                context.pool.add(row["id"], context.text)
    return decisions


@pytest.mark.parametrize("here", [0, 300, 5000])
def test_they_say_the_same_ahead_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: int) -> None:
    """In either process, or begun in one and gone on in the other; with a file that is new, and with what it holds then."""
    order = [*reversed(SETTINGS["rules"][:11]), *SETTINGS["rules"][11:]]
    for rules in (order, ["near_duplicate", *SETTINGS["rules"][:-1]]) if here == 5000 else (SETTINGS["rules"],):
        expected = list(zip(ROWS, by_hand(rules), strict=True))
        assert len({rejection.reason for _, rejection in expected if rejection}) > 3
        monkeypatch.setattr(background, "_IN_THIS_PROCESS", here)
        for _ in range(2):
            with make(tmp_path / "tokens.sqlite", rules=rules) as filter:
                assert list(filter.decide_all(iter(ROWS))) == expected


def test_what_is_remembered_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def asks(self: Alone, text: str) -> list[str]:
        tried.append(text)
        return ["refusal", "a word"]

    monkeypatch.setattr(Alone, "__call__", asks)
    for _ in range(2):
        with make(tmp_path / "tokens.sqlite") as filter:
            assert list(filter.decide_all([GOOD])) == [(GOOD, Rejection("refusal", "a word"))]
    assert tried == [as_text(GOOD)]
    with sqlite3.connect(tmp_path / "tokens.sqlite") as kept:
        assert kept.execute("SELECT tokens FROM tokens WHERE tokens LIKE 'refusal%'").fetchall() == [("refusal\na word",)]
    kept.close()


def test_their_word_depends_on_code_language_and_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = first().identity
    assert first().identity == same
    assert first(rules=["empty"]).identity != same
    assert first(characters={"least": 7, "most": 2000}).identity != same
    assert first(settings={"empty": {"a": 1}}).identity != same
    assert first(settings={"near_duplicate": {"a": 1}}).identity == same
    assert rules_alone(SETTINGS, JAPANESE, ["other words"]).identity != same
    words = replace(JAPANESE, refusals=[*JAPANESE.refusals, re.compile("一つ")])
    assert rules_alone(SETTINGS, words, ["の言葉"]).identity != same
    scripts = replace(JAPANESE, scripts=[(JAPANESE.scripts[0][0], 0.5), *JAPANESE.scripts[1:]])
    assert rules_alone(SETTINGS, scripts, ["の言葉"]).identity != same
    for folder in ("filtering", "util"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rule.py").write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr(alone, "_LIBRARY", tmp_path)
    other = first().identity
    (tmp_path / "util" / "rule.py").write_text("a = 2\n", encoding="utf-8")
    assert len({same, other, first().identity}) == 3


def test_a_candidate_that_is_rejected_alone_is_not_tokenised(monkeypatch: pytest.MonkeyPatch) -> None:
    with make() as filter, Ahead({"name": "character"}, None, first()) as ahead:
        bad = GOOD | {"output": ""}
        assert ahead.look(bad) == (Rejection("output_missing", "the output is empty"), None, None)
        assert (text := ahead.look(GOOD).text)
        assert ahead.encode.tokens(text) == ahead.one(GOOD["instruction"])
        assert filter.decide(bad) == Rejection("output_missing", "the output is empty")
