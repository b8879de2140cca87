"""judge: one judgment: match, question, order, judge; asked for, or recorded.

{"baseline":"thin","explanation":"…","failure":null,"judge":"judge","made_by":{…},"match":"good-vs-thin","model":"good",
 "order":"ab","question":"fermi-01","request":"9f2c…","verdict":"first"}
"""

import argparse
from pathlib import Path

from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.project.again import read_again
from seedbed.project.corpora import read_questions
from seedbed.project.model_settings import judge_settings
from seedbed.project.params import load_params
from seedbed.recorded.fastchat import recorded_judgments
from seedbed.sending.asker import ask_each
from seedbed.steps.judging import beside, build, judged, load_prompts
from seedbed.steps.readers import reader_of
from seedbed.steps.retesting import retested, with_retests
from seedbed.steps.verdicts import verdict_form
from seedbed.util.errors import run
from seedbed.util.rows import read_rows, write_rows, write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--match", required=True, help="id of a match in params.yaml")
    parser.add_argument("--questions", type=Path, required=True, help="folder of the edited questions")
    parser.add_argument("--model-answers", type=Path, required=True)
    parser.add_argument("--baseline-answers", type=Path, required=True)
    parser.add_argument("--references", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params, match = load_params(), args.match
    refuse_unknown_names(params, "judge")
    questions = read_questions(args.questions)
    model, baseline = (
        {row["id"]: row for row in read_rows(path, "answer")} for path in (args.model_answers, args.baseline_answers)
    )
    if "recorded" in params["matches"][match]:
        write_text(args.transcript, "")
        judgments = list(recorded_judgments(match, params, questions, (model, baseline)))
    else:
        stage, judges = f"judge@{match}", judge_settings(params)
        shown, prompts, again = (
            beside(questions, args.references, params),
            load_prompts(verdict_form(params)),
            read_again(stage),
        )
        answers, items = (model, baseline), params["judge"].get("retest", 0)
        asked = [
            (to, with_retests(match, build(questions, answers, shown, prompts, to, again, judge), items))
            for judge, to in judges.items()
        ]
        results = ask_each(stage, params, asked, params["judge"], args.transcript, reader_of(stage, params))
        judgments = [
            row
            for (judge, to), given in zip(judges.items(), results, strict=True)
            for row in retested(list(judged(match, params["matches"][match], questions, to, given, judge)), given)
        ]
    write_rows(args.out, judgments, "judgment")


if __name__ == "__main__":
    run(main)
