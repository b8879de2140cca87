"""Names in params.yaml that nothing is registered under."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedbed.filtering.rules import RULES
from seedbed.filtering.tokenisers import TOKENISERS
from seedbed.pipeline.plugin_names import refuse_unknown_names, unknown_names
from seedbed.project.params import load_params
from seedbed.steps.exporters import EXPORTERS
from seedbed.steps.verdict_formats import DEFAULT, VERDICT_FORMATS
from seedbed.util.errors import UserError
from seedbed.util.registry import NAME
from seedbed.util.schemas import load_schema
from tests.harness import ROOT

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
CURT = "from seedbed.filtering.rules import rule\n\n@rule\ndef curt(candidate, context):\n    return None\n"


def problems(*changes: tuple[str, str]) -> list[str]:
    """Return what is wrong with the names of params.yaml, some of its text changed."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    Path("params.yaml").write_text(text, encoding="utf-8")
    return unknown_names(load_params())


def line(words: str) -> int:
    return 1 + next(number for number, text in enumerate(Path("params.yaml").read_text("utf-8").splitlines()) if words in text)


def test_ours_are_all_known(write_plugin: Callable[[str, str], Path]) -> None:
    assert problems() == []


def test_each_unknown_name_is_reported_with_its_line(write_plugin: Callable[[str, str], Path]) -> None:
    found = problems(
        ("    - empty\n", "    - emtpy\n"),
        ("name: sudachi", "name: mecab"),
        ("    - alpaca\n", "    - alpacca\n"),
        ("judge:\n", "judge:\n  verdict_format: leters\n"),
    )
    assert found == [
        f"params.yaml:{line('- emtpy')}: filter.rules.0: unknown rule 'emtpy' (did you mean 'empty'?)",
        f"params.yaml:{line('name: mecab')}: filter.tokeniser.name: unknown tokeniser 'mecab' "
        "(known: sudachi, character, space); one of your own is registered in plugins/",
        f"params.yaml:{line('- alpacca')}: export.formats.0: unknown export format 'alpacca' (did you mean 'alpaca'?)",
        f"params.yaml:{line('leters')}: judge.verdict_format: unknown verdict format 'leters' (did you mean 'letters'?)",
    ]
    with pytest.raises(UserError) as error:
        refuse_unknown_names(load_params(), "judge")
    assert str(error.value) == found[3]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: sudachi", "name: MeCab", "filter.tokeniser.name: 'MeCab' does not have the form ^[a-z][a-z0-9_]*$: a built-in"),
        ("    mode: C", "    moed: C", "filter.tokeniser.moed: unknown key (did you mean 'mode'?)"),
        ("    mode: C", "    mode: D", "filter.tokeniser.mode: expected one of A, B, C, found 'D'"),
        ("    - empty\n", "    - ../empty\n", "filter.rules.0: '../empty' does not have the form"),
        ("    - alpaca\n", "    - a/b\n", "export.formats.0: 'a/b' does not have the form"),
        ("filter:\n", "filter:\n  settings: {Curt: {}}\n", "'Curt' does not have the form"),
        ("filter:\n", "filter:\n  settings: {curt: 3}\n", "filter.settings.curt: expected object, found 3"),
        ("judge:\n", "judge:\n  verdict_format: A-B\n", "judge.verdict_format: 'A-B' does not have the form"),
    ],
)
def test_what_no_name_can_be_is_refused_by_the_schema(
    write_plugin: Callable[[str, str], Path], old: str, new: str, message: str
) -> None:
    with pytest.raises(UserError) as error:
        problems((old, new))
    assert message in str(error.value)


def test_a_plugins_name_is_known_and_suggested(write_plugin: Callable[[str, str], Path]) -> None:
    write_plugin("curt", CURT)
    assert (
        problems(("    - empty\n", "    - empty\n    - curt\n"), ("filter:\n", "filter:\n  settings: {curt: {a: 1}}\n")) == []
    )
    assert "(did you mean 'curt'?)" in problems(("    - empty\n", "    - crut\n"))[0]


def test_settings_that_no_rule_would_read(write_plugin: Callable[[str, str], Path]) -> None:
    write_plugin("curt", CURT)
    found = problems(("filter:\n", "filter:\n  settings: {too_short: {least: 3}, crut: {least: 3}}\n"))
    assert [text.split(": ", 1)[1] for text in found] == [
        "filter.settings.too_short: the built-in rule 'too_short' has no settings of its own; see filter.characters and "
        "filter.similarity",
        "filter.settings.crut: unknown rule 'crut' (did you mean 'curt'?)",
    ]


def test_a_broken_plugin_is_reported(write_plugin: Callable[[str, str], Path]) -> None:
    write_plugin("curt", "import nothing_of_this_name\n")
    with pytest.raises(UserError, match=r"^plugins/curt\.py:1: "):
        problems()


def test_editors_are_offered_the_built_in_names() -> None:
    """The schema's examples are what an editor completes; its pattern is the registry's."""
    schema: Any = load_schema("params")["properties"]
    filter = schema["filter"]["properties"]
    for field, registry in (
        (filter["rules"]["items"], RULES),
        (filter["tokeniser"]["properties"]["name"], TOKENISERS),
        (schema["export"]["properties"]["formats"]["items"], EXPORTERS),
        (schema["judge"]["properties"]["verdict_format"], VERDICT_FORMATS),
    ):
        assert sorted(field["examples"]) == sorted(builtin(registry))
        assert field["pattern"] == f"^{NAME.pattern}$"
    assert filter["tokeniser"]["if"]["properties"]["name"]["enum"] == TOKENISERS.names()
    assert DEFAULT in VERDICT_FORMATS.names()


def builtin(registry: Any) -> list[str]:
    return [name for name in registry.names() if registry.is_builtin(name)]
