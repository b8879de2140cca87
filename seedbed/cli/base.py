"""Shared parts of the command line: the app, and finding the project's folder."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from seedbed import __version__
from seedbed.project.root import find_project
from seedbed.util.errors import UserError


def _no_type(ctx: Any) -> None:
    """Name no type."""


class _Flags:
    """Help without `<bool>` beside an option that takes no value, as if one were to be typed, and without `<list[str]>`."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, flags and arguments that can be repeated with no type."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # of the command that this is mixed into
        for param in params:
            if getattr(param, "is_flag", False):
                param.metavar = ""
            elif param.nargs == -1:
                param.display_type_rich = _no_type
        return params


class Command(_Flags, TyperCommand):
    """A command."""


class Group(_Flags, TyperGroup):
    """A command that others are under."""


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def print_version(wanted: bool) -> None:
    """Print the library's version and end."""
    if wanted:
        typer.echo(f"seedbed {__version__}")
        raise typer.Exit


@app.callback()
def seedbed(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Build instruction data and LLM benchmarks. Start with `seedbed init`; `seedbed repro` builds a project."""


def enter_project() -> None:
    """Go to the project's folder, from any folder below it.

    Raises:
        UserError: there is no project here. One that lacks a file is one: what reads the file says so.
    """
    project = find_project(Path.cwd())
    if project:
        os.chdir(project)
    elif not any(Path(name).exists() for name in ("dvc.yaml", "params.yaml")):
        raise UserError(
            "no project here: neither this folder nor a parent folder contains dvc.yaml and params.yaml; go to your project's "
            "folder, or create a project with `seedbed init`"
        )


class InProject(Command):
    """A command that runs in the project's folder. The paths on its command line are resolved before, where it was called."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; its command line has been read."""
        enter_project()
        return super().invoke(ctx)


def comma_separated(text: str) -> list[str]:
    """Return the names of a list with commas, without the blanks around them."""
    return [name.strip() for name in text.split(",") if name.strip()]
