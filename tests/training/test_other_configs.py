"""Configs of other trainers: what they say, and that the trainers' own schemas take them."""

import ast
import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from seedbed.training.chat import TEMPLATES
from seedbed.training.other_configs import COMMANDS, Job, job_of, write_config
from seedbed.training.other_trainer import train_by_command
from seedbed.training.settings import settings_of
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT, Project
from tests.real.project import install
from tests.training.study import declare_study

ROW = {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]}
TRAIN: list[dict[str, Any]] = [
    {},
    {"method": "full", "packing": True, "loss_on": "all", "max_steps": 7, "schedule": "constant"},
    {"target_modules": ["q_proj", "v_proj"], "schedule": "linear", "warmup": 0},
]


def job(folder: Path, template: str = "own", **train: Any) -> Job:
    data = folder / "messages.jsonl"
    data.write_text(f"{json.dumps(ROW)}\n" * 300)
    base: Any = {"model": "some/base", "revision": "a1", "chat_template": template, "dtype": "bfloat16"}
    train_settings: Any = train
    return job_of(data, base, settings_of(train_settings), 3, folder / "out", folder)


def test_llamafactory(tmp_path: Path) -> None:
    config = load_yaml(write_config("llamafactory", job(tmp_path, "alpaca")))
    assert config["model_name_or_path"] == "some/base"
    assert (config["lora_rank"], config["lora_alpha"], config["lora_target"]) == (8, 16, "all")
    assert (config["template"], config["default_system"]) == ("alpaca", "")
    assert (config["cutoff_len"], config["seed"], config["bf16"]) == (512, 3, True)
    assert config["warmup_steps"] == 0  # of 9 steps
    listed = json.loads((Path(config["dataset_dir"]) / "dataset_info.json").read_text())
    assert Path(listed[config["dataset"]]["file_name"]).read_text().startswith('{"messages"')


def test_axolotl(tmp_path: Path) -> None:
    config = load_yaml(write_config("axolotl", job(tmp_path, "chatml", target_modules=["q_proj"])))
    assert config["base_model"] == "some/base"
    assert (config["lora_r"], config["lora_alpha"], config["lora_target_modules"]) == (8, 16, ["q_proj"])
    assert config["chat_template_jinja"] == TEMPLATES["chatml"]
    assert config["datasets"][0]["path"] == str(tmp_path / "messages.jsonl")
    assert (config["sequence_len"], config["micro_batch_size"], config["gradient_accumulation_steps"]) == (512, 4, 32)


def test_a_template_that_is_another_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="set the base's chat_template to alpaca or own, or train with axolotl"):
        write_config("llamafactory", job(tmp_path, "chatml"))
    assert not list(tmp_path.glob("*.yaml"))


@pytest.mark.parametrize("trainer", COMMANDS)
def test_a_command_gets_the_config_of_its_job(tmp_path: Path, trainer: str) -> None:
    """The trainer here copies its config to where the config wants the weights."""
    script = tmp_path / "trainer.py"
    script.write_text(
        "import pathlib, sys, yaml\n"
        "text = pathlib.Path(sys.argv[1]).read_text()\n"
        "(pathlib.Path(yaml.safe_load(text)['output_dir']) / 'adapter_model.safetensors').write_text(text)\n"
    )
    out, given = tmp_path / "out", job(tmp_path)
    out.mkdir()
    settings = settings_of({"command": f"{sys.executable} {script} {{{trainer}}}"})
    train_by_command("train@x", given.data, {"model": "some/base"}, settings, 5, out)
    config = load_yaml(out / "adapter_model.safetensors")
    assert (config["seed"], config["output_dir"]) == (5, str(out))


def test_export_config(project: Project, tmp_path: Path) -> None:
    declare_study(project, tmp_path / "log")
    whole = ("seedbed", "export-config", "axolotl", "--set", "native", "--base", "b")
    assert "build it with `seedbed repro export@native`" in project.run(*whole, fails=True)
    (project.root / "data" / "build" / "export" / "native").mkdir(parents=True)
    project.write_rows("data/build/export/native/messages.jsonl", [ROW])
    said = project.run(*whole)
    assert "axolotl train {axolotl}" in said
    config = load_yaml(project.root / "trainer" / "axolotl.yaml")
    assert (config["base_model"], config["output_dir"]) == ("some/base", str(project.root / "trainer" / "out"))
    assert config["datasets"][0]["path"] == str(project.root / "data/build/export/native/messages.jsonl")
    project.run(*whole)
    (project.root / "trainer" / "axolotl.yaml").write_text("# mine\n", encoding="utf-8")
    assert "axolotl.yaml: this file exists already, and differs" in project.run(*whole, fails=True)
    assert (project.root / "trainer" / "axolotl.yaml").read_text(encoding="utf-8") == "# mine\n"
    assert "unknown base 'c' (known: b)" in project.run(*whole[:-1], "c", fails=True)
    assert "unknown trainer 'axolot' (did you mean 'axolotl'?)" in project.run(*whole[:2], "axolot", *whole[3:], fails=True)
    (project.root / "file").touch()
    assert "cannot be written" in project.run(*whole, "--to", "file", fails=True)


@pytest.fixture(scope="module")
def trainers() -> Path:
    """Both trainers' packages, beside this environment and without what they need to run."""
    try:
        return install(ROOT / ".venv-trainers", Path(__file__).parent / "trainers.txt")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the trainers' packages cannot be had here: {error.stderr.strip().splitlines()[-1]}")


VALIDATE = """
import sys
sys.path.append(sys.argv[1])
from axolotl.utils.schemas.config import AxolotlInputConfig
import yaml
known = {name for field, info in AxolotlInputConfig.model_fields.items() for name in (field, info.alias)}
for path in sys.argv[2:]:
    text = open(path).read()
    print(text, file=sys.stderr)
    config = yaml.safe_load(text)
    assert not set(config) - known, set(config) - known
    AxolotlInputConfig.model_validate(config)
"""


@pytest.mark.train
def test_axolotls_own_schema_takes_it(trainers: Path, tmp_path: Path) -> None:
    """Each template and way of training; one process for all, since its imports take longer than all else."""
    paths: list[Path] = []
    for template, train in product(["own", "alpaca", "chatml"], TRAIN):
        folder = tmp_path / f"{len(paths)}"
        folder.mkdir()
        paths.append(write_config("axolotl", job(folder, template, **train)))
    command = [sys.executable, "-c", VALIDATE, str(trainers), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def fields(path: Path) -> set[str]:
    """Return the fields of the dataclasses in a module, unread: it imports what is not installed here."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.target.id for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}


@pytest.mark.train
@pytest.mark.parametrize("train", TRAIN, ids=str)
@pytest.mark.parametrize("template", ["own", "alpaca"])
def test_llamafactorys_own_arguments_have_its_keys(
    trainers: Path, tmp_path: Path, template: str, train: dict[str, Any]
) -> None:
    transformers: Any = pytest.importorskip("transformers")
    own = set().union(*(fields(path) for path in (trainers / "llamafactory" / "hparams").glob("*.py")))
    config = load_yaml(write_config("llamafactory", job(tmp_path, template, **train)))
    rest = {name: value for name, value in config.items() if name not in own}
    transformers.Seq2SeqTrainingArguments(
        **rest | {"bf16": False, "use_cpu": True}
    )  # refuses a name or a value it does not know
    listed = json.loads((tmp_path / "dataset_info.json").read_text())["set"]
    known = fields(trainers / "llamafactory" / "data" / "parser.py") | {"file_name", "columns", "tags"}
    assert {*listed, *listed["columns"], *listed["tags"]} <= known
