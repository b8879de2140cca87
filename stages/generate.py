"""generate: one candidate instruction, with its slot and its demonstrations.

    {"demonstrations":["email-03",…],"id":"s00012-1","index":1,"input":"","instruction":"…","made_by":{…},
     "output":"…","request":"9f2c…","slot":12,"task_type":"advice","topic":"大掃除","topic_group":"住まい"}

The candidates are those of the shortest prefix of slots of which at least `generate.target` pass the filter. What the
filter says of each is written too, so that it is decided once: {"detail":null,"id":"s00012-1",…,"reason":null}
"""

import argparse
import sys
from pathlib import Path

from seedbed.filtering.filter import load_filter
from seedbed.filtering.rules import fields_of
from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.project import paths
from seedbed.project.corpora import read_questions
from seedbed.project.model_settings import model_settings
from seedbed.project.params import load_params
from seedbed.sending.asker import asking
from seedbed.steps.embedding import embedding
from seedbed.steps.generating import Generation
from seedbed.steps.outlook import forecast_of
from seedbed.steps.outputs import writing_outputs
from seedbed.steps.slots import prompt_of
from seedbed.util.errors import UserError, run
from seedbed.util.rows import read_rows, writing_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generation", required=True, help="id of a generation in params.yaml")
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True, help="folder of the edited questions")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--decisions", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params, stage = load_params(), f"generate@{args.generation}"
    refuse_unknown_names(params, "filter")
    settings, to, prompt = params["generate"], model_settings(params, "generate"), prompt_of(params)
    seeds = {row["id"]: row for row in read_rows(args.seeds, "edited_task")}
    questions = read_questions(args.questions)
    forecast = forecast_of(args.generation, params, seeds, questions)
    gave_up = paths.failed(stage)
    try:
        with (
            embedding(args.generation, params) as embed,
            writing_outputs(args.generation, params) as outputs,
            load_filter(params, seeds.values(), questions, prompt, embed) as filter,
            asking(stage, params, to, settings, args.transcript, forecast) as asked,
            writing_rows(args.out, "candidate", gave_up / "candidates.jsonl") as write,
            writing_rows(args.decisions, "decision", gave_up / "decisions.jsonl") as decide,
        ):
            asked.add(embed.take(seeds) if embed else [])
            for slot in Generation(args.generation, params, seeds, filter, asked.asker, outputs):
                for candidate, rejection in slot.candidates:
                    write(candidate)
                    decide({"id": candidate["id"], **fields_of(rejection)})
                asked.record(slot.result)
                asked.add(outputs.take(slot.number) if outputs else [])
                asked.add(embed.take(candidate["id"] for candidate, _ in slot.candidates) if embed else [])
    except UserError as error:
        words = str(error).removeprefix(f"{stage}: ")
        after = "\n  " if "\n" in words else "; "  # samples of rejected rows stand on lines of their own
        left = f"{after}what came is in {gave_up}/" if (gave_up / "candidates.jsonl").is_file() else ""
        raise UserError(f"{stage}: {words}{left}") from None
    print(f"{stage}: {asked.total} slots", file=sys.stderr)


if __name__ == "__main__":
    run(main)
