"""What `plan` sees of `generate`, and of the outputs and embeddings that it asks for."""

from functools import partial

from seedbed.exchange.costs import Estimator, Tokens
from seedbed.exchange.requests import Request
from seedbed.exchange.result import allowed_failures
from seedbed.filtering.filter import SEMANTIC
from seedbed.pipeline.planning import Known, Planning, StagePlan
from seedbed.project import paths
from seedbed.project.model_settings import embedding_settings, model_settings, writes_outputs_apart
from seedbed.project.prompts import load_prompt
from seedbed.steps import outputs as outputs_apart
from seedbed.steps.embedding import MAX_ATTEMPTS, Embedder
from seedbed.steps.outlook import look_ahead
from seedbed.steps.outputs import OutputWriter

_IN_REPLY = {
    f"{paths.PARAMS}: labels.task": f"{paths.PARAMS}: labels.task, to which every reply is held: all slots are asked anew"
}
"""What a reason of `generate` means for its requests, where its name does not say so."""
_EMBEDDED_TOKENS = 60
"""Assumed of a text that is to be embedded and is not there yet."""
_ANSWERED_TOKENS = 300
"""Assumed of an instruction that is not there yet, with its prompt, and of its output."""


def plan_generate(planning: Planning, name: str, seeds: Known, questions: Known) -> None:
    """Count the slots that `generate@name` would ask, as far as can be seen."""
    plan, settings, to = (
        planning.add(f"generate@{name}"),
        planning.params["generate"],
        model_settings(planning.params, "generate"),
    )
    if not plan.why:
        return
    plan.why = [_IN_REPLY.get(why, why) for why in plan.why]
    embed, outputs = _embedder(planning, plan), _output_writer(planning, plan)
    outlook = look_ahead(
        name,
        planning.params,
        {row["id"]: row for row in seeds.rows},
        questions.rows,
        planning.looker(plan, to, settings["max_attempts"]),
        partial(Estimator(planning.store.seen([plan.stage])).tokens, plan.stage),
        outputs,
        embed,
        seeds.open,
    )
    planning.keep(plan.stage, plan.stage, outlook.ready)
    plan.stored, plan.failing = outlook.stored, outlook.failing
    plan.new, plan.rows, plan.tokens = len(outlook.new), outlook.new, outlook.tokens
    plan.repeated, plan.at_most = outlook.repeated, outlook.at_most
    if outlook.requests:
        plan.top_up = (outlook.expected, outlook.most)
    plan.stops = plan.failing > allowed_failures(outlook.slots, settings["max_failed"])
    plan.dollars = planning.dollars(plan.tokens, to, bool(plan.new or plan.top_up))
    unwritten = outlook.requests * settings["per_slot"]
    if outputs:
        _count_outputs(planning, f"outputs@{name}", plan, outputs, unwritten)
        unwritten += len(outputs.open)
    if embed:
        _count_embeddings(planning, f"embed@{name}", plan, embed, unwritten)


def _output_writer(planning: Planning, plan: StagePlan) -> OutputWriter | None:
    """Return what looks outputs up; None where the model that writes an instruction writes its output too."""
    if not writes_outputs_apart(planning.params):
        return None
    to = model_settings(planning.params, outputs_apart.BLOCK)
    looker = planning.looker(plan, to, planning.params["generate"]["max_attempts"])
    return OutputWriter(looker, to, load_prompt(outputs_apart.PROMPT))


def _count_outputs(planning: Planning, stage: str, generate: StagePlan, outputs: OutputWriter, unwritten: int) -> None:
    """Count the outputs that a generation would ask for.

    Args:
        planning: the plan so far.
        stage: what they are asked as.
        generate: the plan of the generation.
        outputs: what looked for those of the instructions that are there.
        unwritten: instructions that are not there yet, at most.
    """
    plan, to = StagePlan(stage, why=generate.why), model_settings(planning.params, outputs_apart.BLOCK)
    planning.stages.append(plan)
    estimator = Estimator(planning.store.seen([stage]))
    planning.keep(generate.stage, stage, (result.request for result in outputs.open))
    plan.stored, plan.failing = outputs.stored, outputs.failed
    plan.new, plan.at_most = len(outputs.open) + unwritten, unwritten > 0
    plan.rows = [result.request.id for result in outputs.open]
    for result in outputs.open:
        plan.tokens += estimator.tokens(stage, result.request)
    average = plan.tokens.input / len(outputs.open) if outputs.open else _ANSWERED_TOKENS
    plan.tokens += Tokens(average * unwritten, _ANSWERED_TOKENS * unwritten)
    plan.dollars = planning.dollars(plan.tokens, to, bool(plan.new))


def _embedder(planning: Planning, plan: StagePlan) -> Embedder | None:
    """Return what looks embeddings up; None where no rule takes any."""
    if SEMANTIC not in planning.params["filter"]["rules"]:
        return None
    to = embedding_settings(planning.params)
    return Embedder(planning.looker(plan, to, MAX_ATTEMPTS), to)


def _count_embeddings(planning: Planning, stage: str, generate: StagePlan, embed: Embedder, unwritten: int) -> None:
    """Count the embeddings that a generation would ask for.

    Args:
        planning: the plan so far.
        stage: what they are asked as.
        generate: the plan of the generation.
        embed: what looked for those of the seeds and of the candidates that are there.
        unwritten: candidates that are not there yet, at most.
    """
    plan, to = StagePlan(stage, why=generate.why), embedding_settings(planning.params)
    planning.stages.append(plan)
    estimator = Estimator(planning.store.seen([stage]))
    planning.keep(generate.stage, stage, (result.request for result in embed.open))
    plan.stored, plan.failing = embed.stored, embed.failed
    asked: dict[str, Request] = {}
    for result in embed.open:
        asked.setdefault(result.request.key, result.request)  # equal texts are sent once
    plan.new, plan.at_most = len(asked) + unwritten, unwritten > 0
    plan.rows = [request.id for request in asked.values()]
    for request in asked.values():
        plan.tokens += estimator.tokens(stage, request)
    average = plan.tokens.input / len(asked) if asked else _EMBEDDED_TOKENS
    plan.tokens += Tokens(average * unwritten, 0)
    plan.dollars = planning.dollars(plan.tokens, to, bool(plan.new or plan.top_up))
