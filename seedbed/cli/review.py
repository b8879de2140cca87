"""`seedbed review`: the page, and the spreadsheet."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import InProject, app, comma_separated, enter_project
from seedbed.util.errors import UserError

reviewing = typer.Typer(invoke_without_command=True)
app.add_typer(reviewing, name="review")


@reviewing.callback()
def review(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but loopback needs links (`seedbed review invite`) or a --token.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="SEEDBED_REVIEW_TOKEN",
            help="What a visitor must show; part of the printed address. Better in the variable: others see a command line.",
        ),
    ] = None,
    editor: Annotated[str | None, typer.Option(metavar="NAME", help="Who edits; asked on the page by default.")] = None,
    annotator: Annotated[str | None, typer.Option(metavar="NAME", help="Who votes; by default who edits.")] = None,
    per_match: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Votes to draw from each match; all by default.")
    ] = None,
    draw: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Draw about N of each match where votes tell most; logs how likely each was to be drawn."
        ),
    ] = None,
    annotators: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="How many people vote on each item; all by default.")
    ] = None,
    people: Annotated[
        str, typer.Option(metavar="A,B,C", help="Their names, the same list for everyone: each gets an even share.")
    ] = "",
    language: Annotated[str | None, typer.Option(help="Of the page, en or ja; the browser's by default.")] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Try the page on a temporary copy, of this project or of an example; nothing is kept."),
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Post-edit translations and compare answers, on a page of this machine, or through a spreadsheet."""
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
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Who edits and votes by the link.")] = None,
    at: Annotated[
        str, typer.Option(metavar="URL", help="The page's address, as that person reaches it.")
    ] = "http://127.0.0.1:8765",
    list_: Annotated[bool, typer.Option("--list", help="Say who has a link.")] = False,
    revoke: Annotated[str | None, typer.Option(metavar="NAME", help="Have this person's link open nothing any more.")] = None,
) -> None:
    """Make a link to the page for one person; only its hash is kept, outside git."""
    from seedbed.review.web.inviting import invite_person, list_people, revoke_person

    if (name is not None) + list_ + (revoke is not None) != 1:
        raise UserError("expected one of NAME, --list or --revoke NAME")
    print(list_people() if list_ else revoke_person(revoke) if revoke else invite_person(name or "", at))


@reviewing.command("export", cls=InProject)
def review_export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", resolve_path=True, help="The spreadsheet to write.")],
    language: Annotated[
        str | None, typer.Option(help="Of its headings and notices, en or ja; without it, that of the reports.")
    ] = None,
) -> None:
    """Write the rows to review to a spreadsheet, for translators who work in one."""
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
    editor: Annotated[str | None, typer.Option(metavar="NAME", help="Who worked in it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take over the edits of a spreadsheet: say what is wrong and what would change, ask, save."""
    from seedbed.review.sheets.command import import_edits

    print(import_edits(file, editor, yes))
