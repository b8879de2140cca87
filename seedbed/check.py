"""Everything that can be checked before the first request: params, prompts, data and keys."""

import os
import time
from pathlib import Path

from seedbed.corpora import read_corpus
from seedbed.edits import edits_path, read_edits
from seedbed.errors import UserError
from seedbed.json_text import parse_json
from seedbed.params import load_params
from seedbed.prompts import VARIABLES, load_prompt
from seedbed.review_words import read_words
from seedbed.rows import read_rows
from seedbed.votes import read_votes


def mend_dvc_lock(path: Path = Path(".dvc/tmp/rwlock")) -> None:
    """Remove DVC's lock file where a `dvc` was killed while it wrote it: DVC itself would refuse to go on.

    A file that is merely being written is whole a moment later.
    """
    for wait_s in (0.0, 0.5, 0.5):
        time.sleep(wait_s)
        try:
            parse_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except ValueError:
            continue
        return
    path.unlink(missing_ok=True)


def check_all() -> str:
    """Check the whole project, mend DVC's lock file, and return what there is, in one line.

    Raises:
        UserError: the first thing that is wrong.
    """
    mend_dvc_lock()
    params = load_params()
    prompts = [load_prompt(name) for name in VARIABLES]
    counts = []
    for name, corpus in params["corpora"].items():
        rows = sum(1 for _ in read_corpus(Path(corpus["source"]), corpus["kind"], params))
        counts.append(f"{rows} {name.replace('_', ' ')}")
        read_edits(edits_path(name, params["language"]), corpus["kind"])
    for path in sorted(Path("data/edits").glob("*.jsonl")):  # those of other languages too
        sum(1 for _ in read_rows(path, "edit"))
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
