"""What `datasets` and `huggingface_hub` write is what `seedbed import` reads, whatever the file."""

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.recorded.import_tasks import import_rows
from seedbed.recorded.reading import Source
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT

pytestmark = pytest.mark.train
TASKS = [{"instruction": f"{n}番目の課題です。", "input": "", "output": f'"答え"、\n{n}', "score": n / 3} for n in range(5)]
CHATS = [{"messages": [{"role": "user", "content": f"Q{n}"}, {"role": "assistant", "content": f"A{n}"}]} for n in range(3)]


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """A folder for files; the working folder is a project's."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    with chdir(tmp_path / "project"):
        yield tmp_path


def imported(path: Path) -> list[dict[str, Any]]:
    import_rows(Source(path), "mine", yes=True)
    rows = map(json.loads, Path("data/recorded/rows/mine.jsonl").read_text(encoding="utf-8").splitlines())
    return [{name: row[name] for name in ("instruction", "input", "output")} for row in rows]


def test_files_of_datasets(files: Path) -> None:
    datasets = pytest.importorskip("datasets")
    made = datasets.Dataset.from_list(TASKS)
    made.to_parquet(files / "a.parquet")
    made.to_json(files / "a.jsonl")
    made.to_csv(files / "a.csv")
    expected = [{name: row[name] for name in ("instruction", "input", "output")} for row in TASKS]
    for name in ("a.parquet", "a.jsonl", "a.csv"):
        assert imported(files / name) == expected, name
    made.save_to_disk(files / "disk")
    with pytest.raises(UserError, match=r"an Arrow file, as `datasets\.save_to_disk` writes it"):
        imported(files / "disk")


def test_a_folder_with_a_card(files: Path) -> None:
    datasets, hub = pytest.importorskip("datasets"), pytest.importorskip("huggingface_hub")
    folder = files / "hub"
    datasets.Dataset.from_list(CHATS).to_parquet(folder / "data" / "train-00000-of-00001.parquet")
    configs = [{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*"}]}]
    data = hub.DatasetCardData(language="en", license="mit", configs=configs)
    hub.DatasetCard(f"---\n{data.to_yaml()}\n---\n# A card\n").save(folder / "README.md")
    theirs = datasets.load_dataset(str(folder), split="train", cache_dir=files / "cache")
    ours = imported(folder)
    assert [row["instruction"] for row in ours] == [row["messages"][0]["content"] for row in theirs]
    assert [row["output"] for row in ours] == [row["messages"][1]["content"] for row in theirs]
    assert load_yaml(Path("data/recorded/rows/mine.source.yaml"))["license"] == "mit"
