"""A tree on the terminal and as JSON."""

import json

import pytest

from seedbed.trace.explain import explain
from seedbed.trace.node import Node
from seedbed.trace.tree_text import show
from tests.harness import Project
from tests.trace.trees import HOSTILE, transcript


@pytest.mark.parametrize("full", [False, True])
def test_model_text_is_text_and_nothing_else(project: Project, capsys: pytest.CaptureFixture[str], full: bool) -> None:
    show(explain("thin/generic-01"), full, as_json=False)
    out = capsys.readouterr().out
    assert "[red]赤[/red] <U+001B>[31mRED<U+001B>[0m <U+202E>abc <b>太字</b>" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_json_is_the_same_tree_and_has_no_control_characters(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    show(explain("thin/generic-01"), full=False, as_json=True)
    out = capsys.readouterr().out
    assert not {"\x1b", "\u202e"} & set(out)
    tree = json.loads(out)
    assert list(tree) == ["kind", "id", "stage", "facts", "children"]
    assert (tree["kind"], tree["id"], tree["stage"]) == ("answer", "thin/generic-01", "answer@thin")
    assert tree["facts"]["text"] == HOSTILE
    assert tree["children"][0]["id"] == transcript(project, "answer@thin")[0]["key"]


def test_a_terminal_gets_lines_of_its_width_and_full_ones_on_demand(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.cells import cell_len
    from rich.console import Console

    monkeypatch.setattr(
        "seedbed.trace.tree_text.wide_console", lambda: Console(width=60, force_terminal=True, color_system=None)
    )
    node = explain("open_qa-01")
    show(node, full=False, as_json=False)
    short = capsys.readouterr().out
    assert max(map(cell_len, short.splitlines())) <= 60
    assert str(node.facts["output"])[-5:] not in short
    show(node, full=True, as_json=False)
    whole = "".join(line.strip("│├─└ ") for line in capsys.readouterr().out.splitlines())
    assert str(node.facts["output"]).replace(" ", "")[-5:] in whole.replace(" ", "")


def test_long_lists_of_children_are_cut_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    root = Node("seed", "x", {}, [Node("slot", f"s{number:05}") for number in range(30)])
    show(root, full=False, as_json=False)
    out = capsys.readouterr().out
    assert "s00011" in out
    assert "s00012" not in out
    assert "and 18 more of kind slot; --full shows them" in out
    show(root, full=True, as_json=False)
    assert "s00029" in capsys.readouterr().out


def test_the_commands(project: Project) -> None:
    assert project.run("seedbed", "explain", "s00000-0").startswith("instruction native/s00000-0  filter: ")
    assert json.loads(project.run("seedbed", "impact", "judge.params.temperature", "--json"))["kind"] == "parameter"
    assert project.run("seedbed", "explain", "nothing", fails=True).startswith("error: no id 'nothing'; searched")


def test_the_commands_say_what_is_out_of_date(edited: Project) -> None:
    edited.edit_params(lambda params: params["models"]["good"].update(sample=1))
    said = "out of date: answer@good: params.yaml: models.good.sample"
    assert said in edited.run("seedbed", "explain", "good/generic-01")
    assert said in edited.run("seedbed", "impact", "good/generic-01")
