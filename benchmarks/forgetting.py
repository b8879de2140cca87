"""`python -m benchmarks.forgetting`: two people, two branches, and what each forgets to pull, push or harvest; prints JSON.

Ann and Ben clone a built project, edit a question each on a branch of their own, and build. Ben takes Ann's branch, with one
side's `dvc.lock`, and builds; Ann takes what that came to, and builds. The clones are git's, the DVC remote is a folder, every
store is its own, and a local server counts. Where a build refuses, its sentence is kept, everybody pushes, and it goes on.
With `--into FILE` each order is a line of that file as it ends; those that are there are not tried again.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

from benchmarks import kept
from seedbed.util.canonical import canonical
from tests.harness import Project, Server, copy_project, git, make_tiny, serve

TARGET = "translate@questions"
QUESTIONS = "data/questions.en.jsonl"
EDITS = {"ann": (0, "Why is the sea salty?"), "ben": (4, "What is dew?")}
PAYER = "FORGETTING_KEY"
"""The variable that holds the key, by which the server knows who asks."""
_NO_YES = (False, True)
How = Literal[
    "merge",
    "merge, committed before the build",
    "rebase",
    "squash",
    "squash, committed before the build",
    "squash, committed under another message",
]


@dataclass(frozen=True)
class Order:
    """What is forgotten, by whom.

    Attributes:
        first_push: whether whoever built the project first forgot `dvc push`.
        pull: whether both forget every `dvc pull`.
        push: who forgets every `dvc push`.
        harvest: whether both forget `seedbed harvest`.
        how: how Ben takes Ann's branch.
        lock: whose `dvc.lock` he goes on with; without any where it says none.
    """

    first_push: bool
    pull: bool
    push: tuple[str, ...]
    harvest: bool
    how: How
    lock: str


def orders() -> list[Order]:
    """Return the orders: all that two people may forget in a merge, the other ways to go on, and a first push forgotten."""
    pushes: tuple[tuple[str, ...], ...] = ((), ("ann",), ("ben",), ("ann", "ben"))
    found = [Order(False, pull, push, harvest, "merge", "ben") for harvest, pull, push in product(_NO_YES, _NO_YES, pushes)]
    hows: tuple[How, ...] = get_args(How)
    ways = [way for way in product(hows, ("ben", "ann")) if way != ("merge", "ben")]
    for push in ((), ("ann", "ben")):
        found += [Order(False, True, push, True, how, lock) for how, lock in [*ways, ("merge", "none")]]
    return [*(Order(True, pull, (), False, "merge", "ben") for pull in _NO_YES), *found]


@dataclass
class Team:
    """The folders of all: `origin.git`, `remote`, `first`, `ann` and `ben`, which refer to each other by relative paths."""

    folder: Path
    payer: str

    def run(self, who: str, *command: str) -> tuple[int, str]:
        """Run a command in somebody's clone; return its code and what it printed."""
        project = Project(self.folder / who)
        names = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(
            command,
            cwd=project.root,
            env=project.environment() | names | {PAYER: self.payer, "GIT_EDITOR": "true"},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return done.returncode, done.stdout + done.stderr

    def build(self, who: str, said: list[str]) -> bool:
        """Build; keep the sentence of a refusal, or of what is paid for again. Return whether it was built."""
        code, output = self.run(who, "dvc", "repro", TARGET)
        assert "Traceback" not in output, output
        told = [
            line for line in output.splitlines() if "transcript" in line and ("missing" in line or "paid for again" in line)
        ]
        assert not code or told, output
        said += [f"{who}: {line}" for line in told]
        return code == 0

    def push(self, who: str) -> None:
        """Run `dvc push` for what is there: somebody who forgot a pull lacks the rest."""
        self.run(who, "dvc", "push", TARGET)


def first(folder: Path, url: str) -> Team:
    """Build a project and share its git, its DVC remote left empty."""
    team = Team(folder, "first")
    project = copy_project(folder / "first")
    make_tiny(project, questions=5, base_url=url, api_key_env=PAYER)
    assert team.build("first", [])
    config = "[core]\n    remote = team\n['remote \"team\"']\n    url = ../../remote\n"
    (folder / "remote").mkdir()
    (project.root / ".dvc" / "config").write_text(config)
    project.use_git()
    git(folder, "clone", "-q", "--bare", "first", "origin.git")
    for who in EDITS:
        git(folder, "clone", "-q", "origin.git", who)
        git(folder / who, "remote", "set-url", "origin", "../origin.git")
    return team


def branches(team: Team, pull: bool) -> list[str]:
    """Have both edit and build on a branch of their own; return what was said where that stopped."""
    said: list[str] = []
    for who, (place, text) in EDITS.items():
        project = Project(team.folder / who)
        if not pull:
            team.run(who, "dvc", "pull", TARGET)
        git(project.root, "checkout", "-qb", who)
        rows = project.rows(QUESTIONS)
        rows[place]["text"] = text
        project.write_rows(QUESTIONS, rows)
        if team.build(who, said):
            project.commit(f"question of {who}")
            git(project.root, "push", "-q", "origin", who)
    return said


def take(team: Team, order: Order) -> None:
    """Have Ben take Ann's branch."""
    ben = team.folder / "ben"
    git(ben, "fetch", "-q", "origin", "ann:ann")
    way = {"rebase": ["rebase", "-q"], "squash": ["merge", "--squash"]}.get(order.how.partition(",")[0], ["merge", "-q"])
    code, output = team.run("ben", "git", *way, "ann")
    assert code, output
    assert "dvc.lock" in output, output
    if order.lock == "none":
        git(ben, "rm", "-qf", "dvc.lock")
    else:
        git(ben, "checkout", {"ben": "origin/ben", "ann": "ann"}[order.lock], "--", "dvc.lock")
    if order.how == "rebase":
        code, output = team.run("ben", "git", "rebase", "--continue")
        assert not code, output
    elif "committed" in order.how:  # with git's own message, which names the other's commits where it is a squash
        code, output = team.run("ben", "git", "commit", "-qa", *(["-m", "Ann's"] if "another message" in order.how else []))
        assert not code, output


def both(team: Team, order: Order) -> list[str]:
    """Have Ben take Ann's branch and build, then Ann what that came to; return what was said."""
    said: list[str] = []
    for who in EDITS:
        if who not in order.push:
            team.push(who)
    take(team, order)
    for who in ("ben", "ann"):
        if not order.pull:
            team.run(who, "dvc", "pull", TARGET)
        if not order.harvest:
            team.run(who, "seedbed", "harvest")
        if not team.build(who, said):
            for other in EDITS:  # as the sentence says
                team.push(other)
            assert team.build(who, []), "it refused although everybody had pushed"
        if who == "ben":
            Project(team.folder / who).commit("both questions")
            git(team.folder / who, "push", "-qf", "origin", "ben")
            if "ben" not in order.push:
                team.push(who)
            git(team.folder / "ann", "fetch", "-q")
            git(team.folder / "ann", "reset", "-q", "--hard", "origin/ben")
    return said


def asked(server: Server, *payers: str) -> Counter[str]:
    """Return how often each request was sent, by these payers together."""
    keys = {f"Bearer {payer}" for payer in payers}
    pairs = zip(server.headers, server.log, strict=True)
    return Counter(canonical(body) for headers, body in pairs if headers["authorization"] in keys)


def measure(folder: Path, wanted: list[Order], jobs: int, until: float) -> Iterator[dict[str, Any]]:
    """Yield what each order came to, of those that began before `until`. What they have in common is done once, and copied."""
    with serve() as server, ThreadPoolExecutor(jobs) as pool:
        (folder / "start").mkdir()
        start = first(folder / "start", server.url)
        begun: dict[tuple[bool, bool], tuple[Team, list[str]]] = {}
        for first_push, pull in dict.fromkeys((order.first_push, order.pull) for order in wanted):
            if not first_push:
                start.push("first")
            else:
                assert not any((start.folder / "remote").iterdir()), "ask for these orders first"
            team = copy(start, f"{folder}/begun-{first_push}-{pull}")
            begun[first_push, pull] = team, branches(team, pull)

        def one(numbered: tuple[int, Order]) -> dict[str, Any] | None:
            number, order = numbered
            if time.monotonic() > until:
                return None
            before, said = begun[order.first_push, order.pull]
            team = before
            if not said:
                team = copy(before, f"{folder}/order-{number}")
                said = both(team, order)
                shutil.rmtree(team.folder)
            counts = asked(server, "first", before.payer, team.payer)
            print(f"{order}: {said}", file=sys.stderr)
            return asdict(order) | {"sent": counts.total(), "paid_twice": counts.total() - len(counts), "said": said}

        yield from filter(None, pool.map(one, enumerate(wanted)))


def copy(team: Team, folder: str) -> Team:
    """Copy everybody's folders; who asks from there has another key."""
    shutil.copytree(team.folder, folder, symlinks=True)
    return Team(Path(folder), Path(folder).name)


def totals(found: list[dict[str, Any]]) -> Mapping[str, Any]:
    """Return the sums over the orders, and the orders."""
    return {
        "orders_there_are": len(orders()),
        "orders": len(found),
        "paid_twice": sum(each["paid_twice"] for each in found),
        "paid_twice_without_a_word": sum(each["paid_twice"] for each in found if not each["said"]),
        "stopped_by_a_sentence": sum(any(": error: " in said for said in each["said"]) for each in found),
        "each": found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="orders at a time")
    parser.add_argument(
        "--only", type=int, nargs="+", choices=range(len(orders())), metavar="N", help="orders, by number from 0"
    )
    parser.add_argument("--minutes", type=float, default=600, help="begin no order after so many")
    parser.add_argument("--into", type=Path, help="a file that keeps the orders")
    args = parser.parse_args()
    there, until = kept.read(args.into), time.monotonic() + 60 * args.minutes
    wanted = [order for number, order in enumerate(orders()) if not args.only or number in args.only]
    left = [order for order in wanted if not any(_is_of(each, order) for each in there)]
    with TemporaryDirectory() as folder:
        for each in measure(Path(folder), left, args.jobs, until) if left else ():
            there.append(each)
            kept.add(args.into, each)
    found = [each for order in wanted for each in there if _is_of(each, order)]
    print(json.dumps({"only": args.only or [], **totals(found)}))


def _is_of(figures: dict[str, Any], order: Order) -> bool:
    """Whether these figures are an order's; those read from a file have lists where an order has tuples."""
    return all(
        figures[name] == (list(value) if isinstance(figures[name], list) else value) for name, value in asdict(order).items()
    )


if __name__ == "__main__":
    main()
