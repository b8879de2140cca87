"""`make bench`: what asking costs beside the bare client, and what a build with nothing to do costs beside bare DVC.

Everything runs on this machine: the server is `seedbed serve` on loopback, in a process of its own, 50 ms an answer.
"""

import asyncio
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUESTS, LATENCY_S = 1000, 0.05
QUESTION = {"category": "generic", "status": "original", "made_by": None}


@contextmanager
def server() -> Iterator[str]:
    """Run the stand-in with 50 ms latency; yield its base URL."""
    command = [sys.executable, "-c", "from seedbed.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--latency-ms", str(LATENCY_S * 1000)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        line = ""
        while "127.0.0.1:" not in line:
            line = run.stdout.readline()
        try:
            yield f"http://127.0.0.1:{line.split('127.0.0.1:')[1].split()[0].strip('/')}/v1"
        finally:
            run.send_signal(signal.SIGINT)


def bare(url: str, questions: list[str], concurrency: int) -> float:
    """Return the seconds of a bare `AsyncOpenAI` loop over the same requests, the client's import left out."""
    import openai

    async def loop() -> float:
        queue = iter(questions)
        async with openai.AsyncOpenAI(base_url=url, api_key="none", http_client=openai.DefaultAioHttpClient()) as client:

            async def work() -> None:
                for question in queue:
                    messages: Any = [{"role": "user", "content": question}]
                    await client.chat.completions.create(model="stand-in-thin", messages=messages)

            began = time.perf_counter()
            await asyncio.gather(*(work() for _ in range(concurrency)))
            return time.perf_counter() - began

    return asyncio.run(loop())


def asked(url: str, questions: list[str], concurrency: int, folder: Path) -> float:
    """Return the seconds in which an `Asker` gets the same replies and commits each to a new store."""
    from seedbed.project.model_settings import model_settings
    from seedbed.project.params import load_params
    from seedbed.sending.asker import Asker
    from seedbed.steps.answering import reader

    params = load_params(ROOT / "params.yaml")
    os.environ["SEEDBED_STORE"] = str(folder / f"store-{concurrency}.sqlite")
    os.chdir(folder)  # where no dvc.lock names a transcript to warm the store from
    params["servers"]["stand-in"] |= {"base_url": url, "max_concurrency": concurrency}
    params["models"]["thin"]["params"] = {}
    requests = make_requests(questions, params)
    with Asker("answer@thin", params, model_settings(params, "models.thin"), 1) as asker:
        began = time.perf_counter()
        asker.ask(requests, reader("judge"))
        return time.perf_counter() - began


def make_requests(questions: list[str], params: Any) -> list[Any]:
    """Return the same requests as the bare loop's."""
    from seedbed.exchange.requests import build_request
    from seedbed.project.model_settings import model_settings
    from seedbed.project.prompts import Prompt

    prompt = Prompt(Path("none"), "ja", "", "", None, "", None)
    to = model_settings(params, "models.thin")
    return [build_request(str(n), to, prompt, [{"role": "user", "content": text}]) for n, text in enumerate(questions)]


def stage_from_store(folder: Path) -> dict[str, float]:
    """Return the CPU seconds of a stage process whose 1000 requests are all in the store, and of what it imports.

    Beside them stands what no such stage can do without: a Python that imports PyYAML and SQLite.
    """
    project = folder / "project"
    for name in ("seedbed", "stages", "schemas", "prompts"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copy(ROOT / "params.yaml", project)
    (project / ".dvc").mkdir()
    rows = [QUESTION | {"id": f"q-{n}", "text": f"質問その{n}です。どう考えますか。"} for n in range(REQUESTS)]
    questions = project / "questions.jsonl"
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "stages.answer", "--model", "thin", "--questions", str(questions)]
    command += ["--out", str(project / "out.jsonl"), "--transcript", str(project / "transcript.jsonl")]
    env = os.environ | {"SEEDBED_STORE": str(folder / "stage.sqlite"), "PYTHONPATH": str(project)}
    commands = {
        "stage": command,
        "imports": [sys.executable, "-c", "import stages.answer"],
        "yaml_and_sqlite": [sys.executable, "-c", "import argparse, sqlite3, yaml"],
    }
    for each in commands.values():  # fill the store, and compile what is imported
        run(each, project, env)
    return least_cpu_s({name: (each, project) for name, each in commands.items()}, env)


def repro_with_nothing_to_do(folder: Path) -> dict[str, float]:
    """Return the CPU seconds of `dvc repro`, nothing to do, here and in two other pipelines.

    `same` has the stages, deps, params and outs of this project and empty commands: what DVC itself costs. `bare` has as many
    stages, each with an output alone.
    """
    from seedbed.util.yaml12 import load_yaml

    run(["dvc", "repro", "-q"], ROOT)
    stages = len(load_yaml(ROOT / "dvc.lock")["stages"])
    bare_, same = folder / "bare", folder / "same"
    bare_.mkdir()
    run(["dvc", "init", "--no-scm", "-q"], bare_)
    entries = [f"  s{n}:\n    cmd: echo {n} > {n}.txt\n    outs: [{n}.txt]\n" for n in range(stages)]
    (bare_ / "dvc.yaml").write_text("stages:\n" + "".join(entries), encoding="utf-8")
    run(["dvc", "repro", "-q"], bare_)
    copy_with_empty_commands(same)
    commands = {name: (["dvc", "repro", "-q"], where) for name, where in (("here", ROOT), ("same", same), ("bare", bare_))}
    return least_cpu_s(commands)


def copy_with_empty_commands(target: Path) -> None:
    """Copy this project's files, built, and let each stage's command do nothing."""
    from seedbed.util.yaml12 import load_yaml

    unread = shutil.ignore_patterns(".git", ".venv*", ".*_cache", "__pycache__", "tests", "benchmarks", "seedbed", "dist")
    shutil.copytree(ROOT, target, ignore=unread)
    pipeline = load_yaml(target / "dvc.yaml")
    for stage in pipeline["stages"].values():
        stage.get("do", stage)["cmd"] = "true"
    (target / "dvc.yaml").write_text(json.dumps(pipeline, ensure_ascii=False, indent=2), encoding="utf-8")
    run(["git", "init", "-q"], target)
    (target / ".dvc" / "config.local").unlink(missing_ok=True)
    run(["dvc", "commit", "-f", "-q"], target)
    run(["dvc", "repro", "-q"], target)


def least_cpu_s(
    commands: Mapping[str, tuple[list[str], Path]], env: Mapping[str, str] = os.environ, rounds: int = 3
) -> dict[str, float]:
    """Return the least CPU seconds of some commands, each with its folder, run in turn so that they meet the same load."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (command, folder) in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run(command, folder, env)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {name: min(found) for name, found in seconds.items()}


def run(command: list[str], folder: Path, env: Mapping[str, str] = os.environ) -> None:
    """Run a command quietly; it must succeed."""
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)


def main() -> None:
    """Print one JSON line a measurement."""
    questions = [f"質問その{n}です。どう考えますか。" for n in range(REQUESTS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server() as url:
            bare(url, questions[:50], 32)  # warm up the server and the client
            for concurrency in (32, 128):
                ideal = REQUESTS * LATENCY_S / concurrency
                alone = bare(url, questions, concurrency)
                ours = asked(url, questions, concurrency, folder)
                ratios = {"ideal_s": round(ideal, 2), "bare_s": round(alone, 2), "seedbed_s": round(ours, 2)}
                tell("send", concurrency=concurrency, **ratios, to_bare=round(ours / alone, 3), to_ideal=round(ours / ideal, 2))
        stage = stage_from_store(folder)
        tell(
            "stage_from_store",
            requests=REQUESTS,
            **cpu(stage),
            imports_to_yaml_and_sqlite=ratio(stage, "imports", "yaml_and_sqlite"),
        )
        idle = repro_with_nothing_to_do(folder)
        tell("nothing_to_do", **cpu(idle), to_same=ratio(idle, "here", "same"), to_bare=ratio(idle, "here", "bare"))


def cpu(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return CPU seconds with their unit in their names."""
    return {f"{name}_cpu_s": round(value, 2) for name, value in seconds.items()}


def ratio(seconds: Mapping[str, float], of: str, to: str) -> float:
    """Return how many times as long the one takes as the other."""
    return round(seconds[of] / seconds[to], 2)


def tell(what: str, **figures: Any) -> None:
    """Print one measurement as a JSON line."""
    print(json.dumps({"measured": what, **figures}), flush=True)


if __name__ == "__main__":
    main()
