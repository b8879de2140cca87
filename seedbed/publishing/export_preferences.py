"""`seedbed export preferences FILE`: preference pairs for DPO trainers.

    {"prompt": [{"role": "user", "content": "…"}], "chosen": [{"role": "assistant", "content": "…"}], "rejected": [{…}],
     "margin": 1.0, "judge": "judge", "judge_model": "gpt-4.1", "question": "fermi-01", "turn": 1, "category": "fermi",
     "chosen_model": "good", "rejected_model": "thin"}

A pair is written where a judge prefers the same answer in both orders, and no other judge of the jury the other one in both.
`judge_model` is the model of each judge in `judge`, null where recorded verdicts do not say it.
Of a conversation, `prompt` is what both have in common; `chosen` and `rejected` go on from there to the judged turn.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK, read_questions, turns_of
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.row_types import Answer, EditedQuestion, Judgment, MadeBy
from seedbed.publishing.rehearsed import warn_of_stand_in
from seedbed.recorded.fastchat import recorded_turns
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, Rows, read_rows, write_rows
from seedbed.util.words import count

Chat = list[dict[str, str]]
_SIDES = {("ab", "first"): 1, ("ab", "second"): -1, ("ba", "first"): -1, ("ba", "second"): 1}
"""Whom a verdict prefers, by its order: 1 for the model, -1 for the baseline; a tie or no verdict is 0."""
_SLIGHT = 0.5
"""What a slight preference of a five-step verdict adds to the margin, where any other adds 1."""


def export_preferences(file: Path) -> str:
    """Write the pairs of the last build's matches, and return what was written.

    What the stand-in made of it is said on stderr.

    Args:
        file: JSON Lines; must not be there.

    Raises:
        UserError: the file is there, nothing is judged yet, or no verdict prefers an answer.
    """
    if file.exists():
        raise UserError(f"{file}: this file exists already; choose a new file")
    params = load_params()
    pairs, compared, makers = preferences(params)
    if not pairs:
        raise UserError(
            f"none of {count(compared, 'comparison')} prefers the same answer in both orders, so there is no pair to write"
        )
    write_rows(file, pairs, None)
    warn_of_stand_in(makers, "stand_in_trying")
    own = {row["id"] for row in _benchmark()}
    among = sum(pair["question"] in own for pair in pairs)
    summary = f"{file}: {count(len(pairs), 'pair')} of {count(compared, 'comparison')}"
    summary += "; in the others no answer is preferred in both orders"
    if among:
        summary += f"\n{among} of them are on questions of the benchmark: a model trained on these must not be measured by it"
    return summary


def _benchmark() -> list[EditedQuestion]:
    path = paths.edited(BENCHMARK, "question")
    return read_questions(path) if path.is_file() else []


def preferences(params: Params) -> tuple[Rows, int, dict[str, list[MadeBy | None]]]:
    """Return the pairs of all matches, how many comparisons there are (one a match, question and turn), and who made the pairs.

    Raises:
        UserError: a file of the build is missing or not valid.
    """
    questions: dict[str, EditedQuestion] = {row["id"]: row for row in read_questions()}
    answers: dict[str, dict[str, Answer]] = {}
    pairs: Rows = []
    makers: dict[str, list[MadeBy | None]] = {"questions": [], "answers": [], "judgments": []}
    compared = 0
    for match, entry in params["matches"].items():
        compared_here: dict[tuple[str, int], list[Judgment]] = {}
        for row in read_rows(paths.built(paths.judgments(match)), "judgment", unique=None):
            compared_here.setdefault((row["question"], row.get("turn", 1)), []).append(row)
        compared += len(compared_here)
        for model in (entry["model"], entry["baseline"]):
            if model not in answers:
                answers[model] = {row["id"]: row for row in read_rows(paths.built(paths.answers(model)), "answer")}
        for (id, turn), judgments in compared_here.items():
            preferred, margin, judges = _preference(judgments)
            chosen, rejected = (entry["model"], entry["baseline"])[:: 1 if preferred > 0 else -1]
            given = [answers[model][id] for model in (chosen, rejected) if id in answers[model]]
            if not preferred or id not in questions or len(given) < 2:
                continue
            texts = [recorded_turns(row, len(turns_of(questions[id])))[:turn] for row in given]
            if any(len(each) < turn or None in each for each in texts):
                continue
            about = {"question": id, "turn": turn, "category": questions[id]["category"], "judge": ",".join(judges)}
            models = {row["judge"]: row["made_by"].get("model") for row in judgments}
            about |= {"judge_model": ",".join(filter(None, map(models.get, judges))) or None}
            about |= {"margin": margin, "chosen_model": chosen, "rejected_model": rejected}
            asked = turns_of(questions[id])[:turn]
            if pair := _pair(asked, *([text or "" for text in each] for each in texts)):
                pairs.append(pair | about)
                makers["questions"].append(questions[id]["made_by"])
                makers["answers"] += [row["made_by"] for row in given]
                makers["judgments"] += [row["made_by"] for row in judgments]
    return pairs, compared, makers


def _preference(judgments: Sequence[Judgment]) -> tuple[int, float, list[str]]:
    """Return whom the judges prefer (1 the model, -1 the baseline, 0 neither), the margin, and who says so in both orders.

    The margin is the mean over all judges and orders of the preference, a slight one counting half: 0 to 1.
    """
    sides: dict[str, dict[str, int]] = {}
    total = 0.0
    for row in judgments:
        side = _SIDES.get((row["order"], row["verdict"]), 0)
        sides.setdefault(row["judge"], {})[row["order"]] = side
        total += side * (_SLIGHT if row.get("strength") == "slight" else 1)
    agreed = {
        judge: orders["ab"] for judge, orders in sides.items() if orders.get("ab") and orders.get("ab") == orders.get("ba")
    }
    if len({*agreed.values()}) != 1:
        return 0, 0.0, []
    side = next(iter(agreed.values()))
    return side, round(side * total / len(judgments), 4), sorted(agreed)


def _pair(asked: Sequence[str], chosen: Sequence[str], rejected: Sequence[str]) -> Row | None:
    """Return prompt, chosen and rejected of two conversations; None where their answers are the same."""
    better, worse = (list(_conversation(asked, answers)) for answers in (chosen, rejected))
    shared = next((place for place, (a, b) in enumerate(zip(better, worse, strict=True)) if a != b), None)
    return None if shared is None else {"prompt": better[:shared], "chosen": better[shared:], "rejected": worse[shared:]}


def _conversation(asked: Sequence[str], answers: Sequence[str]) -> Iterator[dict[str, str]]:
    for question, answer in zip(asked, answers, strict=True):
        yield {"role": "user", "content": question}
        yield {"role": "assistant", "content": answer}
