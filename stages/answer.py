"""answer: one model's answer to one question; asked for, or recorded.

{"failure":null,"id":"fermi-01","made_by":{…},"model":"good","request":"9f2c…","text":"大阪市の面積は…"}
"""

import argparse
from pathlib import Path

from seedbed.project.corpora import read_questions
from seedbed.project.model_settings import model_settings
from seedbed.project.params import load_params
from seedbed.steps.answering import recorded
from seedbed.steps.conversations import ask_questions
from seedbed.util.errors import run
from seedbed.util.rows import write_rows, write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="id of a model in params.yaml")
    parser.add_argument("--questions", type=Path, required=True, help="folder of the edited questions")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params, model = load_params(), args.model
    questions = read_questions(args.questions)
    if file := params["models"][model].get("recorded"):
        write_text(args.transcript, "")
        answers = recorded(questions, model, Path(file))
    else:
        to = model_settings(params, f"models.{model}")
        answers = ask_questions(f"answer@{model}", params, model, to, questions, args.transcript)
    write_rows(args.out, answers, "answer")


if __name__ == "__main__":
    run(main)
