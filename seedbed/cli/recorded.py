"""`seedbed import`, `seedbed export`, `seedbed publish`: data made elsewhere, and data for others."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seedbed.cli.base import Group, InProject, app
from seedbed.util.errors import UserError

importing = typer.Typer(cls=Group, no_args_is_help=True, help="Import data from other tools.")
app.add_typer(importing, name="import")
exporting = typer.Typer(cls=Group, no_args_is_help=True, help="Export data to other tools.")
app.add_typer(exporting, name="export")


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
        raise UserError(
            f"--method {text!r}: expected ID=BASE:SET, or ID=BASE for a base model without fine-tuning, e.g. --method "
            "a-1=llama:mt"
        )
    return id.strip(), base.strip(), training_set.strip() or None


def address(text: str) -> str:
    """Return an address as it is, and the path of a folder resolved."""
    return text if "://" in text else str(Path(text).resolve())


def field_and_name(text: str) -> tuple[str, str]:
    """Return the two sides of `OURS=THEIRS`."""
    ours, _, theirs = text.partition("=")
    if not ours.strip() or not theirs.strip():
        raise UserError(f"--map {text!r}: expected OURS=THEIRS, e.g. --map instruction=prompt")
    return ours.strip(), theirs.strip()


File = Annotated[
    Path,
    typer.Argument(
        resolve_path=True,
        help="JSON Lines, JSON, CSV, Parquet or .xlsx, plain or gzipped (.gz); or a folder in the layout of a Hugging Face "
        "data set.",
    ),
]
Format = Annotated[str | None, typer.Option(help="Format of the file; by default detected from the first row.")]
Fields = Annotated[
    list[Any] | None,
    typer.Option(
        "--map",
        parser=field_and_name,
        metavar="OURS=THEIRS",
        help="Name of a field in the file, by our name for it; repeatable.",
    ),
]
At = Annotated[str | None, typer.Option(help="Path of the rows in a JSON object, e.g. data.samples; or the name of a sheet.")]
Config = Annotated[str | None, typer.Option(help="For a folder: a configuration listed in its card.")]
Split = Annotated[str | None, typer.Option(help="For a folder: the split; train by default.")]
License = Annotated[str | None, typer.Option(help="Licence of the data; recorded beside it.")]
Address = Annotated[str | None, typer.Option(help="URL of the data; recorded beside it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Write the files. Without it the command only shows what it would write.")]


@importing.command(cls=InProject)
def seeds(
    file: File,
    language: Annotated[str, typer.Option(help="Language of the tasks, an ISO 639 code.")],
    corpus: Annotated[str, typer.Option(help="seed_tasks or baseline.")] = "seed_tasks",
    task_type: Annotated[str | None, typer.Option(help="Type of tasks without a type.")] = None,
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Import seed tasks from Self-Instruct, Alpaca, ShareGPT, chat messages or any table."""
    from seedbed.recorded.import_tasks import import_seeds
    from seedbed.recorded.reading import Source

    source = Source(file, format, map or (), at, config, split, license, address)
    print(import_seeds(source, corpus, language, task_type, yes=yes))


@importing.command(cls=InProject)
def rows(
    file: File,
    set: Annotated[str, typer.Option(metavar="ID", help="Id of the training set that gets these rows.")],
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Import rows of a training set; they must be in the target language and are used unchanged."""
    from seedbed.recorded.import_tasks import import_rows
    from seedbed.recorded.reading import Source

    print(import_rows(Source(file, format, map or (), at, config, split, license, address), set, yes=yes))


@importing.command(cls=InProject)
def questions(
    file: File,
    language: Annotated[str, typer.Option(help="Language of the questions, an ISO 639 code.")],
    corpus: Annotated[str, typer.Option(help="questions (the benchmark), or the id of an additional corpus.")] = "questions",
    category: Annotated[str | None, typer.Option(help="Category of questions without a category.")] = None,
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Import questions from FastChat, MT-bench, Arena-Hard, AlpacaEval, flexeval or any table."""
    from seedbed.recorded.import_questions import import_questions
    from seedbed.recorded.reading import Source

    source = Source(file, format, map or (), at, config, split, license, address)
    print(import_questions(source, corpus, language, category, yes=yes))


@importing.command(cls=InProject)
def answers(
    file: File,
    model: Annotated[str, typer.Option(metavar="ID", help="Id for the model in params.yaml.")],
    name: Annotated[str | None, typer.Option(help="Its name in recorded verdicts; by default the name in the file.")] = None,
    fill: Annotated[
        bool, typer.Option("--fill", help="Count missing answers, and missing turns of answers, as failed.")
    ] = False,
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Import a model's answers from FastChat, Arena-Hard, AlpacaEval, flexeval, conversations or any table."""
    from seedbed.recorded.import_answers import import_answers
    from seedbed.recorded.reading import Source

    source = Source(file, format, map or (), at, config, split, license, address)
    print(import_answers(source, model, name, fill=fill, yes=yes))


@importing.command(cls=InProject)
def verdicts(
    file: File,
    model: Annotated[str | None, typer.Option(metavar="ID", help="Id of the model, if the file uses another name.")] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="ID", help="Id of the baseline, if the file uses another name.")
    ] = None,
    one_order: Annotated[
        bool, typer.Option("--one-order", help="Count verdicts that were given in one order only for both orders.")
    ] = False,
    format: Format = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Import a judge's verdicts on two models from FastChat, MT-bench, Arena-Hard or AlpacaEval."""
    from seedbed.recorded.import_verdicts import import_verdicts
    from seedbed.recorded.reading import Source

    source = Source(file, format, (), at, config, split, license, address)
    print(import_verdicts(source, model, baseline, one_order=one_order, yes=yes))


@importing.command(cls=InProject)
def documents(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="A folder of Markdown, text, HTML or PDF.")],
    longest: Annotated[int, typer.Option(help="Maximum characters of a passage.")] = 1200,
    shortest: Annotated[int, typer.Option(help="Minimum characters of a passage, unless its document is shorter.")] = 200,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Split your documents into passages that generate shows in its requests (generate.material sets how many)."""
    from seedbed.recorded.import_documents import import_documents

    print(import_documents(folder, longest, shortest, license, address, yes=yes))


@importing.command(cls=InProject)
def fastchat(
    questions: Annotated[Path, typer.Option(resolve_path=True, help="Questions: FastChat's question.jsonl.")],
    answers: Annotated[
        list[Any], typer.Option(parser=id_and_file, metavar="ID=FILE", help="Answers of one model; repeat for each model.")
    ],
    baseline: Annotated[str, typer.Option(metavar="ID", help="The model that the others are compared with.")],
    judgments: Annotated[
        list[Path] | None,
        typer.Option(
            resolve_path=True, help="Verdicts on pairs of models; repeatable. Without it the judge in params.yaml judges."
        ),
    ] = None,
    method: Annotated[
        list[Any] | None,
        typer.Option(
            parser=made_of,
            metavar="ID=BASE:SET",
            help="The base and training set of a model, or ID=BASE for a base without fine-tuning; repeat for each model. The "
            "sets are compared in the given order.",
        ),
    ] = None,
    references: Annotated[
        Path | None, typer.Option(resolve_path=True, help="Reference answers, in the answers' format.")
    ] = None,
    scores: Annotated[list[Path] | None, typer.Option(resolve_path=True, help="Ratings of single answers; repeatable.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the questions, an ISO 639 code; by default the project's language.")
    ] = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Import a whole FastChat benchmark: questions, answers, references, verdicts and ratings."""
    from seedbed.recorded.import_fastchat import import_fastchat

    recorded = (questions, answers, judgments or [], baseline, references, language, method or [], scores or [])
    print(import_fastchat(*recorded, license, address, yes=yes))


@exporting.command("fastchat", cls=InProject)
def export_to_fastchat(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="A new or empty folder.")],
) -> None:
    """Export questions, answers, references, verdicts and ratings in FastChat's format."""
    from seedbed.publishing.export_fastchat import export_fastchat
    from seedbed.publishing.release import refuse_stale_answers

    refuse_stale_answers()
    print(export_fastchat(folder))


@exporting.command("dataset", cls=InProject)
def export_to_dataset(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="A new or empty folder.")],
) -> None:
    """Export every training set with a dataset card, readable by `datasets.load_dataset`; requires publish.license."""
    from seedbed.publishing.folder import export_dataset

    print(export_dataset(folder))


@exporting.command(cls=InProject)
def preferences(
    file: Annotated[Path, typer.Argument(resolve_path=True, help="A new JSON Lines file.")],
) -> None:
    """Export preference pairs for DPO, from verdicts that agree in both orders."""
    from seedbed.publishing.export_preferences import export_preferences
    from seedbed.publishing.release import refuse_stale_answers

    refuse_stale_answers(judged=True)
    print(export_preferences(file))


@exporting.command("alpaca-eval", cls=InProject)
def export_to_alpaca_eval(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="A new or empty folder.")],
) -> None:
    """Export answers and verdicts in AlpacaEval's format."""
    from seedbed.publishing.export_alpaca_eval import export_alpaca_eval
    from seedbed.publishing.release import refuse_stale_answers

    refuse_stale_answers()
    print(export_alpaca_eval(folder))


@app.command(cls=InProject)
def publish(
    to: Annotated[
        str,
        typer.Option(parser=address, metavar="ADDRESS", help="hf://datasets/OWNER/NAME, s3://BUCKET/PATH, or a folder."),
    ],
    stand_in: Annotated[
        bool, typer.Option("--stand-in", help="Publish even if the stand-in wrote some of the examples.")
    ] = False,
    despite: Annotated[
        list[str] | None,
        typer.Option(metavar="GATE", help="Publish even if this gate of `seedbed check --release` fails; repeatable."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Send the files. Without it the command only shows what it would send.")
    ] = False,
) -> None:
    """Publish the training sets and their card (`publish` in params.yaml); without --yes only shows what would be sent.

    Also runs the gates of `seedbed check --release`, and sends nothing if one fails.
    """
    from seedbed.publishing.publish import publish as published

    print(published(to, yes=yes, stand_in=stand_in, despite=despite or []))
