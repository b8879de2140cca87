"""answer_trained: one answer of a model that this project fine-tuned, to one question.

{"failure":null,"id":"fermi-01","made_by":{…},"model":"llama-native","request":"9f2c…","text":"大阪市の面積は…"}

The server that answers is started with the base's weights and the adapter, and only where something has to be sent.
"""

import argparse
from pathlib import Path

from seedbed.project.corpora import read_questions
from seedbed.project.params import load_params
from seedbed.training.answers import ask_weights
from seedbed.util.errors import run
from seedbed.util.rows import write_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", required=True, help="id of a trained model in params.yaml")
    parser.add_argument("--adapter", type=Path, required=True, help="folder that training wrote")
    parser.add_argument("--questions", type=Path, required=True, help="folder of the edited questions")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    questions = read_questions(args.questions)
    write_rows(args.out, ask_weights(load_params(), args.trained, args.adapter, questions, args.transcript), "answer")


if __name__ == "__main__":
    run(main)
