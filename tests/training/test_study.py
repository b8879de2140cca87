"""A study through the whole pipeline: which models an edit trains anew, and what it asks."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Project
from tests.training.study import declare_study


@pytest.mark.slow
def test_an_edit_trains_exactly_the_models_that_rest_on_it(counted: Project, tmp_path: Path) -> None:
    log = tmp_path / "trainings"
    declare_study(counted, log)
    counted.run("seedbed", "check")
    plan = counted.run("seedbed", "plan")
    assert "train@b-native" in plan
    counted.repro()

    def trainings() -> list[str]:
        lines = log.read_text().splitlines() if log.is_file() else []
        log.unlink(missing_ok=True)
        return sorted(line.split()[0].split("/")[3] for line in lines)

    def asked() -> int:
        path = tmp_path / "asked"
        number = len(path.read_text().splitlines()) if path.is_file() else 0
        path.unlink(missing_ok=True)
        return number

    assert trainings() == ["direct", "native"]
    assert asked() == 9  # a base and two trained models, three questions each
    adapter = counted.root / "data" / "build" / "adapters" / "b-native"
    assert sorted(path.name for path in adapter.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    assert str(counted.root) not in (adapter / "adapter_config.json").read_text()
    judgments = counted.rows("data/build/judgments/b-native-vs-b-direct.jsonl")
    assert len(judgments) == 6
    assert "b-native" in (counted.root / "reports" / "benchmark.md").read_text(encoding="utf-8")

    counted.repro()
    assert trainings() == []
    assert asked() == 0

    # A baseline task's text is in the direct set alone.
    rows = counted.rows("data/baseline.en.jsonl")
    rows[0]["instruction"] += " Please."
    counted.write_rows("data/baseline.en.jsonl", rows)
    plan = counted.run("seedbed", "plan")
    assert "train@b-direct" in plan
    assert "train@b-native" not in plan
    counted.repro()
    assert trainings() == ["direct"]
    assert asked() == 3

    # How answers are sampled trains nothing, and another seed trains one model.
    counted.edit_params(lambda params: params["answer"]["trained"]["params"].update(temperature=0.5))
    counted.repro()
    assert trainings() == []
    assert asked() == 9
    counted.edit_params(lambda params: params["trained"]["b-native"].update(seed=1))
    counted.repro()
    assert trainings() == ["native"]
    assert asked() == 3


def test_a_project_that_trains_nothing_needs_no_torch(project: Project) -> None:
    out = project.run("python", "-X", "importtime", "-c", "import seedbed.pipeline.plan")
    assert "torch" not in {line.rpartition("|")[2].strip() for line in out.splitlines()}


def test_training_without_torch_says_what_to_install(project: Project, tmp_path: Path) -> None:
    declare_study(project, tmp_path / "log", command=False)
    project.write_rows(
        "data/messages.jsonl", [{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]}]
    )
    (project.root / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n")
    command = ["python", "-m", "stages.train", "--trained", "b-native", "--messages", "data/messages.jsonl", "--out", "out"]
    out = project.run(*command, "--loss", "loss.csv", "--seen", "seen.json", fails=True)
    assert "make .venv/train" in out
    assert not (project.root / "loss.csv").exists()


@pytest.mark.slow
def test_how_many_models_each_kind_of_edit_trains(project: Project, tmp_path: Path) -> None:
    """Three bases × two sets × two sizes; what else rests on the models is left out, for the time it takes."""
    log = tmp_path / "trainings"
    declare_study(project, log)
    declare_bases_and_sizes(project)
    counts = {}

    def count(edit: str) -> None:
        project.repro("train")
        lines = log.read_text().splitlines() if log.is_file() else []
        log.unlink(missing_ok=True)
        counts[edit] = dict(sorted(Counter(line.split()[0].split("/")[3] for line in lines).items()))

    count("nothing built yet")
    rows = project.rows("data/edits/seed_tasks.ja.jsonl")
    rows[0]["fields"]["output"] += "以上です。"
    project.write_rows("data/edits/seed_tasks.ja.jsonl", rows)
    count("a post-edit of a seed")
    project.replace("prompts/generate.yaml", "user: |\n", "# A comment.\nuser: |\n")
    count("a comment in the prompt of the generation")
    project.replace("prompts/generate.yaml", "user: |\n", "user: |\n  短く書いてください。\n")
    count("the prompt of the generation")
    small = project.rows("data/build/export/direct-1/messages.jsonl")[0]["messages"][0]["content"]
    rows = project.rows("data/baseline.en.jsonl")
    translated = project.rows("data/build/translated/baseline.jsonl")
    out = next(row["id"] for row in translated if row["translation"]["instruction"] not in small)
    project.write_rows(
        "data/baseline.en.jsonl", [row | {"output": row["output"] + "!"} if row["id"] == out else row for row in rows]
    )
    count("a baseline task that the smaller set leaves out")
    project.edit_params(lambda params: params["sets"]["native-2"].update(first=3))
    count("a size")
    project.edit_params(lambda params: params["bases"]["c"].update(revision="0123abc"))
    count("a base's revision")
    project.edit_params(lambda params: params["export"].update(formats=["alpaca"]))
    count("the formats of the export")
    project.edit_params(lambda params: params["report"].update(confidence=90))
    count("a parameter of the report")
    project.replace("queries/benchmark/win_rates.sql", "-- ", "-- Edited. ")
    count("a query of the report")
    project.edit_params(lambda params: params["train"].update(rank=4))
    count("a parameter of the training")
    project.edit_params(lambda params: params["train"].pop("rank"))
    count("the same, taken back")
    each = {"direct": 3, "direct-1": 3, "native": 3, "native-2": 3}
    assert counts == {
        "nothing built yet": each,
        "a post-edit of a seed": {"native": 3, "native-2": 3},
        "a comment in the prompt of the generation": {},
        "the prompt of the generation": {"native": 3, "native-2": 3},
        "a baseline task that the smaller set leaves out": {"direct": 3},
        "a size": {"native-2": 3},
        "a base's revision": dict.fromkeys(each, 1),
        "the formats of the export": {},
        "a parameter of the report": {},
        "a query of the report": {},
        "a parameter of the training": each,
        "the same, taken back": {},
    }


def declare_bases_and_sizes(project: Project) -> None:
    """Declare bases `a` and `c` beside `b`, and a smaller set beside each."""

    def change(params: Any) -> None:
        params["bases"] |= {id: {"model": f"some/{id}", "chat_template": "alpaca"} for id in ("a", "c")}
        for name, first in (("native", 2), ("direct", 1)):
            params["sets"][f"{name}-{first}"] = dict(params["sets"][name]) | {"first": first}
        params["trained"] = {
            f"{base}-{name}": {"base": base, "set": name} for base in params["bases"] for name in params["sets"]
        }
        params["matches"] = {
            "b-native-vs-b-direct": {"model": "b-native", "baseline": "b-direct"},
        }

    project.edit_params(change)
