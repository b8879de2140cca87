"""README, CONTRIBUTING, the pages of `docs/` and the lock files: what they say is so."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from benchmarks.trials import peers_table
from seedbed.cli import app
from seedbed.recorded.formats import FORMATS
from seedbed.util.schemas import problems
from tests.harness import ROOT
from tests.test_structure import DVC, body

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
CONCEPTS = PAGES[Path("docs/concepts.md")]
DOCUMENTS = {Path(name): (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")} | PAGES


def test_the_page_of_concepts_tells_the_stages_of_dvc_yaml() -> None:
    rows = re.findall(r"^\| `(\w+)(?:@\w+)?` \| .* \|$", CONCEPTS, re.MULTILINE)
    assert rows == list(DVC)


def test_the_readme_and_contributing_are_short() -> None:
    assert len(README.splitlines()) < 150
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) < 60


def test_the_page_of_concepts_shows_the_report_as_it_is() -> None:
    """Its excerpt is a table of the committed report, line by line."""
    report = (ROOT / "reports" / "benchmark.md").read_text(encoding="utf-8")
    table = re.search(r"### good against thin\n\n(.*?)\n\n", report, re.DOTALL)
    assert table
    assert table[1] in CONCEPTS


def test_the_readme_shows_what_other_tools_send_as_it_was_measured() -> None:
    found = json.loads((ROOT / "benchmarks" / "peers.json").read_text(encoding="utf-8"))
    for page in (README, (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")):
        assert peers_table(found) in page


def test_the_readme_shows_a_persons_edit_as_it_is() -> None:
    name = re.search(r"seed task of this repository, `([\w-]+)`", README)
    assert name
    lines = (ROOT / "data" / "edits" / "seed_tasks.ja.jsonl").read_text(encoding="utf-8").splitlines()
    (edit,) = [each for each in map(json.loads, lines) if each["id"] == name[1]]
    shown = dict(re.findall(r"^\| (source|machine|edited) \| (.*) \|$", README, re.MULTILINE))
    assert shown == {"source": edit["source"]["input"], "machine": edit["machine"]["input"], "edited": edit["fields"]["input"]}


def test_the_picture_in_the_readme_is_small_and_says_what_it_shows() -> None:
    (alt, path), *others = re.findall(r"!\[(.*?)\]\((\S+)\)", README, re.DOTALL)
    assert not others
    picture = (ROOT / path).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 150_000
    report = (ROOT / "reports" / "benchmark.md").read_text(encoding="utf-8")
    rate, low, high = re.findall(r"\d+\.\d", alt)
    assert f"adjusted win rate of {rate}% against thin (95% interval {low}–{high};" in report


WRITTEN = {"data/generation/material.jsonl", "data/recorded/"}
"""What a command writes into a project, and this repository has not."""


def test_every_path_in_a_document_exists() -> None:
    """In the tree, or as a stage's output, which git does not hold."""
    outputs = {next(iter(out)) if isinstance(out, dict) else out for stage in DVC for out in body(stage)["outs"]} | WRITTEN
    for name, text in DOCUMENTS.items():
        for path in re.findall(r"`((?:data|prompts|queries|reports|schemas|seedbed|stages|tests)/[\w./-]*\w/?)`", text):
            assert (ROOT / path).exists() or path in outputs or path.startswith("data/build"), f"{name}: {path}"


def test_the_documents_name_only_commands_there_are() -> None:
    makefile = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "development.mk"))
    for name, text in DOCUMENTS.items():
        for target in re.findall(r"(?:`|&& |^)make ([\w./-]+)", text, re.MULTILINE):
            assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), f"{name}: {target}"


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as forges and the generator write them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCUMENTS, ids=str)
def test_every_link_of_a_document_leads_somewhere(name: Path) -> None:
    """To a file of the tree, and a heading that it has; from a page of the site to another alone."""
    text = re.sub(r"```.*?```", "", DOCUMENTS[name], flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / name.parent / path).resolve() if path else ROOT / name
        assert found.is_file(), f"{name}: {target}"
        assert name.parent != Path("docs") or found.is_relative_to(ROOT / "docs"), f"{name}: {target} is not on the site"
        assert not anchor or anchor in anchors(found.read_text(encoding="utf-8")), f"{name}: {target}"


def test_the_site_shows_every_page() -> None:
    site = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    shown = [page for entry in site["nav"] for page in entry.values()]
    assert sorted(shown) == sorted(path.name for path in PAGES)


def test_the_index_says_what_each_page_answers() -> None:
    index = PAGES[Path("docs/index.md")]
    assert {path.name for path in PAGES} - set(re.findall(r"\]\((\S+?)\)", index)) == {"index.md"}


def test_the_examples_in_python_run(tmp_path: Path) -> None:
    """The plug-ins as a project's, and others that use the library as they stand; one for another's server is only compiled."""
    examples, plugins = blocks("python"), tmp_path / "plugins"
    plugins.mkdir()
    script = ["from pathlib import Path", "from seedbed.project.plugins import load_plugins", "load_plugins(Path('plugins'))"]
    for example in examples:
        if example.startswith("# With a key"):
            compile(example, "the example", "exec")
            continue
        named = re.match(r"# plugins/(\w+\.py)\n", example)
        if named:
            (plugins / named[1]).write_text(example, encoding="utf-8")
        else:
            script.append(example)
    script += [
        "from seedbed.filtering import RULES, TOKENISERS",
        "from seedbed.steps.exporters import EXPORTERS",
        "from seedbed.steps.verdict_formats import VERDICT_FORMATS",
        "assert RULES.get('has_emoji', 'filter.rules')",
        "assert TOKENISERS.get('pairs', 'filter.tokeniser')({})('abc') == ['ab', 'bc']",
        "task = {'instruction': 'a', 'input': '', 'output': 'b'}",
        "assert EXPORTERS.get('completion', 'export.formats')(task) == {'prompt': 'a\\n', 'completion': 'b'}",
        "points = VERDICT_FORMATS.get('points', 'judge.verdict_format')",
        "assert points('A: 7  B: 5') == 'first' and points('none') is None",
        "assert points({'explanation': '', 'a': 4, 'b': 4}) == 'tie'",
    ]
    run = subprocess.run([sys.executable, "-c", "\n".join(script)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_commands_of_the_pages_exist_with_their_options() -> None:
    """`seedbed …` in the shell blocks of README and `docs/`."""
    command = get_command(app)
    joined = [block.replace("\\\n", " ") for block in blocks("sh")]
    parts = [part.partition(" #")[0] for block in joined for line in block.splitlines() for part in line.split("&& ")]
    lines = [part.strip() for part in parts if part.startswith("seedbed ")]
    assert len(lines) > 12
    for line in lines:
        node, words = command, shlex.split(line)[1:]
        while isinstance(node, TyperGroup) and words and not words[0].startswith("-"):
            assert words[0] in node.commands, line
            node, words = node.commands[words[0]], words[1:]
        known = {option for parameter in node.params for option in parameter.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, line


def test_the_page_of_formats_names_every_format() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [format.name for format in FORMATS if format.read and f"`{format.name}`" not in page] == []


def blocks(language: str) -> list[str]:
    """Return the blocks of code in README and `docs/` that are in a language; an ellipsis stands for more of the same."""
    return [
        block.replace(", …", "")
        for page in (README, *PAGES.values())
        for block in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    ]


def partial(schema: Any) -> Any:
    """Return a schema that asks for no field: an example shows a few."""
    if isinstance(schema, list):
        return [partial(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: partial(value) for key, value in schema.items() if key not in ("required", "anyOf", "oneOf")}


def test_examples_of_params_and_prompts_have_the_fields_that_there_are() -> None:
    schemas = {
        name: partial(json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")))
        for name in ("params", "prompt")
    }
    examples = blocks("yaml")
    assert len(examples) > 5
    for example in examples:
        name = "prompt" if example.startswith("# prompts/") else "params"
        jsonschema.validate(yaml.safe_load(example), schemas[name])


def test_examples_in_json_are_rows_or_the_schema_of_a_reply() -> None:
    examples = [json.loads(example) for example in blocks("json")]
    assert examples
    for example in examples:
        if "properties" in example:
            jsonschema.Draft202012Validator.check_schema(example)
            jsonschema.validate({"explanation": "", "a": 4, "b": 4}, example)
        else:
            assert problems(example, "rows/question") == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-train.lock"])
def test_a_lock_file_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    pins = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 100
    assert all("--hash=sha256:" in pin for pin in pins)
