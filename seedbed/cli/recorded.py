"""`seedbed import`, `seedbed export`, `seedbed publish`: data made elsewhere, and data for others."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seedbed.cli.base import InProject, app
from seedbed.util.errors import UserError

importing = typer.Typer(no_args_is_help=True, help="Take over data made elsewhere.")
app.add_typer(importing, name="import")
exporting = typer.Typer(no_args_is_help=True, help="Write data for other tools.")
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
        help="JSON Lines, JSON, CSV, Parquet or .xlsx, plain or as .gz; or a folder as the Hugging Face Hub holds a data set.",
    ),
]
Format = Annotated[str | None, typer.Option(help="The file's format, where it is not to be told from its first row.")]
Fields = Annotated[
    list[Any] | None,
    typer.Option(
        "--map", parser=field_and_name, metavar="OURS=THEIRS", help="What a field of ours is called there; once for each field."
    ),
]
At = Annotated[str | None, typer.Option(help="Where the rows are in a JSON object, e.g. data.samples; or the sheet.")]
Config = Annotated[str | None, typer.Option(help="Of a folder: a configuration that its card names.")]
Split = Annotated[str | None, typer.Option(help="Of a folder: the split; train by default.")]
License = Annotated[str | None, typer.Option(help="The data's licence, to be noted beside it.")]
Address = Annotated[str | None, typer.Option(help="Where the data is from, to be noted beside it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Write it. Without this the command shows what it would write.")]


@importing.command(cls=InProject)
def seeds(
    file: File,
    language: Annotated[str, typer.Option(help="What the tasks are written in, an ISO 639 code.")],
    corpus: Annotated[str, typer.Option(help="seed_tasks or baseline.")] = "seed_tasks",
    task_type: Annotated[str | None, typer.Option(help="The type of tasks that say none.")] = None,
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Make tasks of other tools the seed tasks: Self-Instruct, Alpaca, ShareGPT, chat messages, or any table."""
    from seedbed.recorded.import_tasks import import_seeds
    from seedbed.recorded.reading import Source

    source = Source(file, format, map or (), at, config, split, license, address)
    print(import_seeds(source, corpus, language, task_type, yes=yes))


@importing.command(cls=InProject)
def rows(
    file: File,
    set: Annotated[str, typer.Option(metavar="ID", help="The training set that has these rows.")],
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Make tasks of other tools the rows of a training set; they are taken as they are, in the target language."""
    from seedbed.recorded.import_tasks import import_rows
    from seedbed.recorded.reading import Source

    print(import_rows(Source(file, format, map or (), at, config, split, license, address), set, yes=yes))


@importing.command(cls=InProject)
def questions(
    file: File,
    language: Annotated[str, typer.Option(help="What the questions are written in, an ISO 639 code.")],
    corpus: Annotated[str, typer.Option(help="questions, the benchmark, or the id of a further corpus.")] = "questions",
    category: Annotated[str | None, typer.Option(help="The category of questions that say none.")] = None,
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Make questions of other tools a corpus of questions: FastChat, MT-bench, Arena-Hard, AlpacaEval, flexeval, any table."""
    from seedbed.recorded.import_benchmark import import_questions
    from seedbed.recorded.reading import Source

    source = Source(file, format, map or (), at, config, split, license, address)
    print(import_questions(source, corpus, language, category, yes=yes))


@importing.command(cls=InProject)
def answers(
    file: File,
    model: Annotated[str, typer.Option(metavar="ID", help="The id that the model gets.")],
    name: Annotated[str | None, typer.Option(help="Its name in recorded verdicts; by default as the file calls it.")] = None,
    fill: Annotated[bool, typer.Option("--fill", help="Count questions without an answer as failed answers.")] = False,
    format: Format = None,
    map: Fields = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Record a model's answers: FastChat, Arena-Hard, AlpacaEval, flexeval, conversations, any table."""
    from seedbed.recorded.import_benchmark import import_answers
    from seedbed.recorded.reading import Source

    source = Source(file, format, map or (), at, config, split, license, address)
    print(import_answers(source, model, name, fill=fill, yes=yes))


@importing.command(cls=InProject)
def verdicts(
    file: File,
    model: Annotated[str | None, typer.Option(metavar="ID", help="The model, where the file calls it otherwise.")] = None,
    baseline: Annotated[str | None, typer.Option(metavar="ID", help="The baseline, where the file calls it otherwise.")] = None,
    one_order: Annotated[
        bool, typer.Option("--one-order", help="Count a verdict that was given in one order for both.")
    ] = False,
    format: Format = None,
    at: At = None,
    config: Config = None,
    split: Split = None,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Record a judge's verdicts on two models: FastChat and MT-bench, Arena-Hard, AlpacaEval."""
    from seedbed.recorded.import_benchmark import import_verdicts
    from seedbed.recorded.reading import Source

    source = Source(file, format, (), at, config, split, license, address)
    print(import_verdicts(source, model, baseline, one_order=one_order, yes=yes))


@importing.command(cls=InProject)
def documents(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="A folder of Markdown, text, HTML or PDF.")],
    longest: Annotated[int, typer.Option(help="Characters of a passage, at most.")] = 1200,
    shortest: Annotated[int, typer.Option(help="Characters of a passage, at least, where its document has as many.")] = 200,
    license: License = None,
    address: Address = None,
    yes: Yes = False,
) -> None:
    """Cut your own documents into passages that generate may write tasks from, where generate.material says how many."""
    from seedbed.recorded.import_documents import import_documents

    print(import_documents(folder, longest, shortest, license, address, yes=yes))


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


@exporting.command("dataset", cls=InProject)
def export_to_dataset(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="An empty folder, or one that is not there.")],
) -> None:
    """Write every training set with a dataset card, as `datasets.load_dataset` opens the folder; publish.license is needed."""
    from seedbed.publishing.folder import export_dataset

    print(export_dataset(folder))


@exporting.command(cls=InProject)
def preferences(
    file: Annotated[Path, typer.Argument(resolve_path=True, help="JSON Lines that are not there yet.")],
) -> None:
    """Write pairs of a preferred and another answer for DPO, from verdicts that say the same in both orders."""
    from seedbed.recorded.export_preferences import export_preferences

    print(export_preferences(file))


@exporting.command("alpaca-eval", cls=InProject)
def export_to_alpaca_eval(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="An empty folder, or one that is not there.")],
) -> None:
    """Write answers and verdicts of the build in AlpacaEval's files."""
    from seedbed.recorded.export_alpaca_eval import export_alpaca_eval

    print(export_alpaca_eval(folder))


@app.command(cls=InProject)
def publish(
    to: Annotated[
        str,
        typer.Option(parser=address, metavar="ADDRESS", help="hf://datasets/OWNER/NAME, s3://BUCKET/PATH, or a folder."),
    ],
    stand_in: Annotated[bool, typer.Option("--stand-in", help="Publish although the stand-in wrote some of it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send it. Without this the command shows what it would send.")] = False,
) -> None:
    """Publish the training sets with their card, as publish in params.yaml says; shows first what would be sent."""
    from seedbed.publishing.publish import publish as published

    print(published(to, yes=yes, stand_in=stand_in))
