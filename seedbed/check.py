"""Everything that can be checked before the first request: params, prompts, data and keys."""

import os
from pathlib import Path

from seedbed.corpora import read_corpus
from seedbed.errors import UserError
from seedbed.half_files import mend_half_files
from seedbed.params import load_params
from seedbed.prompts import VARIABLES, load_prompt
from seedbed.rows import read_rows
from seedbed.votes import read_votes


def check_all() -> str:
    """Check the whole project, mend what a stopped `dvc` left half-written, and return what there is, in one line.

    Raises:
        UserError: the first thing that is wrong.
    """
    mend_half_files()
    params = load_params()
    prompts = [load_prompt(name) for name in VARIABLES]
    counts = []
    for name, corpus in params["corpora"].items():
        rows = sum(1 for _ in read_corpus(Path(corpus["source"]), corpus["kind"], params))
        counts.append(f"{rows} {name.replace('_', ' ')}")
    for path in sorted(Path("data/edits").glob("*.jsonl")):
        sum(1 for _ in read_rows(path, "edit"))
    read_votes(Path("data/votes"))
    for id in {params[block]["endpoint"] for block in ("translate", "generate", "judge")} | {
        model["endpoint"] for model in params["models"].values() if "endpoint" in model
    }:
        variable = params["endpoints"][id].get("api_key_env")
        if variable and not os.environ.get(variable, "").strip():
            raise UserError(f"endpoint {id!r}: the environment variable {variable} is not set; put the API key in it")
    return f"params.yaml, {len(prompts)} prompts, {', '.join(counts)}: all fit their schemas"
