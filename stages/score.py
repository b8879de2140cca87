"""score: one rating of one turn of one answer, from 1 to 10; asked for, or recorded.

{"explanation":"…","failure":null,"judge":"judge","made_by":{…},"model":"good","question":"fermi-01","rating":8,"request":"9f2c…"}
"""

import argparse
from pathlib import Path

from seedbed.project.again import read_again
from seedbed.project.corpora import read_questions
from seedbed.project.model_settings import judge_settings
from seedbed.project.params import load_params
from seedbed.recorded.fastchat import recorded_scores
from seedbed.sending.asker import ask_each
from seedbed.steps.judging import beside
from seedbed.steps.readers import reader_of
from seedbed.steps.scoring import build, load_prompts, scored
from seedbed.util.errors import run
from seedbed.util.rows import read_rows, write_rows, write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="id of a model in params.yaml")
    parser.add_argument("--questions", type=Path, required=True, help="folder of the edited questions")
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--references", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params, model, questions = load_params(), args.model, read_questions(args.questions)
    answers = {row["id"]: row for row in read_rows(args.answers, "answer")}
    if file := params["scores"][model].get("recorded"):
        write_text(args.transcript, "")
        rows = list(recorded_scores(model, Path(file), params, questions, answers))
    else:
        stage, judges = f"score@{model}", judge_settings(params)
        shown, prompts, again = beside(questions, args.references, params), load_prompts(), read_again(stage)
        asked = [(to, build(questions, answers, shown, prompts, to, again, judge)) for judge, to in judges.items()]
        results = ask_each(stage, params, asked, params["judge"], args.transcript, reader_of(stage, params))
        pairs = zip(judges.items(), results, strict=True)
        rows = [row for (judge, to), given in pairs for row in scored(model, questions, to, given, judge)]
    write_rows(args.out, rows, "score")


if __name__ == "__main__":
    run(main)
