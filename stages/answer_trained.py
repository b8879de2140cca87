"""answer_base, answer_trained: one answer of a base, or of a model that this project fine-tuned, to one question.

{"failure":null,"id":"fermi-01","made_by":{…},"model":"llama-native","request":"9f2c…","text":"大阪市の面積は…"}

The server that answers is started with the weights, and only where something has to be sent.
"""

import argparse
from pathlib import Path

from seedbed.project.again import read_again
from seedbed.project.params import answer_stage, answering_settings, load_params, with_weights
from seedbed.project.prompts import load_prompt
from seedbed.sending.asker import ask_all
from seedbed.steps.answering import PROMPT, answered, build
from seedbed.steps.readers import reader_of
from seedbed.training.weights import weights_hash
from seedbed.util.errors import run
from seedbed.util.rows import read_rows, write_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="id of a base or a trained model in params.yaml")
    parser.add_argument("--adapter", type=Path, help="folder that training wrote; none for a base as it is")
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params, model = load_params(), args.model
    base = params["bases"][params["trained"][model]["base"] if args.adapter else model]
    to = answering_settings(params, model, weights_hash(base, args.adapter))
    params = with_weights(params, to, base, args.adapter)
    questions, stage = list(read_rows(args.questions, "edited_question")), answer_stage(params, model)
    requests = build(questions, to, load_prompt(PROMPT), read_again(stage))
    results = ask_all(stage, params, to, params["answer"], args.transcript, requests, reader_of(stage, params))
    write_rows(args.out, [answered(model, to, result) for result in results], "answer")


if __name__ == "__main__":
    run(main)
