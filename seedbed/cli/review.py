"""`seedbed review`: the web page and the spreadsheet."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import Group, InProject, app, comma_separated, enter_project
from seedbed.util.errors import UserError

reviewing = typer.Typer(cls=Group, invoke_without_command=True)
app.add_typer(reviewing, name="review")


@reviewing.callback()
def review(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 chooses a free one.")] = 8765,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; any other than 127.0.0.1 requires links (`seedbed review invite`) or --token."
        ),
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="SEEDBED_REVIEW_TOKEN",
            help="Access token, part of the printed URL. Prefer the environment variable, since other users can see command "
            "lines.",
        ),
    ] = None,
    editor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the editor; by default the page asks for it.")
    ] = None,
    annotator: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the annotator who votes; by default the editor.")
    ] = None,
    per_match: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Number of votes per match; all by default.")
    ] = None,
    draw: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Sample about N items per match where votes are most informative; logs the sampling probabilities.",
        ),
    ] = None,
    annotators: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="Number of people who vote on each item; all by default.")
    ] = None,
    people: Annotated[
        str, typer.Option(metavar="A,B,C", help="Names of all reviewers, the same list for everyone; each gets an equal share.")
    ] = "",
    language: Annotated[str | None, typer.Option(help="Language of the page, en or ja; by default the browser's.")] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Try the page on a temporary copy of this project or of an example; nothing is saved."),
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Post-edit translations and vote on answers, on a local web page or in a spreadsheet."""
    if command := context.invoked_subcommand:
        for option in context.command.params:
            source = context.get_parameter_source(option.name) if option.name else None
            if source and source.name == "COMMANDLINE":
                raise UserError(
                    f"{option.opts[0]}: this is an option of the page, not of `seedbed review {command}`; remove it, or put "
                    f"the options of {command} after its name"
                )
        return
    from seedbed.review.web.serve import run_demo, run_review
    from seedbed.review.web.state import Settings

    if not demo:
        enter_project()
    settings = Settings(
        host=host,
        token=token,
        editor=editor,
        annotator=annotator or editor,
        per_match=per_match,
        draw=draw,
        annotators=annotators,
        people=tuple(comma_separated(people)),
        language=language,
    )
    (run_demo if demo else run_review)(settings, port, open_browser)


@reviewing.command("invite", cls=InProject)
def review_invite(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Name of the person who will use the link.")] = None,
    at: Annotated[
        str, typer.Option(metavar="URL", help="URL of the page as that person reaches it.")
    ] = "http://127.0.0.1:8765",
    list_: Annotated[bool, typer.Option("--list", help="List the people who have a link.")] = False,
    revoke: Annotated[str | None, typer.Option(metavar="NAME", help="Revoke the link of this person.")] = None,
) -> None:
    """Create a link to the page for one person; only its hash is stored, outside git."""
    from seedbed.review.web.inviting import invite_person, list_people, revoke_person

    if (name is not None) + list_ + (revoke is not None) != 1:
        raise UserError("expected one of NAME, --list or --revoke NAME")
    print(list_people() if list_ else revoke_person(revoke) if revoke else invite_person(name or "", at))


@reviewing.command("export", cls=InProject)
def review_export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", resolve_path=True, help="The spreadsheet to write.")],
    language: Annotated[
        str | None, typer.Option(help="Language of headings and notices, en or ja; by default that of the reports.")
    ] = None,
) -> None:
    """Export the rows to review as a spreadsheet."""
    from seedbed.project.params import load_params
    from seedbed.reporting.texts import report_language
    from seedbed.review.sheets.round_trip import export_edits
    from seedbed.review.texts import page_language

    print(export_edits(file, page_language(language) if language else report_language(load_params())))


@reviewing.command("import", cls=InProject)
def review_import(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.xlsx", resolve_path=True, help="A spreadsheet that `seedbed review export` wrote.")
    ],
    editor: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the editor who worked in it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Import the edits of a spreadsheet: show problems and changes, ask, save."""
    from seedbed.review.sheets.command import import_edits

    print(import_edits(file, editor, yes))
