"""Commands for building: check, repro, plan, plan-benchmark, again, filter, probe, serve."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import Command, InProject, app
from seedbed.util.errors import UserError


@app.command(cls=InProject)
def check(
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Also send a few requests to each server, to check that it serves the configured models."),
    ] = False,
    release: Annotated[
        bool,
        typer.Option("--release", help="Also check the built training sets against publish.gates, before publishing."),
    ] = False,
    overlaps: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            resolve_path=True,
            help="With --release: write the overlap with each benchmark question to this CSV file.",
        ),
    ] = None,
) -> None:
    """Check params, prompts and data; with --release also the training sets. Sends nothing without --probe."""
    from seedbed.pipeline.check import check_all

    if overlaps and not release:
        raise UserError("--overlaps: works only with --release; add --release")
    print(check_all())
    if release:
        from seedbed.project.params import load_params
        from seedbed.publishing.gates import check_release

        gates = check_release(load_params(), overlaps)
        for gate in gates:
            print(gate)
        if not all(gate.passed for gate in gates):
            raise typer.Exit(1)
    if probe:
        from seedbed.sending.probe import probe_all

        for line in probe_all():
            print(line, flush=True)


@app.command(cls=InProject, context_settings={"ignore_unknown_options": True})
def repro(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="TARGET", help="Targets and options of `dvc repro`; builds everything by default."),
    ] = None,
) -> None:
    """Build the project: run `check`, compare the plan with the budget, then run `dvc repro`."""
    from seedbed.pipeline.repro import reproduce

    raise typer.Exit(reproduce(arguments or []))


@app.command(cls=InProject)
def plan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="TARGET", help="Stages to build, e.g. benchmark; everything by default.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare the plan with the budget; exit with 1 if it exceeds the budget.")
    ] = False,
) -> None:
    """Show which requests a build would send now, why, and what they would cost. Sends nothing, changes nothing."""
    from seedbed.project.params import load_params
    from seedbed.sending.budget import has_budget

    if check and not as_json and not has_budget(load_params()):
        return
    from seedbed.pipeline.check import refuse_mistakes
    from seedbed.pipeline.plan import Plan
    from seedbed.pipeline.plan_text import plan_json, print_plan

    refuse_mistakes(targets or ())
    plan = Plan(targets or [])
    if as_json:
        print(plan_json(plan))
    elif not check:
        print_plan(plan)
    if check:
        plan.check_budget()


@app.command("plan-benchmark", cls=InProject)
def plan_benchmark(
    questions: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Number of questions; by default as many as the project has.")
    ] = None,
    difference: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=50,
            metavar="POINTS",
            help="Show how many questions are needed to detect a difference of this many points.",
        ),
    ] = None,
) -> None:
    """Show the smallest difference that the benchmark can detect, or how many questions a difference needs. Sends nothing."""
    from seedbed.pipeline.plan_benchmark import plan_benchmark as planned
    from seedbed.project.params import load_params

    print(planned(load_params(), questions, difference))


@app.command(cls=InProject)
def again(
    stage: Annotated[str, typer.Argument(help="A stage that sends requests to a model, e.g. answer@good.")],
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            help="Row ids; for generate slots (s00012), for judge questions, or one order of a question (fermi-01.ab).",
            show_default=False,
        ),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All rows without a usable reply.")] = False,
) -> None:
    """Request rows again, although their replies are in the store. Writes data/again.jsonl; the next build sends them."""
    from seedbed.pipeline.again import ask_once_more

    print(ask_once_more(stage, ids or [], failed))


@app.command("filter", cls=InProject)
def filter_rows(
    file: Annotated[
        Path,
        typer.Argument(
            resolve_path=True, help="JSON Lines, or CSV (.csv), with instruction, input and output; id is optional."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
    alone: Annotated[
        bool,
        typer.Option("--alone", help="Compare rows only with each other, not with seed tasks and questions."),
    ] = False,
) -> None:
    """Run the project's filter on a file and show its decision on each row. Exits with 1 only on an error."""
    from seedbed.steps import filter_file

    rows = filter_file.decisions(file, alone)
    for line in filter_file.as_json(rows) if as_json else filter_file.as_table(rows):
        print(line)


@app.command(cls=InProject)
def probe(
    endpoint: Annotated[str, typer.Argument(help="Id of the endpoint in params.yaml.")],
    write: Annotated[bool, typer.Option("--write", help="Write the findings to params.yaml without asking.")] = False,
) -> None:
    """Detect the features of an endpoint's server with a few requests, and offer to write them to params.yaml."""
    import sys

    from seedbed.sending.probe import probe as probed

    for line in probed(endpoint, write, lambda question: sys.stdin.isatty() and typer.confirm(question)):
        print(line)


@app.command(cls=Command)
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 chooses a free one.")] = 8000,
    latency_ms: Annotated[float, typer.Option(help="Milliseconds before each reply.", min=0)] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=SHARE", help="A fault and its share of the requests, e.g. 429=0.1; repeatable."),
    ] = None,
) -> None:
    """Run the stand-in as a local server, to rehearse a build with latency, faults or the Batch API."""
    from seedbed.stand_in.socket_server import parse_faults, serve_forever

    serve_forever(port, latency_ms / 1000, parse_faults(fault or []))
