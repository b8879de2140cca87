"""A study through the whole pipeline: which models an edit trains anew, and what it asks."""

from pathlib import Path

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
