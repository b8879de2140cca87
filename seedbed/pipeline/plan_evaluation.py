"""What `plan` sees of the stages that evaluate: `answer`, `judge`, `score`."""

from pathlib import Path

from seedbed.pipeline.planning import Known, Planning
from seedbed.project import paths
from seedbed.project.again import read_again
from seedbed.project.model_settings import answer_stage, answering_models, answering_settings, judge_settings
from seedbed.steps import answering, judging, retesting, scoring
from seedbed.steps.conversations import look_at_turns
from seedbed.steps.readers import reader_of
from seedbed.steps.verdicts import verdict_form
from seedbed.training.weights import weights_hash
from seedbed.util.rows import read_rows


def plan_answers(planning: Planning, model: str, questions: Known) -> Known:
    """Return a model's answers; one that is not there yet has a text of its own that stands for it."""
    plan = planning.add(answer_stage(planning.params, model))
    if not plan.why:
        return Known(list(read_rows(paths.answers(model), "answer")), set())
    if file := planning.params["models"].get(model, {}).get("recorded"):
        return Known(answering.recorded(questions.rows, model, Path(file)), set())
    weights, known = _weights(planning, model)
    to, unknown = answering_settings(planning.params, model, weights), set() if known else {row["id"] for row in questions.rows}
    questions = Known(questions.rows, questions.open | unknown)
    looker = planning.looker(plan, to, planning.params["answer"]["max_attempts"])
    results, guessed = look_at_turns(plan.stage, planning.params, model, to, questions.rows, looker)
    open = set(questions.open)  # questions that depend on a missing reply
    resting = set(questions.open)  # and the requests that do: all of an open question but the first that is missing
    for result in results:
        question, _ = answering.question_and_turn(result.request.id)
        resting |= {result.request.id} if question in open else set()
        open |= set() if result.settled else {question}
    planning.count(plan, results, resting, to, planning.params["answer"])
    return Known(answering.answered(model, to, guessed), open)


def _weights(planning: Planning, model: str) -> tuple[str | None, bool]:
    """Return the hash of the weights that answer as a model, and whether it is known: not before they are trained."""
    kind = answering_models(planning.params)[model]
    if kind == "models":
        return None, True
    if kind == "bases":
        return weights_hash(planning.params["bases"][model], None), True
    folder = paths.adapter(model)
    if planning.status.why(f"train@{model}") or not folder.is_dir():
        return None, False
    return weights_hash(planning.params["bases"][planning.params["trained"][model]["base"]], folder), True


def plan_judge(planning: Planning, match: str, questions: Known, answers: dict[str, Known]) -> None:
    """Count the comparisons that `judge@match` would ask for."""
    plan, sides = planning.add(f"judge@{match}"), planning.params["matches"][match]
    if not plan.why or "recorded" in sides:
        return
    shown = judging.beside(questions.rows, paths.references(planning.params["language"]), planning.params)
    model, baseline = answers[sides["model"]], answers[sides["baseline"]]
    by_id = ({row["id"]: row for row in model.rows}, {row["id"]: row for row in baseline.rows})
    prompts, again = judging.load_prompts(verdict_form(planning.params)), read_again(plan.stage)
    read = reader_of(plan.stage, planning.params)
    open_ids = questions.open | model.open | baseline.open
    for judge, to in judge_settings(planning.params).items():
        once = judging.build(questions.rows, by_id, shown, prompts, to, again, judge)
        requests = retesting.with_retests(match, once, planning.params["judge"].get("retest", 0))
        open = {name for row in questions.rows if row["id"] in open_ids for name in judging.request_ids(row, judge)}
        open |= {retesting.retest_id(name) for name in open}
        results = planning.looker(plan, to, planning.params["judge"]["max_attempts"]).ask(requests, read)
        planning.count(plan, results, open, to, planning.params["judge"])


def plan_score(planning: Planning, model: str, questions: Known, answers: Known) -> None:
    """Count the ratings that `score@model` would ask for."""
    plan = planning.add(f"score@{model}")
    if not plan.why or "recorded" in planning.params["scores"][model]:
        return
    shown = judging.beside(questions.rows, paths.references(planning.params["language"]), planning.params)
    by_id, open_ids = {row["id"]: row for row in answers.rows}, questions.open | answers.open
    for judge, to in judge_settings(planning.params).items():
        requests = scoring.build(questions.rows, by_id, shown, scoring.load_prompts(), to, read_again(plan.stage), judge)
        open = {name for row in questions.rows if row["id"] in open_ids for name in scoring.score_ids(row, judge)}
        results = planning.looker(plan, to, planning.params["judge"]["max_attempts"]).ask(requests, scoring.read)
        planning.count(plan, results, open, to, planning.params["judge"])
