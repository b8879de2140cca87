"""README, CONTRIBUTING and the lock files: what they say is so."""

import json
import re
import shlex
from typing import Any

import jsonschema
import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from seedbed.cli import app
from seedbed.recorded.formats import FORMATS
from seedbed.util.schemas import problems
from tests.harness import ROOT
from tests.test_structure import DVC, body

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_tells_the_stages_of_dvc_yaml() -> None:
    rows = re.findall(r"^\| `(\w+)(?:@\w+)?` \| .* \|$", README, re.MULTILINE)
    assert rows == list(DVC)


def test_the_readme_and_contributing_are_short() -> None:
    assert len(README.splitlines()) < 150
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) < 60


def test_the_readme_shows_the_report_as_it_is() -> None:
    """Its excerpt is a table of the committed report, line by line."""
    report = (ROOT / "reports" / "benchmark.md").read_text(encoding="utf-8")
    table = re.search(r"### good against thin\n\n(.*?)\n\n", report, re.DOTALL)
    assert table
    assert table[1] in README


def test_every_path_in_the_readme_exists() -> None:
    """In the tree, or as a stage's output, which git does not hold."""
    outputs = {next(iter(out)) if isinstance(out, dict) else out for stage in DVC for out in body(stage)["outs"]}
    for path in re.findall(r"`((?:data|prompts|queries|reports|schemas|seedbed|stages|tests)/[\w./-]*\w/?)`", README):
        assert (ROOT / path).exists() or path in outputs or path.startswith("data/build"), path


def test_the_readme_names_only_commands_there_are() -> None:
    makefile = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "development.mk"))
    for target in re.findall(r"`make ([\w-]+)`", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_commands_of_the_pages_exist_with_their_options() -> None:
    """`seedbed …` in the shell blocks of README and `docs/`."""
    command = get_command(app)
    joined = [block.replace("\\\n", " ") for block in blocks("sh")]
    lines = [line.partition(" #")[0] for block in joined for line in block.splitlines() if line.startswith("seedbed ")]
    assert len(lines) > 12
    for line in lines:
        node, words = command, shlex.split(line)[1:]
        while isinstance(node, TyperGroup):
            assert words[0] in node.commands, line
            node, words = node.commands[words[0]], words[1:]
        known = {option for parameter in node.params for option in parameter.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, line


def test_the_page_of_formats_names_every_format() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [format.name for format in FORMATS if format.read and f"`{format.name}`" not in page] == []


def blocks(language: str) -> list[str]:
    """Return the blocks of code in README and `docs/` that are in a language; an ellipsis stands for more of the same."""
    pages = [README, *(page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").glob("*.md")))]
    return [block.replace(", …", "") for page in pages for block in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)]


def partial(schema: Any) -> Any:
    """Return a schema that asks for no field: an example shows a few."""
    if isinstance(schema, list):
        return [partial(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: partial(value) for key, value in schema.items() if key not in ("required", "anyOf", "oneOf")}


def test_examples_of_params_have_the_fields_that_there_are() -> None:
    schema = partial(json.loads((ROOT / "schemas" / "params.schema.json").read_text(encoding="utf-8")))
    examples = blocks("yaml")
    assert len(examples) > 5
    for example in examples:
        jsonschema.validate(yaml.safe_load(example), schema)


def test_examples_of_rows_are_rows() -> None:
    examples = [json.loads(example) for example in blocks("json")]
    assert examples
    for example in examples:
        assert problems(example, "rows/question") == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-train.lock"])
def test_a_lock_file_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    pins = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 100
    assert all("--hash=sha256:" in pin for pin in pins)
