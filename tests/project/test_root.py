"""Where a command finds its project, and the files that its command line names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import typer

from seedbed.cli import app
from seedbed.cli.base import InProject
from seedbed.project.root import find_project
from tests.harness import Project


def test_the_nearest_folder_with_both_files(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "data" / "inner"
    inner.mkdir(parents=True)
    assert find_project(inner) is None
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / "outer" / name).touch()
    (inner / "params.yaml").touch()  # half a project is none
    assert find_project(inner) == tmp_path / "outer"
    (inner / "dvc.yaml").touch()
    assert find_project(inner) == inner


def commands(group: typer.Typer, name: str = "seedbed") -> Iterator[tuple[str, Any]]:
    """Every command, by the words that call it."""
    for command in group.registered_commands:
        assert command.callback
        yield f"{name} {command.name or command.callback.__name__}", command
    for inner in group.registered_groups:
        assert inner.typer_instance
        yield from commands(inner.typer_instance, f"{name} {inner.name}")


COMMANDS = dict(commands(app))
NO_PROJECT = {"seedbed init", "seedbed serve"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_goes_to_its_project_and_resolves_its_paths_before(name: str) -> None:
    assert (COMMANDS[name].cls is InProject) == (name not in NO_PROJECT)
    for parameter, annotation in get_type_hints(COMMANDS[name].callback, include_extras=True).items():
        if name not in NO_PROJECT and "pathlib" in str(get_args(annotation)[:1]):
            assert annotation.__metadata__[0].resolve_path, f"{parameter}: resolve_path=True is missing"


def test_commands_work_from_any_folder_below(project: Project) -> None:
    """What a command reads and writes by the project's layout is there; what its command line names is here."""
    folder = project.root / "data" / "edits"
    below = Project(folder)
    assert below.run("seedbed", "check") == project.run("seedbed", "check")
    below.run("seedbed", "store", "export", "here.jsonl")
    assert (folder / "here.jsonl").is_file()
    assert f"0 responses, 0.0 MiB: {project.root.resolve()}/.dvc/" in below.run("seedbed", "store")
    said = below.run("seedbed", "store", "import", "../nowhere.jsonl", fails=True)
    assert f"{project.root.resolve()}/data/nowhere.jsonl: no such file" in said


def test_recorded_files_are_named_from_where_one_is(project: Project) -> None:
    folder = project.root / "data"
    named = ["--questions", "q.jsonl", "--judgments", "j.jsonl", "--baseline", "b", "--answers"]
    said = Project(folder).run("seedbed", "import", "fastchat", *named, "m=a.jsonl", fails=True)
    assert f"error: {folder.resolve()}/q.jsonl: no such file" in said
    assert "expected ID=FILE" in Project(folder).run("seedbed", "import", "fastchat", *named, "a.jsonl", fails=True)


@pytest.mark.parametrize("command", [["check"], ["repro"], ["explain", "x"], ["store"], ["review", "--no-open"]])
def test_outside_of_a_project_a_command_says_that_there_is_none(tmp_path: Path, command: list[str]) -> None:
    folder = Project(tmp_path)
    said = folder.run("seedbed", *command, fails=True)
    assert said.startswith(
        "error: no project here: neither this folder nor a parent folder contains dvc.yaml and params.yaml; "
    )
    assert len(said.splitlines()) == 1
    assert "Usage" in folder.run("seedbed", *command, "--help")


def test_half_a_project_misses_its_file(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").touch()
    assert "params.yaml: no such file; " in Project(tmp_path).run("seedbed", "check", fails=True)
