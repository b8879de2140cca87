"""`seedbed plan`: what would `dvc repro` send now, and what would it cost? Sends nothing, changes nothing.

The functions that the stages call run in memory, with an asker that only looks: into the store, and into the transcripts
that `dvc.lock` names, which it brings into the DVC cache from the DVC remote as a build would. A reply that is missing is a
placeholder; what rests on one is counted all the same, as "at most", since the reply may come back the same as before.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from seedbed.exchange.costs import Estimator, Tokens, price_of
from seedbed.exchange.requests import Request
from seedbed.exchange.result import Result, allowed_failures
from seedbed.filtering.filter import SEMANTIC
from seedbed.pipeline.looker import StageLooker, locked_responses
from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.pipeline.status import Status
from seedbed.project import paths
from seedbed.project.again import read_again
from seedbed.project.corpora import foreign, question_corpora, read_corpus, status_of
from seedbed.project.edits import read_edits
from seedbed.project.model_settings import (
    ModelSettings,
    answer_stage,
    answering_models,
    answering_settings,
    embedding_settings,
    in_process,
    judge_settings,
    model_settings,
    server,
    writes_outputs_apart,
)
from seedbed.project.params import load_params
from seedbed.project.params_types import Attempts
from seedbed.project.prompts import load_prompt
from seedbed.project.row_types import Edited
from seedbed.sending.budget import dollars_from, limits
from seedbed.steps import answering, judging, post_editing, retesting, scoring, translating
from seedbed.steps import outputs as outputs_apart
from seedbed.steps.embedding import MAX_ATTEMPTS, Embedder
from seedbed.steps.outlook import look_ahead
from seedbed.steps.outputs import OutputWriter
from seedbed.steps.readers import reader_of
from seedbed.steps.verdicts import verdict_form
from seedbed.store.store import Store
from seedbed.training.weights import weights_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows

_IN_REPLY = {
    f"{paths.PARAMS}: labels.task": f"{paths.PARAMS}: labels.task, to which every reply is held: all slots are asked anew"
}
"""What a reason of `generate` means for its requests, where its name does not say so."""
_EMBEDDED_TOKENS = 60
"""Assumed of a text that is to be embedded and is not there yet."""
_ANSWERED_TOKENS = 300
"""Assumed of an instruction that is not there yet, with its prompt, and of its output."""
_GUESS = "…" * 200
"""Stands for a text that is not there yet; about as long as one."""


@dataclass
class StagePlan:
    """What one stage would do.

    Attributes:
        stage: its name.
        why: what changed, in words; empty where the stage would not run.
        stored: requests that the store would serve.
        failing: those, among `stored`, of which no reply was usable: they will fail again.
        stops: whether those are more than `max_failed` allows, so that the stage would stop and send nothing.
        new: requests that would be sent.
        repeated: requests, among `new`, that ask again after an unusable reply.
        at_most: whether some of `new` rest on a reply that is not there yet.
        rows: the rows that `new` requests are for.
        top_up: `generate` only: (expected, at most) slots beyond `new`, to make up for what the filter rejects.
        tokens: estimated, of `new` and the expected top-up.
        dollars: what they cost; None where the price is unknown.
    """

    stage: str
    why: list[str] = field(default_factory=list)
    stored: int = 0
    failing: int = 0
    stops: bool = False
    new: int = 0
    repeated: int = 0
    at_most: bool = False
    rows: list[str] = field(default_factory=list)
    top_up: tuple[int, int] | None = None
    tokens: Tokens = field(default_factory=lambda: Tokens(0, 0))
    dollars: float | None = 0.0

    @property
    def asks(self) -> bool:
        """Whether the stage has any request, from the store or to send."""
        return bool(self.stored or self.new or self.top_up)


@dataclass(frozen=True)
class Known:
    """What is known of a step's rows before the build.

    Attributes:
        rows: as they are, or as they are guessed to be.
        open: ids of those that rest on a reply that is not there yet.
    """

    rows: list[Any]
    open: set[str]


class Plan:
    """The plan of a whole build.

    Args:
        store: where to look for responses; the project's own store by default.
        gather: a stage whose missing requests are wanted themselves; None for numbers alone.

    Attributes:
        ready: by key, what the stage `gather` lacks and whose content is known: (the stage that it is asked as, request).

    Raises:
        UserError: params, prompts or data have a mistake: the build would stop there.
    """

    def __init__(self, store: Path | None = None, gather: str | None = None) -> None:
        self._gather = gather
        self.ready: dict[str, tuple[str, Request]] = {}
        self.params = load_params()
        refuse_unknown_names(self.params)
        self.status = Status()
        self.stages: list[StagePlan] = []
        with Store(store or paths.store(), read_only=True) as opened:
            self._store = opened
            self._locked = locked_responses(opened)
            self._plan()
        self._add_rest()

    def _plan(self) -> None:
        corpora = {name: self._translate(name) for name in self.params["corpora"]}
        seeds = {"edited": self._post_edit("seed_tasks", corpora["seed_tasks"])}
        seeds["machine"] = self._as_translated(corpora["seed_tasks"])
        questions = self._questions(corpora)
        for name, generation in self.params["generations"].items():
            self._generate(name, seeds[generation["seeds"]], questions)
        answers = {model: self._answers(model, questions) for model in answering_models(self.params)}
        for match in self.params["matches"]:
            self._judge(match, questions, answers)
        for model in self.params["scores"]:
            self._score(model, questions, answers[model])

    def _add_rest(self) -> None:
        """Add the stages that ask nothing and would run, and bring all into the order of the pipeline."""
        planned = {plan.stage: plan for plan in self.stages}
        rest = [
            StagePlan(name, why=why) for name in self.status.names if name not in planned and (why := self.status.why(name))
        ]
        order = {name: place for place, name in enumerate(self.status.names)}
        # Embeddings and outputs are asked for by the stage that they are of.
        self.stages = sorted(
            [*self.stages, *rest], key=lambda plan: order.get(re.sub("^(embed|outputs)@", "generate@", plan.stage), len(order))
        )

    def _keep(self, stage: str, asked_as: str, requests: Iterable[Request]) -> None:
        """Keep the missing requests of `stage` where they are wanted; `outputs@…` and `embed@…` are asked by another stage."""
        if stage == self._gather:
            self.ready.update((request.key, (asked_as, request)) for request in requests)

    def _add(self, stage: str) -> StagePlan:
        plan = StagePlan(stage, why=self.status.why(stage))
        self.stages.append(plan)
        return plan

    def _looker(self, plan: StagePlan, to: ModelSettings, attempts: int) -> StageLooker:
        """Return what looks for the replies of a stage; what would stop the build there becomes one of the plan's reasons."""

        def say(why: str) -> None:
            if why not in plan.why:
                plan.why = [*plan.why, why]

        return StageLooker(plan.stage, self._store, self._locked, in_process(self.params, to), attempts, say)

    def _count(
        self, plan: StagePlan, results: Sequence[Result[Any]], open: set[str], to: ModelSettings, attempts: Attempts
    ) -> None:
        """Add a model's results to its stage's plan; the requests of `open` rows are missing whatever the store says."""
        estimator = Estimator(self._store.seen([plan.stage]))
        seen: set[str] = set()
        failing, tokens = 0, Tokens(0, 0)
        for result in results:
            if result.settled and result.request.id not in open:
                plan.stored += 1
                failing += result.failure is not None
            elif result.request.key not in seen:
                seen.add(result.request.key)
                plan.new += 1
                plan.repeated += result.request.attempt > 1
                plan.at_most = plan.at_most or result.request.id in open
                plan.rows.append(result.request.id)
                tokens += estimator.tokens(plan.stage, result.request)
        missing = (result.request for result in results if not result.settled and result.request.id not in open)
        self._keep(plan.stage, plan.stage, missing)
        plan.failing += failing
        plan.stops = plan.stops or failing > allowed_failures(len(results), attempts["max_failed"])
        plan.tokens += tokens
        dollars = self._dollars(tokens, to, bool(seen))
        plan.dollars = None if plan.dollars is None or dollars is None else plan.dollars + dollars

    def _dollars(self, tokens: Tokens, to: ModelSettings, asks: bool) -> float | None:
        """Return what tokens cost; None where something is asked at an unknown price."""
        price = price_of(self.params, to.endpoint, to.model)
        batch = server(self.params, to).get("mode") == "batch"
        return price.dollars(tokens, batch) if price else (None if asks else 0.0)

    def _translate(self, name: str) -> Known:
        """Return the rows of `translate@name`; where a translation is not there yet, a text of its own stands for it."""
        corpus, plan = self.params["corpora"][name], self._add(f"translate@{name}")
        kind, to = corpus["kind"], model_settings(self.params, "translate")
        if not plan.why:
            return Known(list(read_rows(paths.translated(name), f"translated_{kind}")), set())
        rows = list(read_corpus(Path(corpus["source"]), kind, self.params))
        to_translate = foreign(rows, corpus, self.params)
        if not to_translate:
            return Known(list(translating.translated(rows, kind, to, [])), set())
        shown = translating.beside(name, to_translate, kind, self.params)
        requests = translating.build(to_translate, kind, to, translating.load_prompts(kind), read_again(plan.stage), shown)
        results = self._looker(plan, to, self.params["translate"]["max_attempts"]).ask(
            requests, reader_of(plan.stage, self.params, rows)
        )
        self._count(plan, results, set(), to, self.params["translate"])
        open = {result.request.id for result in results if not result.settled}
        out = translating.translated(rows, kind, to, results, shown)
        return Known([row | {"translation": _guess(row["source"])} if row["id"] in open else row for row in out], open)

    def _post_edit(self, name: str, translated: Known) -> Known:
        """Return the rows of `post_edit@name`; one whose text is not known yet is open."""
        kind = self.params["corpora"][name]["kind"]
        if not translated.open and not self.status.why(f"post_edit@{name}"):
            return Known(list(read_rows(paths.edited(name, kind), f"edited_{kind}")), set())
        edits = read_edits(paths.edits(name, self.params["language"]), kind)
        settings = self.params["post_edit"]
        # An edit of a source that stands keeps its text, and a rejection holds, whatever the machine will say.
        status = {row["id"]: status_of(row, edits.get(row["id"])) for row in translated.rows}
        open = {id for id in translated.open if status[id] not in ("edited", "outdated", "rejected")}
        rows: list[Edited] = []
        for row in translated.rows:
            policy = "use" if row["id"] in open else settings["unreviewed"]
            rows += post_editing.edited([row], edits, kind, policy, settings.get("require", "edited"))
        return Known(rows, open)

    def _questions(self, translated: dict[str, Known]) -> Known:
        """Return the edited questions of every corpus, in the order in which stages read them."""
        known = [self._post_edit(name, translated[name]) for name in sorted(question_corpora(self.params))]
        return Known([row for each in known for row in each.rows], {id for each in known for id in each.open})

    def _as_translated(self, translated: Known) -> Known:
        return Known(list(post_editing.as_translated(translated.rows, "task")), translated.open)

    def _generate(self, name: str, seeds: Known, questions: Known) -> None:
        """Count the slots that `generate@name` would ask, as far as can be seen."""
        plan, settings, to = self._add(f"generate@{name}"), self.params["generate"], model_settings(self.params, "generate")
        if not plan.why:
            return
        plan.why = [_IN_REPLY.get(why, why) for why in plan.why]
        embed, outputs = self._embedder(plan), self._output_writer(plan)
        outlook = look_ahead(
            name,
            self.params,
            {row["id"]: row for row in seeds.rows},
            questions.rows,
            self._looker(plan, to, settings["max_attempts"]),
            partial(Estimator(self._store.seen([plan.stage])).tokens, plan.stage),
            outputs,
            embed,
            seeds.open,
        )
        self._keep(plan.stage, plan.stage, outlook.ready)
        plan.stored, plan.failing = outlook.stored, outlook.failing
        plan.new, plan.rows, plan.tokens = len(outlook.new), outlook.new, outlook.tokens
        plan.repeated, plan.at_most = outlook.repeated, outlook.at_most
        if outlook.requests:
            plan.top_up = (outlook.expected, outlook.most)
        plan.stops = plan.failing > allowed_failures(outlook.slots, settings["max_failed"])
        plan.dollars = self._dollars(plan.tokens, to, bool(plan.new or plan.top_up))
        unwritten = outlook.requests * settings["per_slot"]
        if outputs:
            self._count_outputs(f"outputs@{name}", plan, outputs, unwritten)
            unwritten += len(outputs.open)
        if embed:
            self._count_embeddings(f"embed@{name}", plan, embed, unwritten)

    def _output_writer(self, plan: StagePlan) -> OutputWriter | None:
        """Return what looks outputs up; None where the model that writes an instruction writes its output too."""
        if not writes_outputs_apart(self.params):
            return None
        to = model_settings(self.params, outputs_apart.BLOCK)
        looker = self._looker(plan, to, self.params["generate"]["max_attempts"])
        return OutputWriter(looker, to, load_prompt(outputs_apart.PROMPT))

    def _count_outputs(self, stage: str, generate: StagePlan, outputs: OutputWriter, unwritten: int) -> None:
        """Count the outputs that a generation would ask for.

        Args:
            stage: what they are asked as.
            generate: the plan of the generation.
            outputs: what looked for those of the instructions that are there.
            unwritten: instructions that are not there yet, at most.
        """
        plan, to = StagePlan(stage, why=generate.why), model_settings(self.params, outputs_apart.BLOCK)
        self.stages.append(plan)
        estimator = Estimator(self._store.seen([stage]))
        self._keep(generate.stage, stage, (result.request for result in outputs.open))
        plan.stored, plan.failing = outputs.stored, outputs.failed
        plan.new, plan.at_most = len(outputs.open) + unwritten, unwritten > 0
        plan.rows = [result.request.id for result in outputs.open]
        for result in outputs.open:
            plan.tokens += estimator.tokens(stage, result.request)
        average = plan.tokens.input / len(outputs.open) if outputs.open else _ANSWERED_TOKENS
        plan.tokens += Tokens(average * unwritten, _ANSWERED_TOKENS * unwritten)
        plan.dollars = self._dollars(plan.tokens, to, bool(plan.new))

    def _embedder(self, plan: StagePlan) -> Embedder | None:
        """Return what looks embeddings up; None where no rule takes any."""
        if SEMANTIC not in self.params["filter"]["rules"]:
            return None
        to = embedding_settings(self.params)
        return Embedder(self._looker(plan, to, MAX_ATTEMPTS), to)

    def _count_embeddings(self, stage: str, generate: StagePlan, embed: Embedder, unwritten: int) -> None:
        """Count the embeddings that a generation would ask for.

        Args:
            stage: what they are asked as.
            generate: the plan of the generation.
            embed: what looked for those of the seeds and of the candidates that are there.
            unwritten: candidates that are not there yet, at most.
        """
        plan, to = StagePlan(stage, why=generate.why), embedding_settings(self.params)
        self.stages.append(plan)
        estimator = Estimator(self._store.seen([stage]))
        self._keep(generate.stage, stage, (result.request for result in embed.open))
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
        plan.dollars = self._dollars(plan.tokens, to, bool(plan.new or plan.top_up))

    def _answers(self, model: str, questions: Known) -> Known:
        """Return a model's answers; one that is not there yet has a text of its own that stands for it."""
        plan = self._add(answer_stage(self.params, model))
        if not plan.why:
            return Known(list(read_rows(paths.answers(model), "answer")), set())
        if file := self.params["models"].get(model, {}).get("recorded"):
            return Known(answering.recorded(questions.rows, model, Path(file)), set())
        weights, known = self._weights(model)
        to, unknown = answering_settings(self.params, model, weights), set() if known else {row["id"] for row in questions.rows}
        questions = Known(questions.rows, questions.open | unknown)
        asking = (questions.rows, to, load_prompt(answering.PROMPT), read_again(plan.stage))
        looker, read = self._looker(plan, to, self.params["answer"]["max_attempts"]), reader_of(plan.stage, self.params)
        waiting, following = answering.build(*asking), answering.following(*asking)
        results: list[Result[str]] = []
        guesses: list[Result[str]] = []
        open = set(questions.open)  # questions that rest on a reply that is not there yet
        resting = set(questions.open)  # and the requests that do: all of an open question but the first that is missing
        while waiting:
            settled = looker.ask(waiting, read)
            results += settled
            for result in settled:
                question, _ = answering.question_and_turn(result.request.id)
                resting |= {result.request.id} if question in open else set()
                open |= set() if result.settled else {question}
            guessed = [
                result if result.settled else Result(result.request, f"{model} {result.request.id} {_GUESS}")
                for result in settled
            ]
            guesses += guessed
            waiting = following(guessed)
        self._count(plan, results, resting, to, self.params["answer"])
        return Known(answering.answered(model, to, guesses), open)

    def _weights(self, model: str) -> tuple[str | None, bool]:
        """Return the hash of the weights that answer as a model, and whether it is known: not before they are trained."""
        kind = answering_models(self.params)[model]
        if kind == "models":
            return None, True
        if kind == "bases":
            return weights_hash(self.params["bases"][model], None), True
        folder = paths.adapter(model)
        if self.status.why(f"train@{model}") or not folder.is_dir():
            return None, False
        return weights_hash(self.params["bases"][self.params["trained"][model]["base"]], folder), True

    def _judge(self, match: str, questions: Known, answers: dict[str, Known]) -> None:
        plan, sides = self._add(f"judge@{match}"), self.params["matches"][match]
        if not plan.why or "recorded" in sides:
            return
        shown = judging.beside(questions.rows, paths.references(self.params["language"]), self.params)
        model, baseline = answers[sides["model"]], answers[sides["baseline"]]
        by_id = ({row["id"]: row for row in model.rows}, {row["id"]: row for row in baseline.rows})
        prompts, again = judging.load_prompts(verdict_form(self.params)), read_again(plan.stage)
        read = reader_of(plan.stage, self.params)
        open_ids = questions.open | model.open | baseline.open
        for judge, to in judge_settings(self.params).items():
            once = judging.build(questions.rows, by_id, shown, prompts, to, again, judge)
            requests = retesting.with_retests(match, once, self.params["judge"].get("retest", 0))
            open = {name for row in questions.rows if row["id"] in open_ids for name in judging.request_ids(row, judge)}
            open |= {retesting.retest_id(name) for name in open}
            results = self._looker(plan, to, self.params["judge"]["max_attempts"]).ask(requests, read)
            self._count(plan, results, open, to, self.params["judge"])

    def _score(self, model: str, questions: Known, answers: Known) -> None:
        plan = self._add(f"score@{model}")
        if not plan.why or "recorded" in self.params["scores"][model]:
            return
        shown = judging.beside(questions.rows, paths.references(self.params["language"]), self.params)
        by_id, open_ids = {row["id"]: row for row in answers.rows}, questions.open | answers.open
        for judge, to in judge_settings(self.params).items():
            requests = scoring.build(questions.rows, by_id, shown, scoring.load_prompts(), to, read_again(plan.stage), judge)
            open = {name for row in questions.rows if row["id"] in open_ids for name in scoring.score_ids(row, judge)}
            results = self._looker(plan, to, self.params["judge"]["max_attempts"]).ask(requests, scoring.read)
            self._count(plan, results, open, to, self.params["judge"])

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


def _guess(fields: Row) -> Row:
    """Return texts that stand for translations that are not there yet: in no request that was ever sent."""
    return {name: f"{text} {_GUESS}" if text else text for name, text in fields.items()}
