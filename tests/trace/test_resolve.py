"""What a word names."""

import shutil

import pytest

from seedbed.trace.explain import explain
from seedbed.trace.impact import impact
from seedbed.trace.resolve import resolve
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError
from tests.harness import Project


def test_an_id_is_understood_in_order_and_the_others_are_named(project: Project) -> None:
    assert impact("judge").kind == "prompt"
    assert impact("judge").facts["see also"] == ["parameter:judge"]
    assert impact("parameter:judge").kind == "parameter"
    assert explain("generic-01").facts["see also"] == ["good/generic-01", "thin/generic-01", "good-vs-thin/generic-01"]


def test_a_row_that_has_the_id_of_another_kind(edited: Project) -> None:
    rows = edited.rows("data/build/translated/baseline.jsonl")
    edited.write_rows("data/build/translated/baseline.jsonl", [rows[0] | {"id": "open_qa-01"}, *rows[1:]])
    name, same = resolve("open_qa-01", Build(), ["baseline"])
    assert (str(name), list(map(str, same))) == ("seed:open_qa-01", ["baseline:open_qa-01"])
    assert resolve("baseline:open_qa-01", Build(), ["seed"])[0].kind == "baseline"


@pytest.mark.parametrize(
    ("word", "kind", "id"),
    [
        ("base-02", "baseline", "base-02"),
        ("open_qa-08", "seed", "open_qa-08"),
        ("good-vs-thin/generic-03/a", "judgment", "good-vs-thin/generic-03/ab"),
        ("s00000-1", "instruction", "native/s00000-1"),
        ("native/s00000-1", "instruction", "native/s00000-1"),
        ("s00001", "slot", "native/s00001"),
        ("slot:s00001", "slot", "native/s00001"),
        ("slot:native/s00001", "slot", "native/s00001"),
        ("native", "set", "native"),
        ("set:dir", "set", "direct"),
        ("prompts/generate.yaml", "prompt", "generate"),
        ("judge.params.temp", "parameter", "judge.params.temperature"),
        ("translate_q", "prompt", "translate_question"),
    ],
)
def test_what_a_word_names(project: Project, word: str, kind: str, id: str) -> None:
    name, _ = resolve(word, Build(), [])
    assert (name.kind, name.id) == (kind, id)


def test_an_id_of_several_generations_needs_its_generation(edited: Project) -> None:
    edited.edit_params(lambda params: params["generations"].update(plain={"seeds": "machine"}))
    for folder in ("candidates", "decisions", "instructions", "responses/generate"):
        file = edited.root / "data" / "build" / folder / "native.jsonl"
        shutil.copy(file, file.with_name("plain.jsonl"))
    with pytest.raises(
        UserError, match=r"^'s00000-0' is ambiguous: it matches instruction:native/s00000-0, instruction:plain/s00000-0; choose"
    ):
        explain("s00000-0")
    with pytest.raises(UserError, match=r"^'s00000' is ambiguous: it matches slot:native/s00000, slot:plain/s00000; choose"):
        explain("s00000")
    assert [child.kind for child in explain("plain/s00000-0").children] == ["request", "translation", "translation"]
    assert explain("native/s00000-0").children[1].kind == "seed"


def test_without_a_baseline_corpus_nothing_is_one(edited: Project) -> None:
    def drop(params: dict[str, dict[str, object]]) -> None:
        del params["corpora"]["baseline"], params["sets"]["direct"]

    edited.edit_params(drop)
    with pytest.raises(UserError, match=r"^no id 'base-01'.*, 0 baseline tasks,"):
        explain("base-01")
    assert explain("open_qa-01").kind == "seed"


def test_a_beginning_that_several_share_lists_ten(project: Project) -> None:
    with pytest.raises(UserError, match=r"^'open' is the beginning of 8 ids: seed:open_qa-01, .*seed:open_qa-08; give more"):
        explain("open")
    with pytest.raises(UserError, match=r" and \d+ more; give more") as error:
        explain("s0")
    assert str(error.value).count("instruction:") + str(error.value).count("slot:") == 10


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (
            "open_qa-9",
            r"no id 'open_qa-9' \(did you mean 'open_qa-0\d'\?\); searched 8 seed tasks, 3 questions",
        ),
        ("../x", r"no id '\.\./x'"),
        ("<b>", r"no id '<b>'"),
        ("\x1b[31mred", r"no id '\\x1b\[31mred'"),
        ("a\u202eb", r"no id 'a\\u202eb'"),
        ("\udcff", r"no id '\\udcff'"),
        ("x" * 5000, r"no id 'x{59}…'; searched"),
        ("[red]x", r"no id '\[red\]x'"),
        ("good/../thin", r"no id 'good/\.\./thin'"),
        ("other/s00000-0", r"no id 'other/s00000-0'"),
        ("' or 1=1 --", r"no id \"' or 1=1 --\""),
        ("abcdef0123", r"no id 'abcdef0123'.*the requests \(by 6 hex digits or more\)"),
        ("request:00", r"no request key begins with '00'"),
        ("sed:x", r"unknown kind 'sed' \(did you mean 'seed'\?\)"),
        ("good-vs-thin/generic-01/abc", r"no id 'good-vs-thin/generic-01/abc'"),
        ("", r"^'' is the beginning of \d+ ids: seed:open_qa-01"),
    ],
)
def test_a_word_that_names_nothing_is_one_sentence(project: Project, word: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        explain(word)
    assert "\x1b" not in str(error.value)
    assert "\u202e" not in str(error.value)
    assert len(str(error.value)) < 600


def test_what_has_nothing_before_it_is_sent_to_impact(project: Project) -> None:
    with pytest.raises(UserError, match=r"^a prompt has no origin to explain; `seedbed impact prompt:judge` lists"):
        explain("judge")
    with pytest.raises(UserError, match=r"^a set has no origin to explain; `seedbed impact set:native` lists"):
        explain("set:native")
