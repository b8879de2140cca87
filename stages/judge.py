"""judge: one judgment: match, question, order; asked for, or recorded.

{"baseline":"thin","explanation":"…","failure":null,"made_by":{…},"match":"good-vs-thin","model":"good","order":"ab",
 "question":"fermi-01","request":"9f2c…","verdict":"first"}
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from seedbed.exchange.result import refuse_failures
from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.project.params import Params, load_params, speaker
from seedbed.project.prompts import load_prompt
from seedbed.recorded.fastchat import recorded_judgments
from seedbed.sending.asker import Asker
from seedbed.steps.judging import ORDERS, Answers, build, used_references
from seedbed.steps.verdicts import judgment_reader
from seedbed.store.transcripts import transcript
from seedbed.util.errors import run
from seedbed.util.rows import Row, read_rows, write_rows, write_text


def ask(
    match: str, questions: list[Row], answers: tuple[Answers, Answers], references: dict[str, str], params: Params, path: Path
) -> Iterator[Row]:
    """Yield the judgments of the judge, `invalid` where a reply or an answer could not be used; write the transcript."""
    to, settings, stage = speaker(params, "judge"), params["judge"], f"judge@{match}"
    prompts = {False: load_prompt("judge"), True: load_prompt("judge_reference")}
    requests = build(questions, *answers, references, prompts, to)
    with Asker(stage, params, to, settings["max_attempts"]) as asker, transcript(path, asker.store) as record:
        outcomes = {outcome.request.id: outcome for outcome in asker.ask(requests, judgment_reader(params))}
        for each in outcomes.values():
            record(each)
        refuse_failures(stage, [o for o in outcomes.values() if o.failure], len(outcomes), settings["max_failed"])
    sides = {name: params["matches"][match][name] for name in ("model", "baseline")}
    for question in questions:
        for order in ORDERS:
            row = {"match": match, "question": question["id"], "order": order, "made_by": to.made_by} | sides
            outcome = outcomes.get(f"{question['id']}.{order}")
            if outcome is None:
                failure = {"reason": "no_answer", "detail": "one of the two answers failed", "text": None}
                yield row | {"verdict": "invalid", "explanation": None, "failure": failure, "request": None}
            else:
                value = outcome.value or {"verdict": "invalid", "explanation": (outcome.failure or {}).get("text")}
                yield row | value | {"failure": outcome.failure, "request": outcome.request.key}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--match", required=True, help="id of a match in params.yaml")
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--model-answers", type=Path, required=True)
    parser.add_argument("--baseline-answers", type=Path, required=True)
    parser.add_argument("--references", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params = load_params()
    refuse_unknown_names(params, "judge")
    questions = list(read_rows(args.questions, "edited_question"))
    paths = (args.model_answers, args.baseline_answers)
    model, baseline = ({row["id"]: row for row in read_rows(path, "answer")} for path in paths)
    if "recorded" in params["matches"][args.match]:
        judgments = list(recorded_judgments(args.match, params, (model, baseline)))
        write_text(args.transcript, "")
    else:
        references = used_references(questions, args.references, params["judge"]["reference_categories"])
        judgments = list(ask(args.match, questions, (model, baseline), references, params, args.transcript))
    write_rows(args.out, judgments, "judgment")


if __name__ == "__main__":
    run(main)
