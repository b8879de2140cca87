"""Commands that write project files: init, upgrade, export-config, declare."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import Command, Group, InProject, app, comma_separated

declaring = typer.Typer(cls=Group, no_args_is_help=True, help="Generate entries of params.yaml.")
app.add_typer(declaring, name="declare")


@app.command(cls=Command)
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="ISO 639 code of the target language, e.g. ko.")],
    bare: Annotated[bool, typer.Option("--bare", help="Do not write example rows.")] = False,
) -> None:
    """Create a project that builds at once: its files, a language kit, git and DVC."""
    from seedbed.pipeline.init import init_project

    print(init_project(folder, language, bare))


@app.command(cls=InProject)
def upgrade(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
) -> None:
    """Update the project's files to the installed version of Seedbed; your changes are kept."""
    from seedbed.pipeline.upgrade import upgrade_project

    print(upgrade_project((lambda question: True) if yes else typer.confirm, dry_run))


@app.command("export-config", cls=InProject)
def export_config(
    trainer: Annotated[str, typer.Argument(help="llamafactory or axolotl.")],
    training_set: Annotated[str, typer.Option("--set", metavar="ID", help="The training set to train on.")],
    base: Annotated[str, typer.Option(metavar="ID", help="The base to fine-tune.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", resolve_path=True, help="Folder to write it to.")] = Path("trainer"),
) -> None:
    """Write another trainer's config from `train`, a training set and a base."""
    from seedbed.training.other_configs import export_config as exported

    print(exported(trainer, training_set, base, to))


@declaring.command(cls=InProject)
def study(
    bases: Annotated[str, typer.Option(metavar="A,B", help="Ids of bases in params.yaml.")],
    sets: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="Ids of training sets; in a match of two sets the first one is the model, the second the baseline.",
        ),
    ],
    seeds: Annotated[int, typer.Option(min=1, metavar="K", help="Number of trainings (seeds) of each base on each set.")] = 1,
    baseline: Annotated[str | None, typer.Option(metavar="ID", help="Also compare each trained model with this model.")] = None,
) -> None:
    """Declare every base trained on every set, and the matches between the sets, with the base itself and with a baseline."""
    from seedbed.pipeline.declare import declare_study

    print(declare_study(comma_separated(bases), comma_separated(sets), seeds, baseline))
