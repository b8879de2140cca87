"""Files of what params.yaml no longer lists are deleted, and nothing else is."""

from pathlib import Path

import pytest

from seedbed.pipeline.check import check_all
from seedbed.pipeline.prune import prune
from seedbed.project import paths
from seedbed.project.params import load_params
from tests.harness import Project

OF_EACH_ID = [
    *(
        paths.translated,
        lambda name: paths.edited(name, "question"),
        lambda name: paths.edited(name, "task"),
        paths.candidates,
        paths.decisions,
        paths.instructions,
        paths.rejected,
        paths.answers,
        paths.judgments,
    ),
    *(lambda key, stage=stage: paths.transcript(f"{stage}@{key}") for stage in ("translate", "generate", "answer", "judge")),
]


def put(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def test_a_file_that_no_stage_writes_goes_from_every_folder(here: Project) -> None:
    gone = [path("gone") for path in OF_EACH_ID]
    kept = [
        *(paths.translated("baseline"), paths.candidates("native"), paths.answers("good"), paths.judgments("good-vs-thin")),
        *(
            paths.transcript("answer@thin"),
            paths.edited("seed_tasks", "task"),
            paths.edited("questions", "question"),
            paths.edits("gone", "ja"),
        ),
    ]
    put(*gone, *kept)
    assert prune(load_params()) == sorted(gone, key=gone.index)
    assert not [path for path in gone if path.exists()]
    assert all(path.exists() for path in kept)
    assert (paths.answers("x").parent / ".gitkeep").is_file()
    assert prune(load_params()) == []


def test_the_check_says_what_it_deletes(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    put(paths.answers("poor"))
    check_all()
    assert "data/build/answers/poor.jsonl: deleted, since params.yaml no longer lists it" in capsys.readouterr().err


@pytest.mark.slow
def test_a_model_taken_off_the_list_leaves_no_trace_in_the_report(built_here: Project) -> None:
    """A plain `dvc repro benchmark` does it too, since the folders that it depends on are hashed."""

    def change(params: dict[str, dict[str, object]]) -> None:
        del params["models"]["thin"], params["matches"]["good-vs-thin"]

    built_here.edit_params(change)
    built_here.repro("benchmark")
    left = {str(path.relative_to(paths.BUILD)) for path in paths.BUILD.rglob("*.jsonl") if "thin" in path.name}
    assert left == set()
    summary = Path("reports/benchmark.md").read_text(encoding="utf-8")
    assert "stand-in-good" in summary
    assert "stand-in-thin" not in summary
    assert "up to date" in built_here.repro("benchmark")


def test_the_folder_of_a_set_that_is_no_longer_listed_goes_with_all_in_it(here: Project) -> None:
    put(paths.export("gone") / "messages.jsonl", paths.export("native") / "messages.jsonl")
    assert prune(load_params()) == [paths.export("gone")]
    assert not paths.export("gone").exists()
    assert paths.export("native").is_dir()
