"""`seedbed review`, `seedbed review export`, `seedbed review import` as they are typed."""

import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from seedbed.cli import app
from seedbed.project.edits import read_edits
from seedbed.util.errors import UserError

pytestmark = pytest.mark.usefixtures("folder")


def seedbed(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=answer)


def test_rows_go_out_to_a_spreadsheet_and_come_back_as_edits() -> None:
    done = seedbed("review", "export", "edits.xlsx")
    assert (done.exit_code, done.output) == (0, f"{Path('edits.xlsx').resolve()}: 1 seed task, 4 questions\n")
    book = openpyxl.load_workbook("edits.xlsx")
    page = book["questions"]
    names = [cell.value for cell in page[1]]
    page.cell(2, names.index("decision") + 1).value = "approve"
    id = str(page.cell(2, 1).value)
    book.save("edits.xlsx")
    assert "nothing was saved" in seedbed("review", "import", "edits.xlsx", answer="n\n").output
    done = seedbed("review", "import", "edits.xlsx", "--editor", "yuki", "--yes")
    assert done.output.endswith("1 edit saved; `seedbed repro` builds with them\n")
    saved = read_edits(Path("data/edits/questions.ja.jsonl"), "question")
    assert [(edit["id"], edit["decision"], edit["editor"]) for edit in saved.values()] == [(id, "approved", "yuki")]


@pytest.mark.parametrize("command", ["export", "import"])
def test_an_option_in_front_of_the_command_is_refused_and_not_passed_over(command: str) -> None:
    done = seedbed("review", "--editor", "yuki", command, "edits.xlsx")
    assert isinstance(done.exception, UserError)
    words = (
        f"--editor: this is an option of the page, not of `seedbed review {command}`; remove it, or put the options of "
        f"{command} after its name"
    )
    assert str(done.exception) == words
    assert not Path("edits.xlsx").exists()


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("fastapi", ["review", "--no-open"]),
        ("uvicorn", ["review", "--no-open"]),
        ("openpyxl", ["review", "export", "edits.xlsx"]),
        ("openpyxl", ["review", "import", "edits.xlsx"]),
    ],
)
def test_without_its_extra_it_says_what_to_install(module: str, arguments: list[str]) -> None:
    hidden = f"import sys; sys.modules[{module!r}] = None; from seedbed.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", hidden, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {module} is not installed; install it with `pip install 'seedbed[review]'`\n"


def test_a_token_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where others do not see it, as they see a command line."""
    monkeypatch.setenv("SEEDBED_REVIEW_TOKEN", "short")
    done = seedbed("review", "--host", "0.0.0.0", "--port", "0", "--no-open")  # noqa: S104, it is refused
    assert isinstance(done.exception, UserError), done.output
    assert "5 characters are too few to be secure" in str(done.exception)
