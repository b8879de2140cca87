"""answer: one model's answer to one question; asked for, or recorded.

{"failure":null,"id":"fermi-01","made_by":{…},"model":"good","request":"9f2c…","text":"大阪市の面積は…"}
"""

import argparse
from pathlib import Path

from seedbed.exchange.result import refuse_failures
from seedbed.project.params import Params, load_params, speaker
from seedbed.project.prompts import load_prompt
from seedbed.sending.asker import Asker
from seedbed.steps.answering import build, read, recorded
from seedbed.store.transcripts import transcript
from seedbed.util.errors import run
from seedbed.util.rows import Row, read_rows, write_rows, write_text


def ask(questions: list[Row], model: str, params: Params, transcript_path: Path) -> list[Row]:
    """Return the answers of an endpoint's model, and write the transcript."""
    to, settings, stage = speaker(params, f"models.{model}"), params["answer"], f"answer@{model}"
    requests = build(questions, to, load_prompt("answer"))
    with Asker(stage, params, to, settings["max_attempts"]) as asker, transcript(transcript_path, asker.store) as record:
        outcomes = asker.ask(requests, read)
        for outcome in outcomes:
            record(outcome)
        refuse_failures(stage, [o for o in outcomes if o.failure], len(outcomes), settings["max_failed"])
    common = {"model": model, "made_by": to.made_by}
    return [{"id": o.request.id, "text": o.value, "failure": o.failure, "request": o.request.key} | common for o in outcomes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="id of a model in params.yaml")
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcript", type=Path, required=True)
    args = parser.parse_args()

    params = load_params()
    questions = list(read_rows(args.questions, "edited_question"))
    recording = params["models"][args.model].get("recorded")
    if recording:
        answers = recorded(questions, args.model, Path(recording))
        write_text(args.transcript, "")
    else:
        answers = ask(questions, args.model, params, args.transcript)
    write_rows(args.out, answers, "answer")


if __name__ == "__main__":
    run(main)
