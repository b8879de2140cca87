"""Commands for tracing and comparing: explain, impact, diff, calibrate."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import InProject, app
from seedbed.util.errors import UserError

_EXPLAINED = (
    "A seed task, question or baseline task (arithmetic-07), an instruction (s00012-1) or its slot (s00012), with the "
    "generation if several have that id (native/s00012-1); an answer (MODEL/QUESTION), a judgment (MATCH/QUESTION, or "
    "MATCH/QUESTION/ab for one order), a request (at least 6 hex digits of its key). A unique beginning of an id is enough. "
    "If an id is ambiguous, write KIND:ID, as in question:generic-01."
)
_IMPACTED = (
    "Any id that `seedbed explain` accepts; a training set, model or match of params.yaml (good-vs-thin); a prompt "
    "(prompts/judge.yaml, or judge); a parameter (judge.params.temperature). If an id is ambiguous, write KIND:ID, as in "
    "parameter:judge."
)
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole tree as JSON.")]
Full = Annotated[bool, typer.Option("--full", help="Do not shorten texts and lists.")]


@app.command(cls=InProject)
def explain(
    id: Annotated[str, typer.Argument(help=_EXPLAINED)],
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Do not shorten texts and lists; also find the nearest neighbour of a kept instruction, and trace generated "
            "demonstrations to their sources.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the origin of a row: its requests, edits and sources. Sends nothing, changes nothing."""
    from seedbed.trace.explain import explain as explained
    from seedbed.trace.staleness import mark_out_of_date
    from seedbed.trace.tree_text import show

    tree = explained(id, full=full)
    mark_out_of_date(tree)
    show(tree, full, as_json)


@app.command(cls=InProject)
def impact(
    id: Annotated[str, typer.Argument(help=_IMPACTED)],
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Show what depends on a row, set, prompt or parameter: slots, rows, judgments, numbers. Sends nothing, changes nothing."""
    from seedbed.trace.impact import impact as impact_of
    from seedbed.trace.staleness import mark_out_of_date
    from seedbed.trace.tree_text import show

    tree = impact_of(id)
    mark_out_of_date(tree)
    show(tree, full, as_json)


@app.command(cls=InProject)
def diff(
    old: Annotated[str, typer.Argument(help="A commit, branch or tag.", show_default=True)] = "HEAD",
    new: Annotated[str | None, typer.Argument(help="A second revision; by default the working tree.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all differences as JSON.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Print an HTML page.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", resolve_path=True, help="Write to this file instead.")] = None,
) -> None:
    """Compare two revisions: prompts, rows, verdicts, win rates and cost. Checks nothing out, changes nothing.

    A terminal shows a short form; a pipe or --out gets Markdown, as for a comment on a pull request.
    """
    from seedbed.diff.command import compared, print_comparison, rendered
    from seedbed.util.rows import write_text

    if as_json and as_html:
        raise UserError("--json and --html cannot be combined; use one of them")
    comparison, form = compared(old, new), "json" if as_json else "html" if as_html else "markdown"
    if out:
        write_text(out, rendered(comparison, form))
    else:
        print_comparison(comparison, form)


@app.command(cls=InProject)
def calibrate(
    revisions: Annotated[
        list[str] | None,
        typer.Argument(metavar="REVISION", help="Commits, branches, tags or experiments of `dvc exp`.", show_default=False),
    ] = None,
    experiments: Annotated[bool, typer.Option("--experiments", help="Include every experiment of `dvc exp`.")] = False,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Write the outcomes of the chosen judge and of people to data/votes/labels/, for the report of another "
            "benchmark.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Find the judge, or judge prompt, that agrees best with people's votes. Checks nothing out."""
    from seedbed.diff.calibrate import calibrate as calibrated
    from seedbed.project.params import load_params

    print(calibrated(revisions or [], experiments, load_params()["report"]["confidence"], as_json, labels), end="")
