"""The commands that follow a row or a change: explain, impact, diff, calibrate."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import InProject, app
from seedbed.util.errors import UserError

_EXPLAINED = (
    "A seed, question or baseline task (arithmetic-07), an instruction (s00012-1) or its slot (s00012), with the generation "
    "where several have that id (native/s00012-1); an answer (MODEL/QUESTION), a judgment (MATCH/QUESTION, or "
    "MATCH/QUESTION/ab for one order), a request (6 hex digits of its key, or more). The beginning of an id is enough where no "
    "other id begins so; where several things have the same id, say KIND:ID, as in question:generic-01."
)
_IMPACTED = (
    "Whatever `seedbed explain` takes; a training set, a model or a match of params.yaml (good-vs-thin); a prompt "
    "(prompts/judge.yaml, or judge); a parameter (judge.params.temperature). Where several things have the same id, say "
    "KIND:ID, as in parameter:judge."
)
AsJson = Annotated[bool, typer.Option("--json", help="Print the tree as JSON, whole.")]
Full = Annotated[bool, typer.Option("--full", help="Print texts and lists whole.")]


@app.command(cls=InProject)
def explain(
    id: Annotated[str, typer.Argument(help=_EXPLAINED)],
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Print texts and lists whole; look for the nearest neighbour of a kept instruction, and follow generated "
            "demonstrations back to their own.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a row came of: back to the requests, edits and sources. Sends nothing, changes nothing."""
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
    """Say what rests on a row, set, prompt or parameter: slots, rows, judgments, numbers. Sends nothing, changes nothing."""
    from seedbed.trace.impact import impact as impact_of
    from seedbed.trace.staleness import mark_out_of_date
    from seedbed.trace.tree_text import show

    tree = impact_of(id)
    mark_out_of_date(tree)
    show(tree, full, as_json)


@app.command(cls=InProject)
def diff(
    old: Annotated[str, typer.Argument(help="A commit, branch or tag.", show_default=True)] = "HEAD",
    new: Annotated[str | None, typer.Argument(help="Another one; the working tree where none is given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all that differs as JSON.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Print a page instead of Markdown.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", resolve_path=True, help="Write to this file instead.")] = None,
) -> None:
    """Say what a change did to prompts, rows, verdicts, win rates and the bill. Checks nothing out, changes nothing."""
    from seedbed.diff.command import render
    from seedbed.util.rows import write_text

    if as_json and as_html:
        raise UserError("--json and --html cannot be combined; use one of them")
    text = render(old, new, "json" if as_json else "html" if as_html else "markdown")
    if out:
        write_text(out, text)
    else:
        print(text, end="")


@app.command(cls=InProject)
def calibrate(
    revisions: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REVISION]...", help="Commits, branches, tags, experiments of `dvc exp`.", show_default=False),
    ] = None,
    experiments: Annotated[bool, typer.Option("--experiments", help="Take every experiment of `dvc exp`.")] = False,
    labels: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Write what the chosen judge and people said, for the report of another benchmark."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Say which judge, or judge's prompt, agrees best with people's votes. Checks nothing out."""
    from seedbed.diff.calibrate import calibrate as calibrated
    from seedbed.project.params import load_params

    print(calibrated(revisions or [], experiments, load_params()["report"]["confidence"], as_json, labels), end="")
