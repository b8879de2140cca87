"""`seedbed`: the tools around the pipeline. `dvc repro` runs the pipeline itself."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from seedbed.project.root import find_project
from seedbed.util.errors import UserError, run

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
importing = typer.Typer(no_args_is_help=True, help="Take over data made elsewhere.")
app.add_typer(importing, name="import")
exporting = typer.Typer(no_args_is_help=True, help="Write data for other tools.")
app.add_typer(exporting, name="export")
declaring = typer.Typer(no_args_is_help=True, help="Write what follows from a few names into params.yaml.")
app.add_typer(declaring, name="declare")
storing = typer.Typer(invoke_without_command=True, help="The store: every response ever paid for, on this machine.")
app.add_typer(storing, name="store")
batching = typer.Typer(invoke_without_command=True)
storing.add_typer(batching, name="batches")
reviewing = typer.Typer(invoke_without_command=True)
app.add_typer(reviewing, name="review")


def enter_project() -> None:
    """Go to the project's folder, from any folder below it.

    Raises:
        UserError: there is no project here. One that lacks a file is one: what reads the file says so.
    """
    project = find_project(Path.cwd())
    if project:
        os.chdir(project)
    elif not any(Path(name).exists() for name in ("dvc.yaml", "params.yaml")):
        raise UserError(
            "no project here: neither this folder nor one above it holds dvc.yaml and params.yaml; go to your project's "
            "folder, or make one with `seedbed init`"
        )


class InProject(TyperCommand):
    """A command that runs in the project's folder. The paths on its command line are resolved before, where it was called."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; its command line has been read."""
        enter_project()
        return super().invoke(ctx)


@app.command(cls=InProject)
def check(
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Ask the servers too, with a handful of requests each: do they serve the models named?"),
    ] = False,
) -> None:
    """Check params, prompts and data, before anything is sent."""
    from seedbed.pipeline.check import check_all

    print(check_all())
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
        raise UserError("--json and --html are two forms of the same; give one of them")
    text = render(old, new, "json" if as_json else "html" if as_html else "markdown")
    if out:
        write_text(out, text)
    else:
        print(text, end="")


def id_and_file(text: str) -> tuple[str, Path]:
    """Return the two sides of `ID=FILE`, the file's path resolved."""
    id, _, file = text.partition("=")
    if not id or not file:
        raise UserError(f"--answers {text!r}: expected ID=FILE, e.g. --answers my-model=answers/my-model.jsonl")
    return id, Path(file).resolve()


def made_of(text: str) -> tuple[str, str, str | None]:
    """Return the parts of `ID=BASE:SET`, or of `ID=BASE` with None as the set."""
    id, _, method = text.partition("=")
    base, colon, training_set = method.partition(":")
    if not id.strip() or not base.strip() or (colon and not training_set.strip()):
        raise UserError(f"--method {text!r}: expected ID=BASE:SET, or ID=BASE for a base as it was, e.g. --method a-1=llama:mt")
    return id.strip(), base.strip(), training_set.strip() or None


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="ISO 639 code of the target language, e.g. ko.")],
    bare: Annotated[bool, typer.Option("--bare", help="Leave the example rows out.")] = False,
) -> None:
    """Make a project that builds at once: its files, a language kit, git and DVC."""
    from seedbed.pipeline.init import init_project

    print(init_project(folder, language, bare))


@app.command(cls=InProject)
def upgrade(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
) -> None:
    """Bring the project's files to the installed library; what people changed is kept."""
    from seedbed.pipeline.upgrade import upgrade_project

    print(upgrade_project((lambda question: True) if yes else typer.confirm, dry_run))


@app.command("export-config", cls=InProject)
def export_config(
    trainer: Annotated[str, typer.Argument(help="llamafactory or axolotl.")],
    training_set: Annotated[str, typer.Option("--set", metavar="ID", help="A training set.")],
    base: Annotated[str, typer.Option(metavar="ID", help="A base.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", resolve_path=True, help="Where it is written.")] = Path("trainer"),
) -> None:
    """Write another trainer's config from `train`, a training set and a base."""
    from seedbed.training.other_configs import export_config as exported

    print(exported(trainer, training_set, base, to))


@declaring.command(cls=InProject)
def study(
    bases: Annotated[str, typer.Option(metavar="A,B", help="Bases of params.yaml.")],
    sets: Annotated[str, typer.Option(metavar="A,B", help="Training sets; in a match of two the first is the model.")],
    seeds: Annotated[int, typer.Option(min=1, metavar="K", help="Trainings of each base and set.")] = 1,
    baseline: Annotated[
        str | None, typer.Option(metavar="ID", help="A model that each trained one is matched with too.")
    ] = None,
) -> None:
    """Declare each base fine-tuned on each set, and the matches: sets with each other, with the base as it is, a baseline."""
    from seedbed.pipeline.declare import declare_study

    print(declare_study(names(bases), names(sets), seeds, baseline))


def names(text: str) -> list[str]:
    """Return the names of a list with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


@importing.command(cls=InProject)
def fastchat(
    questions: Annotated[Path, typer.Option(resolve_path=True, help="Questions, FastChat's question.jsonl.")],
    answers: Annotated[
        list[Any], typer.Option(parser=id_and_file, metavar="ID=FILE", help="Answers of one model; once for each model.")
    ],
    baseline: Annotated[str, typer.Option(metavar="ID", help="The model that the others are held against.")],
    judgments: Annotated[
        list[Path] | None,
        typer.Option(resolve_path=True, help="Verdicts on pairs of models; once for each file. Without any our judge judges."),
    ] = None,
    method: Annotated[
        list[Any] | None,
        typer.Option(
            parser=made_of,
            metavar="ID=BASE:SET",
            help="The base and the training set that a model was made of, ID=BASE for a base as it was; once for each model. "
            "Their sets are compared, in the order given.",
        ),
    ] = None,
    references: Annotated[
        Path | None, typer.Option(resolve_path=True, help="Reference answers, in the answers' format.")
    ] = None,
    scores: Annotated[
        list[Path] | None, typer.Option(resolve_path=True, help="Ratings of single answers; once for each file.")
    ] = None,
    language: Annotated[str, typer.Option(help="What the questions are written in.")] = "ja",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before models, matches and questions are replaced.")] = False,
) -> None:
    """Copy recorded questions, answers and verdicts under data/recorded/ and declare them in params.yaml."""
    from seedbed.recorded.import_fastchat import import_fastchat

    confirm = (lambda question: True) if yes else typer.confirm
    recorded = (questions, answers, judgments or [], baseline, references, language, confirm, method or [], scores or [])
    print(import_fastchat(*recorded))


@exporting.command("fastchat", cls=InProject)
def export_to_fastchat(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="An empty folder, or one that is not there.")],
) -> None:
    """Write questions, answers, references, verdicts and ratings of the build in FastChat's files."""
    from seedbed.recorded.export_fastchat import export_fastchat

    print(export_fastchat(folder))


@app.command(cls=InProject)
def harvest() -> None:
    """Read the transcripts of every branch and tag, from the DVC cache or remote, into the store."""
    from seedbed.project import paths
    from seedbed.store.harvest import harvest_all
    from seedbed.store.store import Store

    with Store(paths.store()) as store:
        print(harvest_all(store))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on the loopback address; 0 takes a free one.")] = 8000,
    latency_ms: Annotated[float, typer.Option(help="Milliseconds that each answer takes.", min=0)] = 0,
    fault: Annotated[list[str] | None, typer.Option(metavar="KIND=SHARE", help="Faults and how often, e.g. 429=0.1.")] = None,
) -> None:
    """Run the stand-in as a server on loopback, to rehearse a build: slow, faulty, in batches."""
    from seedbed.stand_in.socket_server import parse_faults, serve_forever

    serve_forever(port, latency_ms / 1000, parse_faults(fault or []))


@reviewing.callback()
def review(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on; any but loopback needs --token.")] = "127.0.0.1",
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
    annotators: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="How many people vote on each item; all by default.")
    ] = None,
    people: Annotated[
        str, typer.Option(metavar="A,B,C", help="Their names, the same list for everyone: each gets an even share.")
    ] = "",
    language: Annotated[str | None, typer.Option(help="Of the page, en or ja; the browser's by default.")] = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Post-edit translations and compare answers, on a page of this machine, or through a spreadsheet."""
    if command := context.invoked_subcommand:
        for option in context.command.params:
            source = context.get_parameter_source(option.name) if option.name else None
            if source and source.name == "COMMANDLINE":
                raise UserError(
                    f"{option.opts[0]}: an option of the page; write those of `seedbed review {command}` after {command}"
                )
        return
    from seedbed.review.web.serve import run_review
    from seedbed.review.web.state import Settings

    enter_project()
    settings = Settings(
        host=host,
        token=token,
        editor=editor,
        annotator=annotator or editor,
        per_match=per_match,
        annotators=annotators,
        people=tuple(names(people)),
        language=language,
    )
    run_review(settings, port, open_browser)


@reviewing.command("export", cls=InProject)
def review_export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", resolve_path=True, help="The spreadsheet to write.")],
) -> None:
    """Write the rows to review to a spreadsheet, for translators who work in one."""
    from seedbed.review.sheets.round_trip import export_edits

    print(export_edits(file))


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
    """Show what each build sent, beside what each stage estimated when it first had something to send."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import builds

    with Store(paths.store(), read_only=True) as store:
        builds(store)


@batching.callback()
def store_batches(context: typer.Context) -> None:
    """List the batches that were sent, and whether all that they brought is in the store."""
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
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Wait no longer for a batch that is lost: what it brought no response to is sent again, and paid for again."""
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
    stage: Annotated[str, typer.Option(help="A stage that asks a model, e.g. answer@good.")],
    failed: Annotated[bool, typer.Option("--failed", help="Only replies that cannot be used.")] = False,
) -> None:
    """List a stage's responses: the key's beginning, what is wrong, the reply's beginning."""
    from seedbed.project import paths
    from seedbed.steps.stored import listed
    from seedbed.store.store import Store

    with Store(paths.store(), read_only=True) as store:
        for line in listed(store, stage, failed):
            print(line)


@storing.command("show", cls=InProject)
def store_show(key: Annotated[str, typer.Argument(help="A request's key, or its first 6 digits or more.")]) -> None:
    """Show one request and its reply whole, hidden characters spelt out."""
    from seedbed.project import paths
    from seedbed.steps.stored import shown
    from seedbed.store.store import Store

    with Store(paths.store(), read_only=True) as store:
        print(shown(store, key))


@storing.command("verify", cls=InProject)
def store_verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Drop what is damaged, and take it from the transcripts where they hold it.")
    ] = False,
) -> None:
    """Check the database, that each key is that of its request, and that each response is whole."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import verify

    with Store(paths.store(), read_only=not repair) as store:
        print(verify(store, repair))


@storing.command("export", cls=InProject)
def store_export(
    file: Annotated[Path, typer.Argument(resolve_path=True, help="A JSON Lines file; each line is an exchange.")],
) -> None:
    """Write everything that the store holds to one file."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import export_to

    with Store(paths.store(), read_only=True) as store:
        print(export_to(store, file))


@storing.command("import", cls=InProject)
def store_import(
    file: Annotated[Path, typer.Argument(resolve_path=True, help="A file that `seedbed store export` wrote.")],
) -> None:
    """Take over the responses of an exported file."""
    from seedbed.project import paths
    from seedbed.store.store import Store
    from seedbed.store.tools import import_from

    with Store(paths.store()) as store:
        print(f"{import_from(store, file)} new responses imported from {file}")


@storing.command("prune", cls=InProject)
def store_prune(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Drop the responses that no transcript of any commit refers to, in any project that uses this store."""
    from seedbed.project import paths
    from seedbed.store.harvest import refuse_while_sending, unreferenced
    from seedbed.store.projects import projects
    from seedbed.store.store import Store

    with Store(paths.store()) as store:
        asked, absent = projects(store)
        keys = unreferenced(store)
        for project in asked[1:]:
            print(f"what {project} refers to is kept too, which uses the same store")
        for project in absent if keys else []:
            print(f"not there: {project}, which has used the same store; nobody knows what it refers to")
        if not keys:
            print("every response is referred to by some commit; nothing to drop")
        elif yes or typer.confirm(f"Drop {len(keys)} responses that no commit refers to? What was paid for them is gone then."):
            refuse_while_sending(store)
            store.drop(keys)
            print(f"{len(keys)} responses dropped")


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 1."""
    run(app)
