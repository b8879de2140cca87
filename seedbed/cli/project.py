"""The commands that write a project's files: init, upgrade, export-config, declare."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import Command, Group, InProject, app, comma_separated

declaring = typer.Typer(cls=Group, no_args_is_help=True, help="Write what follows from a few names into params.yaml.")
app.add_typer(declaring, name="declare")


@app.command(cls=Command)
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="ISO 639 code of the target language, e.g. ko.")],
    bare: Annotated[bool, typer.Option("--bare", help="Leave the example rows out.")] = False,
) -> None:
    """Make a project that builds at once: its files, a language kit, git and DVC."""
    from seedbed.pipeline.init import init_project

    print(init_project(folder, language, bare))


@app.command(cls=InProject)
def upgrade(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
) -> None:
    """Bring the project's files to the installed library; what people changed is kept."""
    from seedbed.pipeline.upgrade import upgrade_project

    print(upgrade_project((lambda question: True) if yes else typer.confirm, dry_run))


@app.command("export-config", cls=InProject)
def export_config(
    trainer: Annotated[str, typer.Argument(help="llamafactory or axolotl.")],
    training_set: Annotated[str, typer.Option("--set", metavar="ID", help="A training set.")],
    base: Annotated[str, typer.Option(metavar="ID", help="A base.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", resolve_path=True, help="Where it is written.")] = Path("trainer"),
) -> None:
    """Write another trainer's config from `train`, a training set and a base."""
    from seedbed.training.other_configs import export_config as exported

    print(exported(trainer, training_set, base, to))


@declaring.command(cls=InProject)
def study(
    bases: Annotated[str, typer.Option(metavar="A,B", help="Bases of params.yaml.")],
    sets: Annotated[str, typer.Option(metavar="A,B", help="Training sets; in a match of two the first is the model.")],
    seeds: Annotated[int, typer.Option(min=1, metavar="K", help="Trainings of each base and set.")] = 1,
    baseline: Annotated[
        str | None, typer.Option(metavar="ID", help="A model that each trained one is matched with too.")
    ] = None,
) -> None:
    """Declare each base fine-tuned on each set, and the matches: sets with each other, with the base as it is, a baseline."""
    from seedbed.pipeline.declare import declare_study

    print(declare_study(comma_separated(bases), comma_separated(sets), seeds, baseline))
