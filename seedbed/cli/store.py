"""`seedbed store`, `seedbed harvest` and `seedbed resolve`: maintain the response store."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import Group, InProject, app, enter_project

storing = typer.Typer(
    cls=Group, invoke_without_command=True, help="Show and maintain the store: every response that this machine has received."
)
app.add_typer(storing, name="store")
batching = typer.Typer(cls=Group, invoke_without_command=True)
storing.add_typer(batching, name="batches")


@app.command(cls=InProject)
def harvest() -> None:
    """Load the responses of every branch and tag into the store, from the DVC cache or remote."""
    from seedbed.project import paths
    from seedbed.store.harvest import harvest_all
    from seedbed.store.store import Store

    with Store(paths.store()) as store:
        print(harvest_all(store))


@app.command(cls=InProject)
def resolve() -> None:
    """Resolve merge conflicts in dvc.lock and reports: take one side, load the responses of both sides, and build."""
    from seedbed.pipeline.resolve import resolve as resolved

    raise typer.Exit(resolved())


@storing.callback()
def store_summary(context: typer.Context) -> None:
    """Show what the store holds, by stage and model."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import summary

    if context.invoked_subcommand is None:
        enter_project()
        with Store(paths.store(), read_only=True) as store:
            summary(store)


@storing.command("builds", cls=InProject)
def store_builds() -> None:
    """Show what each build sent, next to the plan of each stage right before its first request."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import builds

    with Store(paths.store(), read_only=True) as store:
        builds(store)


@batching.callback()
def store_batches(context: typer.Context) -> None:
    """List the batches that were sent, and whether all of their responses are in the store."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import list_batches

    if context.invoked_subcommand is None:
        enter_project()
        with Store(paths.store(), read_only=True) as store:
            list_batches(store)


@batching.command("forget", cls=InProject)
def forget(
    id: Annotated[str, typer.Argument(help="The batch's id, as `seedbed store batches` lists it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Give up a lost batch: its requests without a response are sent, and paid for, again."""
    from seedbed.project import paths
    from seedbed.store.claims import close_batch
    from seedbed.store.store import Store
    from seedbed.store.tools import open_batch

    with Store(paths.store()) as store:
        batch = open_batch(store, id)
        if yes or typer.confirm(f"Forget {batch.words}? Its requests without a response are sent, and paid for, again."):
            close_batch(store, id, forgotten=True)
            print(f"{batch.words} is forgotten")


@storing.command("list", cls=InProject)
def store_list(
    stage: Annotated[str, typer.Option(help="A stage that sends requests to a model, e.g. answer@good.")],
    failed: Annotated[bool, typer.Option("--failed", help="Only unusable replies.")] = False,
) -> None:
    """List a stage's responses: beginning of the key, problem, beginning of the reply."""
    from seedbed.project import paths
    from seedbed.steps.stored import listed
    from seedbed.store.store import Store

    with Store(paths.store(), read_only=True) as store:
        for line in listed(store, stage, failed):
            print(line)


@storing.command("show", cls=InProject)
def store_show(key: Annotated[str, typer.Argument(help="Key of a request, or at least its first 6 digits.")]) -> None:
    """Show one request and its reply in full, with hidden characters escaped."""
    from seedbed.project import paths
    from seedbed.steps.stored import shown
    from seedbed.store.store import Store

    with Store(paths.store(), read_only=True) as store:
        print(shown(store, key))


@storing.command("verify", cls=InProject)
def store_verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Drop damaged responses, and restore them from transcripts if possible.")
    ] = False,
) -> None:
    """Check the database, every request key and every response."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import verify

    with Store(paths.store(), read_only=not repair) as store:
        print(verify(store, repair))


@storing.command("export", cls=InProject)
def store_export(
    file: Annotated[Path, typer.Argument(resolve_path=True, help="A JSON Lines file, one request and response per line.")],
) -> None:
    """Export the whole store to one file."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import export_to

    with Store(paths.store(), read_only=True) as store:
        print(export_to(store, file))


@storing.command("import", cls=InProject)
def store_import(
    file: Annotated[Path, typer.Argument(resolve_path=True, help="A file that `seedbed store export` wrote.")],
) -> None:
    """Import the responses of an exported file."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import import_from

    with Store(paths.store()) as store:
        print(f"{import_from(store, file)} new responses imported from {file}")


@storing.command("prune", cls=InProject)
def store_prune(yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False) -> None:
    """Drop responses that no commit refers to, in any project that uses this store."""
    from seedbed.project import paths
    from seedbed.store.harvest import refuse_while_sending, unreferenced
    from seedbed.store.projects import projects
    from seedbed.store.store import Store

    with Store(paths.store()) as store:
        asked, absent = projects(store)
        keys = unreferenced(store)
        for project in asked[1:]:
            print(f"{project} uses the same store; responses that it refers to are kept too")
        for project in absent if keys else []:
            print(f"{project} has used the same store but no longer exists; its responses may be dropped")
        if not keys:
            print("every response is used by a commit; nothing to drop")
        elif yes or typer.confirm(
            f"Drop {len(keys)} responses that no commit refers to? They would have to be paid for again."
        ):
            refuse_while_sending(store)
            store.drop(keys)
            print(f"{len(keys)} responses dropped")
