"""`seedbed plan`: what would `dvc repro` send now, and what would it cost? Sends nothing, changes nothing.

The functions that the stages call run in memory, with an asker that only looks: into the store, and into the transcripts
that `dvc.lock` names, which it brings into the DVC cache from the DVC remote as a build would. A reply that is missing is a
placeholder; what rests on one is counted all the same, as "at most", since the reply may come back the same as before.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from seedbed.pipeline.plan_data import plan_as_translated, plan_post_edit, plan_questions, plan_translate
from seedbed.pipeline.plan_evaluation import plan_answers, plan_judge, plan_score
from seedbed.pipeline.plan_generation import plan_generate
from seedbed.pipeline.planning import Planning, StagePlan
from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.project import paths
from seedbed.project.corpora import question_corpora
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.sending.budget import dollars_from, limits
from seedbed.store.store import Store
from seedbed.util.errors import UserError


class Plan:
    """The plan of a build.

    Args:
        targets: the stages to build, with all that they rest on; the whole pipeline where none are named.
        store: where to look for responses; the project's own store by default.
        gather: a stage whose missing requests are wanted themselves; None for numbers alone.

    Attributes:
        params: the whole of `params.yaml`.
        status: what changed since the last build, by stage.
        stages: those that would run, in the order of the pipeline.
        ready: by key, what the stage `gather` lacks and whose content is known: (the stage that it is asked as, request).

    Raises:
        UserError: params, prompts or data have a mistake: the build would stop there; or a target is no stage.
    """

    def __init__(self, targets: Sequence[str] = (), store: Path | None = None, gather: str | None = None) -> None:
        self.params = load_params()
        refuse_unknown_names(self.params)
        with Store(store or paths.store(), read_only=True) as opened:
            planning = Planning(self.params, opened, gather)
            needed = planning.status.needed_by(targets or planning.status.names)
            _walk(planning, needed)
        self.status, self.ready = planning.status, planning.ready
        self.stages = [plan for plan in _in_order(planning) if _stage_of(plan) in needed]

    @property
    def total(self) -> tuple[int, bool, float | None]:
        """(requests with the expected top-up, whether some are "at most", dollars or None where a price is unknown)."""
        requests = sum(plan.new + (plan.top_up[0] if plan.top_up else 0) for plan in self.stages)
        prices = [plan.dollars for plan in self.stages]
        dollars = None if None in prices else sum(price for price in prices if price is not None)
        return requests, any(plan.at_most or plan.top_up for plan in self.stages), dollars

    def check_budget(self) -> None:
        """Raise `UserError` where the plan exceeds the budget of `params.yaml` or `SEEDBED_BUDGET_USD`."""
        usd, allowed = limits(self.params)
        requests, _, dollars = self.total
        if allowed is not None and requests > allowed:
            raise UserError(
                f"the plan has {requests} requests, the budget allows {allowed} (budget.requests): raise it, or build less; "
                "`seedbed plan` says what for"
            )
        if usd is not None and dollars is None:
            stages = ", ".join(plan.stage for plan in self.stages if plan.dollars is None)
            raise UserError(
                f"there is a dollar budget, and no price for the model of {stages}; add it to prices in params.yaml"
            )
        if usd is not None and dollars is not None and dollars > usd:
            raise UserError(
                f"the plan costs about ${dollars:.4f}, the budget allows ${usd:g} ({dollars_from()}): raise it, or build less; "
                "`seedbed plan` says what for"
            )


def _walk(planning: Planning, needed: set[str]) -> None:
    """Plan every stage that asks a model, along the pipeline; seeds and generations only where they are needed."""
    params = planning.params
    read = [*question_corpora(params), *(name for name in params["corpora"] if f"translate@{name}" in needed)]
    corpora = {name: plan_translate(planning, name) for name in params["corpora"] if name in read}
    questions = plan_questions(planning, corpora)
    if generations := {name: each for name, each in params["generations"].items() if f"generate@{name}" in needed}:
        seeds = {
            "edited": plan_post_edit(planning, "seed_tasks", corpora["seed_tasks"]),
            "machine": plan_as_translated(corpora["seed_tasks"]),
        }
        for name, generation in generations.items():
            plan_generate(planning, name, seeds[generation["seeds"]], questions)
    answers = {model: plan_answers(planning, model, questions) for model in answering_models(params)}
    for match in params["matches"]:
        plan_judge(planning, match, questions, answers)
    for model in params["scores"]:
        plan_score(planning, model, questions, answers[model])


def _in_order(planning: Planning) -> list[StagePlan]:
    """Return what was planned, and the stages that ask nothing and would run, in the order of the pipeline."""
    planned, status = {plan.stage for plan in planning.stages}, planning.status
    rest = [StagePlan(name, why=why) for name in status.names if name not in planned and (why := status.why(name))]
    order = {name: place for place, name in enumerate(status.names)}
    return sorted([*planning.stages, *rest], key=lambda plan: order.get(_stage_of(plan), len(order)))


def _stage_of(plan: StagePlan) -> str:
    """Return the stage of the pipeline that a plan is of: embeddings and outputs are asked for by `generate`."""
    return re.sub("^(embed|outputs)@", "generate@", plan.stage)
