"""`seedbed requests`: what a stage lacks, out to any engine and back."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import Group, InProject, app

asking = typer.Typer(cls=Group, no_args_is_help=True, help="Requests for any engine, as OpenAI batch lines, and its answers.")
app.add_typer(asking, name="requests")


@asking.command("export", cls=InProject)
def requests_export(
    stage: Annotated[str, typer.Argument(help="A stage that asks a model, e.g. answer@good.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", resolve_path=True, help="A new folder.")],
    shards: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Files for each model; by default as few as a Batch API takes."),
    ] = None,
) -> None:
    """Write the requests that a stage lacks. Sends nothing, changes nothing else."""
    from seedbed.pipeline.missing import export_missing

    print(export_missing(stage, folder, shards))


@asking.command("import", cls=InProject)
def requests_import(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", resolve_path=True, help="The exported folder, with files of answers in it.")
    ],
) -> None:
    """Commit the answers that came, in any order, in part or twice. Exits with 1 where lines do not belong."""
    from seedbed.project import paths
    from seedbed.sending.shards import import_shards, report
    from seedbed.store.store import Store

    with Store(paths.store()) as store:
        imported = import_shards(store, folder)
    for line in report(imported):
        print(line)
    if imported.strange:
        raise typer.Exit(1)
