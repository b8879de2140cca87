"""`python -m benchmarks.at_once`: do two people who build at once pay twice? Prints a table.

Each has a clone, and a store of its own or one that both use. A local server, 50 ms an answer, counts; what it was asked more
than once was paid twice.
"""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.util.canonical import canonical
from tests.harness import Project, Server, copy_project, make_tiny, serve

TARGET = "judge@good-vs-thin"
QUESTIONS = "data/questions.en.jsonl"
LATENCY_S = 0.05


def edit(project: Project, place: int) -> None:
    """Change one question."""
    rows = project.rows(QUESTIONS)
    rows[place]["text"] = f"{rows[place]['text']} Say why."
    project.write_rows(QUESTIONS, rows)


def build_at_once(server: Server, projects: list[Project], store: Path | None) -> tuple[int, int]:
    """Build all at the same time; return how many requests were sent, and how many of them were sent before."""
    server.log.clear()
    env = {"SEEDBED_STORE": str(store)} if store else {}
    with ThreadPoolExecutor(len(projects)) as threads:
        list(threads.map(lambda project: project.repro(TARGET, **env), projects))
    asked = Counter(canonical(body) for body in server.log)
    return asked.total(), asked.total() - len(asked)


def main() -> None:
    with serve() as server, TemporaryDirectory() as made:

        def slow(body: object, number: int) -> None:
            time.sleep(LATENCY_S)

        server.fault = slow
        folder = Path(made)
        base = copy_project(folder / "base" / "project")
        make_tiny(base, questions=40, base_url=server.url, max_concurrency=8)
        empty = [base.copy(folder / name / "project") for name in ("a", "b", "c", "d")]
        base.repro(TARGET)
        edits: dict[str, Callable[[int], int]] = {
            "both edited the same question": lambda who: 0,
            "each person edited another question": lambda who: who,
        }
        print("| both clones build | stores | requests | paid twice |\n| --- | --- | ---: | ---: |")
        for words, pair, store in (("two", empty[:2], None), ("one", empty[2:], folder / "shared.sqlite")):
            sent, twice = build_at_once(server, pair, store)
            print(f"| an unbuilt project | {words} | {sent} | {twice} |", flush=True)
        for what, place in edits.items():
            for words in ("two", "one"):
                pair = [base.copy(folder / f"{what} {words} {who}" / "project") for who in range(2)]
                for who, project in enumerate(pair):
                    edit(project, place(who))
                sent, twice = build_at_once(server, pair, folder / f"{what}.sqlite" if words == "one" else None)
                print(f"| a built project; {what} | {words} | {sent} | {twice} |", flush=True)


if __name__ == "__main__":
    main()
