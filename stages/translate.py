"""translate: one seed task, question or baseline task in the target language.

{"category":"fermi","failure":null,"id":"fermi-01","made_by":{…},"source":{"text":"How many…"},"translation":{"text":"大阪に…"}}
"""

import argparse
from pathlib import Path

from seedbed.project.again import read_again
from seedbed.project.corpora import foreign, read_corpus
from seedbed.project.model_settings import model_settings
from seedbed.project.params import load_params
from seedbed.sending.asker import ask_all
from seedbed.steps.readers import reader_of
from seedbed.steps.translating import Beside, beside, build, load_prompts, translated
from seedbed.util.errors import run
from seedbed.util.rows import write_rows, write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True, help="id of a corpus in params.yaml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params = load_params()
    corpus, to = params["corpora"][args.corpus], model_settings(params, "translate")
    kind = corpus["kind"]
    rows = list(read_corpus(Path(corpus["source"]), kind, params))
    shown = Beside()
    if to_translate := foreign(rows, corpus, params):
        shown = beside(args.corpus, to_translate, kind, params)
        stage = f"translate@{args.corpus}"
        requests = build(to_translate, kind, to, load_prompts(kind), read_again(stage), shown)
        read = reader_of(stage, params, rows)
        results = ask_all(stage, params, to, params["translate"], args.transcript, requests, read)
    else:
        write_text(args.transcript, "")
        results = []
    write_rows(args.out, translated(rows, kind, to, results, shown), f"translated_{kind}")


if __name__ == "__main__":
    run(main)
