"""`seedbed requests`: export missing requests for offline inference, and import the answers."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import Group, InProject, app

asking = typer.Typer(
    cls=Group, no_args_is_help=True, help="Export missing requests as OpenAI batch lines, and import the answers of any engine."
)
app.add_typer(asking, name="requests")


@asking.command("export", cls=InProject)
def requests_export(
    stage: Annotated[str, typer.Argument(help="A stage that sends requests to a model, e.g. answer@good.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", resolve_path=True, help="A new folder.")],
    shards: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Number of files per model; by default as few as the limits of the Batch API allow."
        ),
    ] = None,
) -> None:
    """Export the requests of a stage that have no response yet. Sends nothing, changes nothing else."""
    from seedbed.pipeline.missing import export_missing

    print(export_missing(stage, folder, shards))


@asking.command("import", cls=InProject)
def requests_import(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", resolve_path=True, help="The exported folder, with the answer files in it.")
    ],
) -> None:
    """Import answers into the store; they may be in any order, partial or repeated. Exits with 1 if lines do not match."""
    from seedbed.project import paths
    from seedbed.sending.shards import import_shards, report
    from seedbed.store.store import Store

    with Store(paths.store()) as store:
        imported = import_shards(store, folder)
    for line in report(imported):
        print(line)
    if imported.strange:
        raise typer.Exit(1)
