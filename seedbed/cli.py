"""`seedbed`: the tools around the pipeline. `dvc repro` runs the pipeline itself."""

from pathlib import Path
from typing import Annotated

import typer

from seedbed.errors import UserError, run

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
importing = typer.Typer(no_args_is_help=True, help="Take over data made elsewhere.")
app.add_typer(importing, name="import")


@app.command()
def check() -> None:
    """Check params, prompts and data, before anything is sent."""
    from seedbed.check import check_all

    print(check_all())


@importing.command()
def fastchat(
    questions: Annotated[Path, typer.Option(help="Questions, FastChat's question.jsonl.")],
    answers: Annotated[list[str], typer.Option(metavar="ID=FILE", help="Answers of one model; once for each model.")],
    judgments: Annotated[list[Path], typer.Option(help="Verdicts on pairs of models; once for each file.")],
    baseline: Annotated[str, typer.Option(metavar="ID", help="The model that the others are held against.")],
    references: Annotated[Path | None, typer.Option(help="Reference answers, in the answers' format.")] = None,
    language: Annotated[str, typer.Option(help="What the questions are written in.")] = "ja",
) -> None:
    """Copy recorded questions, answers and verdicts under data/recorded/ and declare them in params.yaml."""
    from seedbed.importing import import_fastchat

    named = []
    for answer in answers:
        id, _, file = answer.partition("=")
        if not id or not file:
            raise UserError(f"--answers {answer!r}: expected ID=FILE, e.g. --answers my-model=answers/my-model.jsonl")
        named.append((id, Path(file)))
    print(import_fastchat(questions, named, judgments, baseline, references, language))


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 1."""
    run(lambda: app(standalone_mode=False) and None)
