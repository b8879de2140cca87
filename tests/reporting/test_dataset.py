"""The dataset report: what became of the generated instructions, people's effort, the bill."""

import json
from pathlib import Path
from typing import Any

from seedbed.reporting.dataset_answer import dataset_answer
from seedbed.reporting.texts import ENGLISH_WORDS
from seedbed.steps.exporting import write_parquet
from seedbed.util.rows import write_rows
from tests.builds import STAND_IN, Build
from tests.reporting.reader import Reader


def test_files_of_a_small_dataset(tmp_path: Path) -> None:
    dataset = Build(tmp_path / "a", made_by=dict(STAND_IN)).dataset()
    assert dataset.decisions_csv() == ("generation,decision,candidates,percent\nnative,kept,2,66.67\nnative,refusal,1,33.33\n")
    found = json.loads(dataset.metrics())
    assert found["instructions"] == {"native": {"kept": 2, "refusal": 1}}
    assert found["effort"]["unreviewed"] == 4
    assert "> **Made with the stand-in.** The translations and instructions of this build come from" in dataset.summary()
    assert Build(tmp_path / "b").dataset().stand_in == ""


def test_training_sets_stand_side_by_side(tmp_path: Path) -> None:
    task = ("email", "手紙を書いてください。", "", "拝啓")
    build = Build(tmp_path / "a", baseline=(task, ("email", "詩を訳してください。", "雪", "snow")))
    found = json.loads(build.dataset().metrics())["sets"]
    assert found == {"native": {"seed": 1, "generated": 2, "all": 3}, "direct": {"translated": 2, "all": 2}}
    rows = {(row["training_set"], row["origin"]): row for row in build.dataset().training_sets}
    assert rows["direct", "translated"] == {
        **{"training_set": "direct", "origin": "translated", "examples": 2, "shared": 50.0},
        **{"instruction": 10, "input": 1, "output": 2, "output_95": 4},
    }
    assert rows["native", "all"]["input"] is None
    assert rows["native", "generated"]["shared"] == 50.0  # the first task stands in both sets
    assert "| direct | translated | 2 | 10 | 1 | 2 | 4 | 50.0 |" in build.dataset().summary()
    assert "Training sets" in build.dataset_page()


def test_tasks_that_nobody_translated_stand_before_the_sum(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    build.write()
    row = {
        "id": "b",
        "status": None,
        "task_type": "email",
        "instruction": "Write.",
        "input": "",
        "output": "x",
        "made_by": None,
    }
    write_parquet([row | {"origin": "original"}], tmp_path / "a" / "data" / "build" / "export" / "direct" / "examples.parquet")
    found = [(row["training_set"], row["origin"]) for row in build.dataset().training_sets]
    assert found[-2:] == [("direct", "original"), ("direct", "all")]
    assert "| direct | original | 1 |" in build.dataset().summary()
    assert "<td>original</td>" in build.dataset_page()


def test_generations_are_told_apart(tmp_path: Path) -> None:
    """Files of generations that params.yaml does not list are not read."""
    build = Build(tmp_path / "a", changes={"generations": {"native": {"seeds": "edited"}, "machine": {"seeds": "machine"}}})
    build.write()
    made = tmp_path / "a" / "data" / "build"
    (kept,) = (made / "instructions").iterdir()
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    for name in ("machine", "gone"):
        (made / "instructions" / f"{name}.jsonl").write_text(lines[0], encoding="utf-8")
        write_rows(made / "rejected" / f"{name}.jsonl", [], None)
        write_rows(made / "responses" / "generate" / f"{name}.jsonl", [], None)
    found = json.loads(build.dataset().metrics())["instructions"]
    assert found == {"native": {"kept": 2, "refusal": 1}, "machine": {"kept": 1}}


def test_a_dataset_without_a_generation_or_a_baseline(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    corpora = {name: corpus for name, corpus in build.params()["corpora"].items() if name != "baseline"}
    bare = Build(tmp_path / "b", changes={"generations": {}, "sets": {}, "corpora": corpora})
    dataset = bare.dataset()
    assert "No instruction has been generated." in dataset.summary()
    assert json.loads(dataset.metrics())["instructions"] == {}
    assert "No instruction has been generated." in bare.dataset_page()


def test_it_begins_with_the_answer(tmp_path: Path) -> None:
    rejected = ("refusal", "refusal", "too_long", "empty", "truncated")
    build = Build(tmp_path / "a", rejected=rejected)
    head, sentence, note, *_ = build.dataset().summary().split("\n\n")
    assert head == "# Dataset"
    assert sentence == (
        "**2 of 7 generated instructions were kept (29%); 2 training sets, the largest, native, of 3 examples; nobody has "
        "edited the 1 seed rows yet; 4 model responses, price unknown.**"
    )
    assert note.startswith("Most frequent reasons for rejection, of 5: refusal 2, empty 1, too_long 1 and 1 more. Near-")
    assert note.endswith("All 1 seed rows are unreviewed in their present form.")
    page = build.dataset_page()
    assert page.index('id="answer"') < page.index('id="dataset"') < page.index('id="people"') < page.index('id="provenance"')
    assert sentence.strip("*") in Reader(page).shown


def test_the_answer_of_a_dataset_that_is_edited_and_priced(tmp_path: Path) -> None:
    """An edit that holds counts, whatever became of the machine text since; a share near 0 or 100 is not rounded to it."""
    effort: list[Any] = [
        {
            "corpus": "seed_tasks",
            "rows": 300,
            "edited": 297,
            "outdated": 2,
            "approved": 0,
            "unreviewed": 0,
            "stale": 1,
            "original": 0,
        },
        {
            "corpus": "questions",
            "rows": 80,
            "edited": 0,
            "outdated": 0,
            "approved": 0,
            "unreviewed": 80,
            "stale": 0,
            "original": 0,
        },
    ]
    dataset = Build(tmp_path / "a", rejected=()).dataset()
    usage: list[Any] = [{"responses": 1234, "usd": 5.678}]
    dataset.effort, dataset.usage = effort, usage
    found = dataset_answer(dataset, ENGLISH_WORDS)
    assert "2 of 2 generated instructions were kept (100%)" in found.sentence
    assert "people edited >99% of the 300 seed rows; 1,234 model responses cost 5.68 USD." in found.sentence
    assert "rejection" not in found.note
    assert "1 of the 300 seed rows are unreviewed in their present form (<1%)." in found.note
    effort[0] |= {"edited": 298, "stale": 0}
    assert "All 300 seed rows were reviewed by a person." in dataset_answer(dataset, ENGLISH_WORDS).note
    effort[0] |= {"rows": 308, "original": 8}
    assert "All 300 seed rows were reviewed by a person." in dataset_answer(dataset, ENGLISH_WORDS).note
    effort[0] |= {"rows": 8, "edited": 0, "outdated": 0}
    found = dataset_answer(dataset, ENGLISH_WORDS)
    assert "seed rows" not in found.sentence + found.note
