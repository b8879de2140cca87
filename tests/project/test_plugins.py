"""Plug-ins: a project's own functions, and every mistake in them with file and line."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedbed.filtering.rules import RULES
from seedbed.project import plugins
from seedbed.project.plugins import load_plugins
from seedbed.util.errors import UserError
from tests.filtering.sample import GOOD, make
from tests.harness import Project

WritePlugin = Callable[[str, str], Path]
CURT = """
from seedbed.filtering.rules import Context, rule

@rule
def curt(candidate, context: Context):
    least = context.settings.get("least", 20)
    length = len(candidate["output"])
    return f"an output of {length} characters, fewer than {least}" if length < least else None
"""


def mistake() -> str:
    """Return the sentence for what is wrong with the plug-ins."""
    with pytest.raises(UserError) as error:
        load_plugins()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_rule_of_ones_own_rejects(write_plugin: WritePlugin) -> None:
    write_plugin("curt", CURT)
    rejection = make(rules=["empty", "curt"], settings={"curt": {"least": 40}}).decide(GOOD)
    assert rejection
    assert (rejection.reason, rejection.detail) == ("curt", f"an output of {len(GOOD['output'])} characters, fewer than 40")
    assert make(rules=["empty", "curt"]).decide(GOOD) is None  # its own least is 20


def test_a_rule_that_writes_into_its_candidate_changes_a_copy(write_plugin: WritePlugin) -> None:
    write_plugin(
        "tidies",
        """
from seedbed.filtering.rules import rule

@rule
def tidies(candidate, context):
    candidate["output"] = ""
    candidate.clear()
""",
    )
    candidate = GOOD.copy()
    assert make(rules=["tidies", "near_duplicate"]).decide(candidate) is None
    assert candidate == GOOD


def test_the_example_in_the_documentation_is_this_one() -> None:
    assert textwrap.indent(CURT.strip(), "    ") in str(plugins.__doc__)


def test_a_rule_sees_what_the_built_in_ones_see(write_plugin: WritePlugin) -> None:
    write_plugin(
        "looks",
        """
from seedbed.filtering.rules import Rejection, rule

@rule("sees_all")
def look(candidate, context):
    assert context.tokens[:2] == ["町内会", "の"]
    assert context.text.length == len(context.tokens)
    assert context.language.refusals and context.wording
    assert (context.least_characters, context.most_characters) == (6, 2000)
    assert context.settings == {}
    assert context.questions.nearest(context.text) is None
    near = context.pool.nearest(context.text)
    return Rejection("sees_all", "seen before", near) if near else None
""",
    )
    filter = make(rules=["sees_all"])
    assert filter.decide(GOOD) is None
    again = filter.decide(GOOD | {"id": "s00001-0"})
    assert again
    assert again.neighbour
    assert (again.reason, again.neighbour.id) == ("sees_all", GOOD["id"])


def test_plugins_are_imported_once_in_the_order_of_their_names(
    write_plugin: WritePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    write_plugin("b", "print('b')")
    write_plugin("a", "from ._shared import word\nprint(word)")
    write_plugin("_shared", "word = 'a'")
    write_plugin(".#a", "print('a lock file of an editor')")
    folder = write_plugin("c", "print(__name__)").parent
    (folder / "notes.txt").write_text("no plug-in")
    load_plugins()
    load_plugins()
    assert capsys.readouterr().out.split() == ["a", "b", "_seedbed_plugins.c"]
    assert sorted(path.name for path in folder.iterdir()) == [".#a.py", "_shared.py", "a.py", "b.py", "c.py", "notes.txt"]


def test_a_project_without_plugins(write_plugin: WritePlugin) -> None:
    load_plugins()
    assert all(map(RULES.is_builtin, RULES.names()))


@pytest.mark.parametrize(
    ("text", "line", "error"),
    [
        ("x = 1\ndef broken(:\n", ":2", "SyntaxError: invalid syntax"),
        ("x = 1\nimport not_installed_anywhere\n", ":2", "ModuleNotFoundError"),
        ("from ._gone import x\n", ":1", "ModuleNotFoundError"),
        ("def half():\n    return 1 / 0\n\nhalf()\n", ":2", "ZeroDivisionError"),
        ("import json\njson.loads('{')\n", ":2", "JSONDecodeError"),
        ("raise SystemExit('bye')\n", ":1", "SystemExit: bye"),
        ("raise ValueError('\\x1b[31m two\\nlines')\n", ":1", "ValueError: [31m two lines"),
        ("x = 'null \x00 byte'\n", "", ""),
    ],
)
def test_a_broken_plugin_is_one_sentence(write_plugin: WritePlugin, text: str, line: str, error: str) -> None:
    write_plugin("mine", text)
    for _ in range(2):  # the second time too
        assert mistake().startswith(f"plugins/mine.py{line}: the plug-in cannot be imported: {error}")
    assert "(mine.py" not in mistake()


def test_a_mistake_in_a_shared_file_is_named_there(write_plugin: WritePlugin) -> None:
    write_plugin("mine", "from ._shared import word\n")
    write_plugin("_shared", "\n\nword = undefined\n")
    assert mistake().startswith("plugins/_shared.py:3: the plug-in cannot be imported: NameError: name 'undefined'")


def test_a_name_that_is_taken_names_both_places(write_plugin: WritePlugin) -> None:
    header = "from seedbed.filtering.rules import rule\n\n"
    write_plugin("one", header + "@rule\ndef near_duplicate(candidate, context):\n    return None\n")
    found = re.fullmatch(
        r"plugins/one\.py:3: the rule 'near_duplicate' is registered already, in \S*overlap\.py:\d+; choose .+", mistake()
    )
    assert found


def test_two_plugins_of_one_name(write_plugin: WritePlugin) -> None:
    header = "from seedbed.filtering.rules import rule\n\n"
    write_plugin("one", header + "@rule\ndef curt(candidate, context):\n    return None\n")
    write_plugin("two", header + "@rule('curt')\ndef other(candidate, context):\n    return None\n")
    assert mistake().startswith("plugins/two.py:3: the rule 'curt' is registered already, in plugins/one.py:3; ")


def test_a_name_that_params_could_not_hold(write_plugin: WritePlugin) -> None:
    write_plugin("mine", "from seedbed.filtering.rules import rule\n\n@rule('a-b')\ndef x(candidate, context): ...\n")
    assert mistake().startswith("plugins/mine.py:3: 'a-b' is not a valid name of a rule; use lower-case letters")


def test_a_file_name_that_python_cannot_import(write_plugin: WritePlugin) -> None:
    write_plugin("my-rules", "")
    assert mistake().startswith("plugins/my-rules.py: not a valid module name")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return candidate['nothing']", "plugins/mine.py:5: rule 'odd', candidate 's00000-0': KeyError: 'nothing'"),
        ("return False", "plugins/mine.py:3: rule 'odd': expected None or a text that says what it saw, found False"),
        ("return ' '", "plugins/mine.py:3: rule 'odd': expected None or a text that says what it saw, found ' '"),
        ("raise SystemExit(3)", "plugins/mine.py:5: rule 'odd', candidate 's00000-0': SystemExit: 3"),
        ("return int(candidate['output'])", "plugins/mine.py:5: rule 'odd', candidate 's00000-0': ValueError: invalid literal"),
    ],
)
def test_a_rule_that_fails_on_a_candidate(write_plugin: WritePlugin, body: str, message: str) -> None:
    write_plugin("mine", f"from seedbed.filtering.rules import rule\n\n@rule\ndef odd(candidate, context):\n    {body}\n")
    filter = make(rules=["odd"])
    with pytest.raises(UserError) as error:
        filter.decide(GOOD)
    assert str(error.value).startswith(message)
    assert len(str(error.value)) < 300


def test_a_mistake_of_our_own_stays_what_it_is(write_plugin: WritePlugin) -> None:
    """A traceback that no plug-in is part of is for us to read."""
    with pytest.raises(KeyError):
        make(rules=["refusal"]).decide({"id": "x", "instruction": "?"})


def test_a_stage_that_only_loads_plugins_does_without_numpy() -> None:
    """Judging imports a project's rules too, since they lie in the same folder as its verdict formats."""
    code = (
        "import sys, seedbed.filtering.rules, seedbed.filtering.tokenisers, seedbed.steps.exporters; "
        "import seedbed.steps.verdict_formats; print([name for name in ('numpy', 'rapidfuzz') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


ALL_FOUR = """
import re
from seedbed.filtering.rules import rule
from seedbed.filtering.tokenisers import fold, tokeniser
from seedbed.steps.exporters import asked, exporter
from seedbed.steps.verdict_formats import verdict_format

@rule
def no_digits(candidate, context):
    found = re.search(context.settings["digits"], candidate["instruction"] + candidate["output"])
    return f"the digit {found[0]}" if found else None

@tokeniser
def pairs(settings):
    return lambda text: re.findall("." * settings["size"], fold(text))

@exporter
def completion(task):
    return {"prompt": asked(task), "completion": task["output"]}

@verdict_format
def contrary(reply):
    return {"A": "second", "B": "first", "C": "tie"}[reply["verdict"]]
"""


@pytest.mark.slow
def test_a_build_with_all_four_kinds(project: Project) -> None:
    project.repro()
    before = [row["verdict"] for row in project.rows("data/build/judgments/good-vs-thin.jsonl")]
    (project.root / "plugins" / "mine.py").write_text(ALL_FOUR, encoding="utf-8")

    def change(params: Any) -> None:
        params["filter"]["rules"].insert(0, "no_digit")
        params["filter"]["settings"] = {"no_digits": {"digits": "[0-9０-９]"}}
        params["filter"]["tokeniser"] = {"name": "pairs", "size": 2}
        params["export"]["formats"] = ["completion"]
        params["judge"]["verdict_format"] = "contrary"

    project.edit_params(change)
    for command in (("seedbed", "check"), ("seedbed", "plan"), ("dvc", "repro", "generate@native")):
        assert "filter.rules.0: unknown rule 'no_digit' (did you mean 'no_digits'?)" in project.run(*command, fails=True)
    project.edit_params(lambda params: params["filter"]["rules"].__setitem__(0, "no_digits"))
    project.run("seedbed", "check")
    project.repro()
    reasons = [row["detail"] for row in project.rows("data/build/decisions/native.jsonl") if row["reason"] == "no_digits"]
    assert reasons
    assert all(detail.startswith("the digit ") for detail in reasons)
    exported = sorted(path.name for path in (project.root / "data" / "build" / "export" / "native").glob("*.jsonl"))
    assert exported == ["completion.jsonl", "messages.jsonl"]
    turned = {"first": "second", "second": "first", "tie": "tie"}
    assert [row["verdict"] for row in project.rows("data/build/judgments/good-vs-thin.jsonl")] == [turned[v] for v in before]
    for name in ("mine.py~", ".mine.py.swp", "#mine.py#", ".#mine.py", "mine.py.orig", ".DS_Store"):
        (project.root / "plugins" / name).write_text("what an editor leaves")
    assert "up to date" in project.run("dvc", "status")
    project.replace("plugins/mine.py", "the digit", "a digit:")
    changed = project.run("dvc", "status")
    assert all(stage in changed for stage in ("generate@native", "export@direct", "judge@good-vs-thin", "dataset"))
