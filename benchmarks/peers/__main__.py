"""`make bench-peers`: the same work by Seedbed and by three tools that many know, requests counted at the server.

Each tool has an environment of its own under `.venv-peers/`, which pip makes where it is not there, and a home folder of its
own that ends with the run. A tool is a program beside this one: it reads rows and a template, asks a server on loopback about
each row, 32 at a time and up to three times, and writes the replies. The programs are written as the tools' own documentation
advises for such work, with what each has for going on after an interruption. Writes `benchmarks/peers.json`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.peers.server import Server, serve

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
ENVIRONMENTS = ROOT / ".venv-peers"
TOOLS = {
    "seedbed": ("seedbed", None),
    "curator": ("bespokelabs-curator", "0.1.31"),
    "distilabel": ("distilabel", "1.5.3"),
    "data_designer": ("data-designer", "0.9.7"),
}
TEMPLATE, OTHER = "Answer in one sentence: {text}", "Answer in two sentences: {text}"
LIMIT_S = 180
"""After so many seconds a process is ended, and counts as one that hangs."""


def environment(tool: str) -> Path:
    """Return the folder with the programs of a tool's environment, made where it is not there; Seedbed's is brought up."""
    package, version = TOOLS[tool]
    folder = ENVIRONMENTS / tool
    if not (folder / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        wanted = [str(ROOT)] if tool == "seedbed" else [f"{package}=={version}"]
        if tool == "distilabel":
            wanted = [f"{package}[openai]=={version}", "requests", "beautifulsoup4"]  # imported, not asked for
        subprocess.run([folder / "bin/pip", "install", "-q", *wanted], check=True)
        (folder / "done").touch()
    elif tool == "seedbed":
        subprocess.run([folder / "bin/pip", "install", "-q", "--force-reinstall", "--no-deps", str(ROOT)], check=True)
    return folder / "bin"


def version_of(tool: str, programs: Path) -> str:
    """Return the installed version of a tool."""
    read = f"from importlib.metadata import version; print(version({TOOLS[tool][0]!r}))"
    return subprocess.run([programs / "python", "-c", read], check=True, capture_output=True, text=True).stdout.strip()


def variables(programs: Path, home: Path) -> dict[str, str]:
    """Return the environment of a tool's process: a home of its own, nothing reported to anybody, nothing fetched."""
    kept = {name: value for name, value in os.environ.items() if name in ("LANG", "LC_ALL", "TMPDIR", "GIT_CONFIG_GLOBAL")}
    # curator and data-designer count tokens by a file that tiktoken would fetch; a copy comes with a dependency of curator's.
    tokens = ENVIRONMENTS.glob("*/lib/python*/site-packages/litellm/litellm_core_utils/tokenizers")
    names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    return {
        **kept,
        **names,
        **{"HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}", "OPENAI_API_KEY": "none"},
        **{"TELEMETRY_ENABLED": "false", "NEMO_TELEMETRY_ENABLED": "false", "DO_NOT_TRACK": "1", "DVC_NO_ANALYTICS": "1"},
        **{"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"},
        **{"LITELLM_LOCAL_MODEL_COST_MAP": "True", "CURATOR_DISABLE_RICH_DISPLAY": "1"},
        "TIKTOKEN_CACHE_DIR": str(next(tokens, "")),
    }


class Work:
    """One tool at work in one folder: rows, a template, and what each run came to."""

    def __init__(self, tool: str, programs: Path, server: Server, folder: Path, number: int, faulty: bool = False) -> None:
        self.programs, self.server, self.folder = programs, server, folder
        self.url = server.url(faulty)
        self.program = [str(programs / "python"), str(FOLDER / f"with_{tool}.py")]
        self.rows = [{"id": f"q-{n}", "text": f"What would you ask about question {n}?"} for n in range(1, number + 1)]
        folder.mkdir(parents=True)
        if tool == "seedbed":  # a project is set up once, before anything is timed
            env = variables(programs, folder.resolve())
            with (folder / "log.txt").open("w", encoding="utf-8") as log:
                subprocess.run([*self.program, self.url], cwd=folder, env=env, check=True, stdout=log, stderr=log)

    def run(self, template: str = TEMPLATE, kill_at: int | None = None) -> dict[str, Any]:
        """Run the tool once.

        Args:
            template: what is asked about each row.
            kill_at: the number of requests after which the tool and all its processes are killed.

        Returns:
            Seconds by the clock, requests at the server, how many rows came `right`, rest on something `old`, or are
            `missing`, and how the process ended.
        """
        (self.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")
        out = self.folder / "out.jsonl"
        out.unlink(missing_ok=True)
        self.server.reset()
        command = [*self.program, self.url, "rows.jsonl", template, "out.jsonl"]
        env = variables(self.programs, self.folder.resolve())
        began = time.perf_counter()
        with (self.folder / "log.txt").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            ended = "hangs"
            try:
                while time.perf_counter() - began < LIMIT_S:
                    if process.poll() is not None:
                        ended = "ok" if process.returncode == 0 else "error"
                        break
                    if kill_at is not None and len(self.server.asked) >= kill_at:
                        ended = "killed"
                        break
                    time.sleep(0.005)
                seconds = time.perf_counter() - began
            finally:
                end_group(process)
        time.sleep(0.3)  # what was on its way
        return {
            "seconds": round(seconds, 2),
            "requests": len(self.server.asked),
            "ended": ended,
            **self.compared(out, template),
        }

    def compared(self, out: Path, template: str) -> dict[str, int]:
        """Return how many rows are right, rest on something old, and are missing."""
        lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
        replies = {row["id"]: row["reply"] for row in map(json.loads, lines) if row["reply"]}
        asked = {row["id"]: template.replace("{text}", row["text"]) for row in self.rows}
        right = sum(replies.get(id, "").strip() == f"Asked: {text}" for id, text in asked.items())
        missing = len(asked.keys() - replies.keys())
        return {"right": right, "old": len(asked) - right - missing, "missing": missing}


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children, and wait 10 s at most until init has reaped them: DVC takes a dead child for alive."""
    for _ in range(200):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            break
        process.poll()
        time.sleep(0.05)
    process.wait()


def measured(tool: str, programs: Path, server: Server, folder: Path, number: int) -> dict[str, Any]:
    """Return what one tool made of each piece of work, once."""
    work = Work(tool, programs, server, folder / "work", number)
    found = {"first": work.run(), "again": work.run()}
    work.rows[number // 2]["text"] += " And why?"
    found["one row edited"] = work.run()
    work.rows.append({"id": f"q-{number + 1}", "text": f"What would you ask about question {number + 1}?"})
    found["one row added"] = work.run()
    found["template changed"] = work.run(OTHER)
    found["template back"] = work.run()
    work = Work(tool, programs, server, folder / "killed", number)
    killed, after = work.run(kill_at=number * 2 // 5), work.run()
    found["killed at 40%, and run again"] = after | {"requests": killed["requests"] + after["requests"]}
    found["1 in 50 answered badly"] = Work(tool, programs, server, folder / "faulty", number, faulty=True).run()
    return found


def main() -> None:
    """Measure, and write `benchmarks/peers.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--out", type=Path, default=FOLDER.parent / "peers.json")
    parser.add_argument("--logs", type=Path, help="a new folder to keep what the tools wrote")
    options = parser.parse_args()
    tools = options.tools.split(",")
    programs = {tool: environment(tool) for tool in tools}
    versions = {tool: version_of(tool, programs[tool]) for tool in tools}
    before = os.getloadavg()[0]
    rounds: list[dict[str, Any]] = []
    with TemporaryDirectory() as name, serve() as server:
        for number in range(options.rounds):
            rounds.append({})
            for tool in tools:  # in turn, so that each meets the same load
                folder = (options.logs or Path(name)) / str(number) / tool
                rounds[-1][tool] = measured(tool, programs[tool], server, folder, options.rows)
                print(json.dumps({tool: rounds[-1][tool]}), flush=True)
    load = [round(before, 1), round(os.getloadavg()[0], 1)]
    found = {"rows": options.rows, "versions": versions, "load": load, "cores": os.cpu_count(), "rounds": rounds}
    options.out.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
