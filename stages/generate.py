"""generate: one candidate instruction, with its slot and its demonstrations.

    {"demonstrations":["email-03",…],"id":"s00012-1","index":1,"input":"","instruction":"…","made_by":{…},"output":"…",
     "request":"9f2c…","slot":12,"task_type":"advice"}

The candidates are those of the shortest prefix of slots of which at least `generate.target` pass the filter. What the
filter says of each is written too, so that it is decided once: {"detail":null,"id":"s00012-1",…,"reason":null}
"""

import argparse
import sys
from pathlib import Path

from seedbed.exchange.result import Outcome, refuse_failures
from seedbed.filtering.filter import load_filter
from seedbed.filtering.rules import fields_of
from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.project.params import load_params, speaker
from seedbed.project.prompts import load_prompt
from seedbed.sending.asker import Asker
from seedbed.steps.generating import hunt
from seedbed.store.transcripts import transcript
from seedbed.util.errors import run
from seedbed.util.rows import Row, read_rows, writing_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--decisions", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()
    params = load_params()
    refuse_unknown_names(params, "filter")
    settings, to, prompt = params["generate"], speaker(params, "generate"), load_prompt("generate")
    seeds = {row["id"]: row for row in read_rows(args.seeds, "edited_task")}
    questions = read_rows(args.questions, "edited_question")
    slots, failed = 0, list[Outcome[Row]]()
    with (
        load_filter(params, seeds.values(), questions, prompt) as filter,
        Asker("generate", params, to, settings["max_attempts"]) as asker,
        transcript(args.transcript, asker.store) as record,
        writing_rows(args.out, "candidate") as write,
        writing_rows(args.decisions, "decision") as decide,
    ):
        for decided, outcome in hunt(asker, seeds, filter, prompt, to, settings):
            for candidate, rejection in decided:
                write(candidate)
                decide({"id": candidate["id"], **fields_of(rejection)})
            record(outcome)
            slots += 1
            failed += [outcome] if outcome.failure else []
        refuse_failures("generate", failed, slots, settings["max_failed"])
    print(f"generate: {slots} slots", file=sys.stderr)


if __name__ == "__main__":
    run(main)
