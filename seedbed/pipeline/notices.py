"""What `seedbed check` says of a valid project: what has no effect, what the benchmark cannot show, which keys are missing."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from string import Template
from typing import Any

from seedbed.project import paths
from seedbed.project.judges import is_judged, judge_notices
from seedbed.project.model_settings import asking_blocks, blocks_asked, model_settings, server_id
from seedbed.project.params_types import Params
from seedbed.project.prompts import load_prompt
from seedbed.project.row_types import Question
from seedbed.project.votes import checked_votes, votes_notices
from seedbed.reporting.texts import ENGLISH_WORDS
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.git import git
from seedbed.util.rows import Row, read_rows
from seedbed.util.words import count, few
from seedbed.util.yaml12 import located

_PIN = re.compile(r"^([\w-]+)==([\w.]+)", re.MULTILINE)
_WRITERS = ("duckdb", "sudachidict-core", "sudachipy")
"""Packages whose version shows in a build's bytes: in Parquet files, and in what the tokens of Japanese are."""


def notices(params: Params, rows: Mapping[str, list[Any]]) -> Iterator[str]:
    """Yield a sentence for each thing that is no mistake, and that people want to know.

    Args:
        params: valid ones.
        rows: of each corpus, by its name.
    """
    yield from _ignored(params)
    yield from _edits(params, rows)
    yield from _judging(params, rows["questions"])
    yield from _keys_not_set(params)
    yield from _other_versions()


def _other_versions() -> Iterator[str]:
    """Yield which installed packages, of those that write a build's bytes, are others than the lock file's."""
    lock = Path("requirements.lock")
    pinned = dict(_PIN.findall(lock.read_text("utf-8"))) if lock.is_file() else {}
    for name in _WRITERS:
        with suppress(PackageNotFoundError):
            if name in pinned and version(name) != pinned[name]:
                yield (
                    f"{lock}: names {name} {pinned[name]}, but {version(name)} is installed, so a build here may differ in its "
                    "bytes from one elsewhere; `make repro` installs and uses the versions of the lock file"
                )


def _ignored(params: Params) -> Iterator[str]:
    """Yield which files that people write git ignores: nobody notices, since `git add` says nothing, and a clone lacks them."""
    language = params["language"]
    files = [Path(corpus["source"]) for corpus in params["corpora"].values()]
    files += [paths.PARAMS, paths.DVC_YAML, paths.DVC_LOCK, paths.references(language), paths.glossary(language)]
    files += [path for folder in (paths.EDITS, paths.VOTES, paths.PROMPTS) for path in sorted(folder.glob("*.*"))]
    there = [path.as_posix() for path in files if path.is_file()]
    said = git("check-ignore", "--verbose", "--", *there) or b""  # of what git does not track yet
    ignored = [line.partition("\t") for line in said.decode(errors="replace").splitlines() if ":!" not in line]
    if ignored:
        rule, _, path = ignored[0]
        more = f", and {count(len(ignored) - 1, 'more file')}" if len(ignored) > 1 else ""
        yield f"{path}{more}: ignored by git ({rule}), so not committed; change the rule, or run `git add --force`"


def _edits(params: Params, rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """Yield which edits reject a row, and which have no row or no corpus."""
    for path in sorted(paths.EDITS.glob("*.jsonl")):
        name = path.name.split(".")[0]
        if name not in params["corpora"]:
            hint = did_you_mean(name, list(params["corpora"]))
            yield f"{path}: unknown corpus {name!r}{hint}; these edits have no effect"
        elif path == paths.edits(name, params["language"]):
            ids, edits = {row["id"] for row in rows[name]}, list(read_rows(path, "edit"))
            if rejected := [edit["id"] for edit in edits if edit["id"] in ids and "rejected" in edit]:
                yield f"{path}: {count(len(rejected), 'row')} rejected ({few(rejected, 3)}); left out of the build"
            if orphans := [edit["id"] for edit in edits if edit["id"] not in ids]:
                listed = f"{count(len(orphans), 'orphaned edit')} ({few(orphans, 3)})"
                yield f"{path}: {listed}, whose rows no longer exist; kept, but not applied"


def _judging(params: Params, questions: Sequence[Question]) -> Iterator[str]:
    """Yield what makes the benchmark say less than it seems to: of the judges, the questions and the votes."""
    if not params["matches"]:
        return
    place: list[str | int] = ["judges" if params["judges"] else "judge"]
    yield from (located(paths.PARAMS, place, ENGLISH_WORDS(key, **values)) for key, values in judge_notices(params))
    if is_judged(params):
        yield from _unseen(params, questions)
    counted = Counter(question["category"] for question in questions)
    if single := [repr(category) for category, number in counted.items() if number == 1]:
        one = f"category {single[0]} has only one question: its rate cannot show a"
        words = (
            one if len(single) == 1 else f"categories {few(single, 3)} have only one question each: their rates cannot show a"
        )
        source = params["corpora"]["questions"]["source"]
        yield f"{source}: the {words} significant difference; write more questions, or merge categories"
    votes = [vote for vote in checked_votes(paths.VOTES) if not isinstance(vote, UserError)]
    yield from (ENGLISH_WORDS(key, **values) for key, values in votes_notices(votes))


def _unseen(params: Params, questions: Sequence[Question]) -> Iterator[str]:
    """Yield which prompts leave out criteria or grading points that there are."""
    given_by_variable = {"criteria": bool(params["criteria"]), "rubric": any(question.get("rubric") for question in questions)}
    words = {"criteria": "criteria of params.yaml", "rubric": "grading points (rubric) of the questions"}
    for name in ("judge", "judge_reference"):
        prompt = load_prompt(name)
        for variable in (variable for variable, given in given_by_variable.items() if given):
            if variable not in Template(prompt.system + prompt.user).get_identifiers():
                yield f"{paths.prompt(name)}: ${variable} is missing, so the judge does not see the {words[variable]}"


def _keys_not_set(params: Params) -> Iterator[str]:
    """Yield a warning for each API key that is not set, of a server that something would be sent to."""
    asked = {block: server_id(model_settings(params, block)) for block in asking_blocks(params)}
    variables = {id: params["servers"].get(id, {}).get("api_key_env") for id in asked.values()}
    without = {id: name for id, name in variables.items() if name and not os.environ.get(name, "").strip()}
    if not without:
        return
    from seedbed.pipeline.plan import Plan  # half a second and more, so only where a key is missing

    try:
        plans = Plan().stages
    except UserError:  # the stage that it concerns says so
        return
    for id, name in without.items():
        stages = [
            plan.stage
            for plan in plans
            if (plan.new or plan.top_up) and id in (asked.get(block) for block in blocks_asked(params, plan.stage))
        ]
        if stages:
            words = (
                f"the environment variable {name} is not set, but {few(stages, 3)} would send requests to this server; set the "
                "variable to the API key"
            )
            yield located(paths.PARAMS, ["servers", id, "api_key_env"], words)
