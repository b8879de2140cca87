"""The commands around a build: check, repro, plan, plan-benchmark, again, filter, probe, serve."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import InProject, app
from seedbed.util.errors import UserError


@app.command(cls=InProject)
def check(
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Ask the servers too, with a handful of requests each: do they serve the models named?"),
    ] = False,
    release: Annotated[
        bool,
        typer.Option("--release", help="Hold the built training sets against publish.gates: may they be given away?"),
    ] = False,
    overlaps: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", resolve_path=True, help="With --release: write how near each benchmark question comes, as CSV."
        ),
    ] = None,
) -> None:
    """Check params, prompts and data, before anything is sent; with --release, the training sets before they are given away."""
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
        list[str] | None, typer.Argument(metavar="[TARGET]... [OPTION]...", help="As `dvc repro` takes them; all by default.")
    ] = None,
) -> None:
    """Build: check, hold the plan against the budget, and run `dvc repro`, in one process."""
    from seedbed.pipeline.repro import reproduce

    raise typer.Exit(reproduce(arguments or []))


@app.command(cls=InProject)
def plan(
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only hold the plan against the budget; fail where it exceeds it.")
    ] = False,
) -> None:
    """Say what `dvc repro` would send now, why, and what it would cost. Sends nothing, changes nothing."""
    from seedbed.project.params import load_params
    from seedbed.sending.budget import has_budget

    if check and not as_json and not has_budget(load_params()):
        return
    from seedbed.pipeline.plan import Plan
    from seedbed.pipeline.plan_text import plan_json, print_plan

    plan = Plan()
    if as_json:
        print(plan_json(plan))
    elif not check:
        print_plan(plan)
    if check:
        plan.check_budget()


@app.command("plan-benchmark", cls=InProject)
def plan_benchmark(
    questions: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Questions to plan with; the project's own by default.")
    ] = None,
    difference: Annotated[
        float | None,
        typer.Option(min=0.1, max=50, metavar="POINTS", help="Say how many questions show a difference of so many points."),
    ] = None,
) -> None:
    """Say how small a difference the benchmark can show, or how many questions a difference wants. Sends nothing."""
    from seedbed.pipeline.plan_benchmark import plan_benchmark as planned
    from seedbed.project.params import load_params

    print(planned(load_params(), questions, difference))


@app.command(cls=InProject)
def again(
    stage: Annotated[str, typer.Argument(help="A stage that asks a model, e.g. answer@good.")],
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Its rows; of generate slots (s00012), of judge questions, or one order of one (fermi-01.ab).",
            show_default=False,
        ),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="The rows that have no usable reply.")] = False,
) -> None:
    """Have rows asked once more, although their replies are in the store. Writes data/again.jsonl, sends nothing."""
    from seedbed.pipeline.again import ask_once_more

    print(ask_once_more(stage, ids or [], failed))


@app.command("filter", cls=InProject)
def filter_rows(
    file: Annotated[
        Path,
        typer.Argument(
            resolve_path=True, help="JSON Lines, or CSV (.csv), of instruction, input and output; id where rows have one."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    alone: Annotated[
        bool,
        typer.Option("--alone", help="Hold rows against each other only, and not against seeds and questions."),
    ] = False,
) -> None:
    """Say what the project's filter makes of rows, in their order. Exits with 0 whatever it rejects, with 1 on a mistake."""
    from seedbed.steps import filter_file

    rows = filter_file.decisions(file, alone)
    for line in filter_file.as_json(rows) if as_json else filter_file.as_table(rows):
        print(line)


@app.command(cls=InProject)
def probe(
    endpoint: Annotated[str, typer.Argument(help="Its id in params.yaml.")],
    write: Annotated[bool, typer.Option("--write", help="Write what was found into params.yaml without asking.")] = False,
) -> None:
    """Find out with a handful of requests what an endpoint's server can; offer to write it into params.yaml."""
    import sys

    from seedbed.sending.probe import probe as probed

    for line in probed(endpoint, write, lambda question: sys.stdin.isatty() and typer.confirm(question)):
        print(line)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on the loopback address; 0 takes a free one.")] = 8000,
    latency_ms: Annotated[float, typer.Option(help="Milliseconds that each answer takes.", min=0)] = 0,
    fault: Annotated[list[str] | None, typer.Option(metavar="KIND=SHARE", help="Faults and how often, e.g. 429=0.1.")] = None,
) -> None:
    """Run the stand-in as a server on loopback, to rehearse a build: slow, faulty, in batches."""
    from seedbed.stand_in.socket_server import parse_faults, serve_forever

    serve_forever(port, latency_ms / 1000, parse_faults(fault or []))
