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
from collections.abc import Iterator
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


def stage_from_store(folder: Path) -> float:
    """Return the CPU seconds of a whole stage process whose 1000 requests are all in the store."""
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
    subprocess.run(command, cwd=project, env=env, check=True, capture_output=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=project, env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def repro_with_nothing_to_do(folder: Path) -> tuple[float, float]:
    """Return the seconds of `dvc repro` here and in a bare pipeline of as many trivial stages, nothing to do in either."""
    from seedbed.util.yaml12 import load_yaml

    stages = len(load_yaml(ROOT / "dvc.lock")["stages"])
    trivial = folder / "trivial"
    trivial.mkdir()
    run(["dvc", "init", "--no-scm", "-q"], trivial)
    entries = [f"  s{n}:\n    cmd: echo {n} > {n}.txt\n    outs: [{n}.txt]\n" for n in range(stages)]
    (trivial / "dvc.yaml").write_text("stages:\n" + "".join(entries), encoding="utf-8")
    for folder_ in (trivial, ROOT):
        run(["dvc", "repro", "-q"], folder_)
    pairs = [(timed(["dvc", "repro", "-q"], ROOT), timed(["dvc", "repro", "-q"], trivial)) for _ in range(5)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def run(command: list[str], folder: Path) -> None:
    """Run a command quietly; it must succeed."""
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def timed(command: list[str], folder: Path) -> float:
    """Return the seconds that a command takes."""
    began = time.perf_counter()
    run(command, folder)
    return time.perf_counter() - began


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
        tell("stage_from_store", requests=REQUESTS, cpu_s=round(stage_from_store(folder), 2))
        here, there = repro_with_nothing_to_do(folder)
        tell("nothing_to_do", seedbed_s=round(here, 2), bare_dvc_s=round(there, 2), ratio=round(here / there, 3))


def tell(what: str, **figures: Any) -> None:
    """Print one measurement as a JSON line."""
    print(json.dumps({"measured": what, **figures}), flush=True)


if __name__ == "__main__":
    main()
