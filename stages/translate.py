"""translate: one seed task, question or baseline task in the target language.

{"category":"fermi","failure":null,"id":"fermi-01","made_by":{…},"source":{"text":"How many…"},"translation":{"text":"大阪に…"}}
"""

import argparse
from pathlib import Path

from seedbed.exchange.replies import json_of
from seedbed.exchange.result import refuse_failures
from seedbed.project.corpora import read_corpus
from seedbed.project.params import Params, load_params, speaker
from seedbed.project.prompts import load_prompt
from seedbed.sending.asker import Asker
from seedbed.steps.translating import build, original, translated
from seedbed.store.transcripts import transcript
from seedbed.util.errors import run
from seedbed.util.rows import write_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True, help="id of a corpus in params.yaml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params: Params = load_params()
    corpus, to, stage = params["corpora"][args.corpus], speaker(params, "translate"), f"translate@{args.corpus}"
    kind, prompt = corpus["kind"], load_prompt(f"translate_{corpus['kind']}")
    rows = list(read_corpus(Path(corpus["source"]), kind, params))
    in_target_language = corpus["language"] == params["language"]

    with (
        Asker(stage, params, to, params["translate"]["max_attempts"]) as asker,
        transcript(args.transcript, asker.store) as record,
    ):
        outcomes = asker.ask([] if in_target_language else build(rows, kind, to, prompt), json_of)
        for outcome in outcomes:
            record(outcome)
        refuse_failures(stage, [o for o in outcomes if o.failure], len(outcomes), params["translate"]["max_failed"])
    if in_target_language:
        out = [original(row, kind) for row in rows]
    else:
        out = [translated(row, kind, to, outcome) for row, outcome in zip(rows, outcomes, strict=True)]
    write_rows(args.out, out, f"translated_{kind}")


if __name__ == "__main__":
    run(main)
