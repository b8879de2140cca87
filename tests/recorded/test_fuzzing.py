"""Real files with something wrong in them: an import says what, or takes over what the stages can read."""

import json
import shutil
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedbed.project.params import load_params
from seedbed.recorded.fastchat import recorded_judgments
from seedbed.recorded.import_fastchat import import_fastchat
from seedbed.steps.answering import recorded
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows, write_rows
from tests.harness import ROOT

ROWS = 4
"""Taken of each file: what is tried is each field, not the length."""
MODELS = ("openai--text-davinci-003", "cyberagent--calm2-7b-chat")
FILES = ("questions", *MODELS, "verdicts", "references")
VALUES: list[Any] = [
    *(None, True, 0, 1, 2, -1, 1.0, 0.5, 10**30, "", " ", "\u200b", "1", "01", "all", "$ERROR$", "model_1", "error", "tie"),
    *(
        "日本語",
        "a\nb",
        "- x",
        "yes",
        "x" * 300,
        MODELS[0],
        [],
        {},
        [None],
        ["x"],
        [[]],
        [{}],
        {"content": "x"},
        {"turns": "x"},
    ),
    *([{"turns": ["x"], "index": 1}, {"turns": ["y"], "index": 0}], [{"turns": ["x"]}, {"turns": ["y"], "index": 0}]),
]
BYTES = [b"", b"\xff", b"\n", b"{", b"[", b"]", b'"', b"\\ud800", b"\xef\xbb\xbf", b"1e999", b"NaN", b"\x00", b"<<<<<<< "]


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of each value within a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [place for key, part in inner for place in places(part, (*path, key))]


def put(row: Any, path: tuple[str | int, ...], value: Any, delete: bool) -> Any:
    """Return a row with another value at a place, or without that place."""
    if not path:
        return value
    inner = row
    for step in path[:-1]:
        inner = inner[step]
    if delete:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return row


@st.composite
def spoilt(draw: st.DrawFn, sources: dict[str, list[str]]) -> dict[str, bytes]:
    """Return the files, one of them with up to two mistakes in it."""
    files = {name: "\n".join(lines).encode() + b"\n" for name, lines in sources.items()}
    name = draw(st.sampled_from(FILES))
    lines = list(sources[name])
    for _ in range(draw(st.integers(1, 2))):
        number = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["value", "value", "value", "bytes", "twice", "gone"])):
            case "value":
                row = json.loads(lines[number])
                place = draw(st.sampled_from(places(row)))
                value = draw(st.sampled_from(VALUES))
                lines[number] = json.dumps(put(row, place, value, delete=draw(st.booleans())), ensure_ascii=False)
            case "twice":
                lines.insert(number, lines[number])
            case "gone" if len(lines) > 1:
                del lines[number]
            case _:
                content = "\n".join(lines).encode()
                start = draw(st.integers(0, len(content)))
                end = start + draw(st.integers(0, 3))
                files[name] = content[:start] + draw(st.sampled_from(BYTES)) + content[end:] + b"\n"
                return files
    files[name] = "\n".join(lines).encode() + b"\n"
    return files


def sources_in(reference: Path) -> dict[str, list[str]]:
    """Return the first lines of real files: questions, answers of two models, verdicts on them, references."""
    folder = reference / "ja-vicuna"
    verdicts = folder / "judgments" / f"{MODELS[1]}_{MODELS[0]}.jsonl"
    paths = dict(
        zip(FILES, [folder / "question.jsonl", *(folder / "answers" / f"{model}.jsonl" for model in MODELS)], strict=False)
    )
    found = {name: path.read_text(encoding="utf-8").splitlines()[:ROWS] for name, path in paths.items()}
    found["verdicts"] = verdicts.read_text(encoding="utf-8").splitlines()[:ROWS]
    found["references"] = found[MODELS[0]][:1]
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stages_read_what_was_imported() -> None:
    """Go through what the stages do with recorded files."""
    params = load_params()
    questions = list(read_rows(Path(params["corpora"]["questions"]["source"]), "question"))
    assert {row["category"] for row in questions} == set(params["labels"]["question"])
    answers = {id: recorded(questions, id, Path(model["recorded"])) for id, model in params["models"].items()}
    by_id = {id: {row["id"]: row for row in rows} for id, rows in answers.items()}
    for id, rows in answers.items():
        write_rows(Path(f"out/{id}.jsonl"), rows, "answer")
    for id, match in params["matches"].items():
        judgments = list(recorded_judgments(id, params, questions, (by_id[match["model"]], by_id[match["baseline"]])))
        assert len(judgments) == 2 * len(questions)
        write_rows(Path(f"out/{id}.jsonl"), judgments, "judgment")


def import_in(folder: Path, files: dict[str, bytes]) -> bool:
    """Import the files in a new project; return whether they were taken over."""
    project = folder / "project"
    (project / "data").mkdir(parents=True)
    shutil.copy(ROOT / "params.yaml", project)
    paths = {name: folder / f"{name}.jsonl" for name in FILES}
    for name, path in paths.items():
        path.write_bytes(files[name])
    before = contents(project)
    answers = [(model, paths[model]) for model in MODELS]
    with chdir(project):
        said = ""
        try:
            import_fastchat(paths["questions"], answers, [paths["verdicts"]], MODELS[0], paths["references"], "ja", yes=True)
        except UserError as error:
            said = str(error)
        if not said:
            stages_read_what_was_imported()
            return True
    assert "\n" not in said
    assert contents(project) == before
    return False


@pytest.mark.slow
def test_a_mistake_anywhere_is_said_in_one_sentence_or_does_no_harm(reference: Path) -> None:
    sources = sources_in(reference)
    with TemporaryDirectory() as folder:
        assert import_in(Path(folder), {name: "\n".join(lines).encode() for name, lines in sources.items()})

    @settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(spoilt(sources))
    def tried(files: dict[str, bytes]) -> None:
        with TemporaryDirectory() as folder:
            import_in(Path(folder), files)

    tried()
