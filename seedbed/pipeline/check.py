"""Everything that can be checked before the first request: params, prompts, data and keys."""

import os
import sys
from pathlib import Path

from seedbed.filtering.language import load_language
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.pipeline.repair import mend_half_files
from seedbed.project.corpora import read_corpus
from seedbed.project.edits import edits_path, read_edits
from seedbed.project.params import Params, load_params
from seedbed.project.prompts import VARIABLES, load_prompt
from seedbed.project.review_words import read_words
from seedbed.project.votes import read_votes
from seedbed.steps.judging import used_references
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row, read_rows


def check_all() -> str:
    """Check the whole project, mend what a stopped `dvc` left half-written, and return what there is, in one line.

    Raises:
        UserError: the first thing that is wrong.
    """
    mend_half_files()
    params = load_params()
    refuse_unknown_names(params)
    prompts = [load_prompt(name) for name in VARIABLES]
    load_tokeniser(params["filter"]["tokeniser"])
    load_language(Path("data/languages") / f"{params['language']}.yaml")
    counts: list[str] = []
    questions: list[Row] = []
    for name, corpus in params["corpora"].items():
        rows = list(read_corpus(Path(corpus["source"]), corpus["kind"], params))
        counts.append(f"{len(rows)} {name.replace('_', ' ')}")
        questions += rows if corpus["kind"] == "question" else []
    _check_references(questions, params)
    for path in sorted(Path("data/edits").glob("*.jsonl")):  # those of other languages too
        name = path.name.split(".")[0]
        if name in params["corpora"] and path == edits_path(name, params["language"]):
            read_edits(path, params["corpora"][name]["kind"])
            continue
        sum(1 for _ in read_rows(path, "edit"))
        if name not in params["corpora"]:
            hint = did_you_mean(name, list(params["corpora"]))
            print(f"{path}: no corpus is called {name!r}{hint}; these edits apply to nothing", file=sys.stderr)
    for path in sorted(Path("data/review").glob("*.yaml")):
        read_words(path)
    read_votes(Path("data/votes"))
    for id in {params[block]["endpoint"] for block in ("translate", "generate", "judge")} | {
        model["endpoint"] for model in params["models"].values() if "endpoint" in model
    }:
        variable = params["endpoints"][id].get("api_key_env")
        if variable and not os.environ.get(variable, "").strip():
            raise UserError(f"endpoint {id!r}: the environment variable {variable} is not set; put the API key in it")
    return f"params.yaml, {len(prompts)} prompts, {', '.join(counts)}: all fit their schemas"


def _check_references(questions: list[Row], params: Params) -> None:
    """Check that there is a reference for every question that the judge is to see with one."""
    judged = any("recorded" not in match for match in params["matches"].values())
    dropped = params["post_edit"]["unreviewed"] == "drop"  # which questions stay is not known yet
    categories = params["judge"]["reference_categories"] if judged and not dropped else []
    path = Path(f"data/references.{params['language']}.jsonl")
    if not path.is_file():
        raise UserError(
            f"{path}: no such file; write the references of the categories in judge.reference_categories, or take those off "
            "and let the file be empty"
        )
    used_references(questions, path, categories)
