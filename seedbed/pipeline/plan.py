"""`seedbed plan`: what would `dvc repro` send now, and what would it cost? Sends nothing, changes nothing.

The stages' own request-building functions run in memory, against a read-only store and the transcripts that `dvc.lock`
names. A reply that is missing is a placeholder; what rests on one is counted all the same, as "at most", since the reply
may come back the same as before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from seedbed.exchange.costs import Estimator, Tokens, price_of
from seedbed.exchange.replies import Response, json_of
from seedbed.exchange.requests import Request
from seedbed.exchange.result import Outcome, Read, T
from seedbed.filtering.filter import load_filter
from seedbed.pipeline.plugin_names import refuse_unknown_names
from seedbed.pipeline.status import Status
from seedbed.project.corpora import read_corpus, status_of
from seedbed.project.edits import edits_path, read_edits
from seedbed.project.params import Params, Speaker, load_params, speaker
from seedbed.project.paths import blob_path, store_path
from seedbed.project.prompts import load_prompt
from seedbed.sending.budget import dollars_from, limits
from seedbed.steps import answering, generating, judging, post_editing, translating
from seedbed.steps.verdicts import judgment_reader
from seedbed.store.store import Store
from seedbed.store.transcripts import locked_transcripts, read_transcript
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows

BUILD = Path("data/build")
ACCEPTANCE = 0.75
"""Assumed share of the generated instructions that pass the filter, before one has been seen."""


@dataclass
class StagePlan:
    """What one stage would do.

    Attributes:
        stage: its name.
        why: what changed, in words; empty where the stage would not run.
        stored: requests that the store would serve.
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
    new: int = 0
    repeated: int = 0
    at_most: bool = False
    rows: list[str] = field(default_factory=list)
    top_up: tuple[int, int] | None = None
    tokens: Tokens = field(default_factory=lambda: Tokens(0, 0))
    dollars: float | None = 0.0


class Plan:
    """The plan of a whole build.

    Raises:
        UserError: params, prompts or data have a mistake: the build would stop there.
    """

    def __init__(self) -> None:
        self.params = load_params()
        refuse_unknown_names(self.params)
        self.status = Status(self.params)
        self.stages: list[StagePlan] = []
        with Store(store_path(), read_only=True) as store:
            self._store = store
            self._locked = _locked_responses(store)
            self._plan()

    def _plan(self) -> None:
        tasks, unsure_tasks = self._corpus("seed_tasks")
        questions, unsure = self._corpus("questions")
        self._translate("baseline")
        self._generate(tasks, unsure_tasks, questions)
        answers = {model: self._answers(model, questions, unsure) for model in self.params["models"]}
        for match in self.params["matches"]:
            self._judge(match, questions, unsure, answers)

    def _add(self, stage: str) -> StagePlan:
        plan = StagePlan(stage, why=self.status.why(stage))
        self.stages.append(plan)
        return plan

    def _settle(self, requests: list[Request], read: Read[T], attempts: int) -> list[Outcome[T]]:
        """Settle what is known, attempt by attempt; the rest stays open."""
        outcomes: list[Outcome[T]] = [Outcome(request) for request in requests]
        waiting = outcomes
        while waiting:
            found = self._store.get(outcome.request.key for outcome in waiting)
            known = [o for o in waiting if o.request.key in found or o.request.key in self._locked]
            for outcome in known:
                key = outcome.request.key
                outcome.take(found.get(key) or self._locked[key], read, attempts)
            waiting = [outcome for outcome in known if not outcome.settled]
        return outcomes

    def _count(self, plan: StagePlan, outcomes: Iterable[Outcome[Any]], unsure: set[str], to: Speaker) -> None:
        """Count a stage's outcomes into its plan; the requests of `unsure` rows are missing whatever the store says."""
        estimator = Estimator(self._store.seen([plan.stage]))
        seen: set[str] = set()
        for outcome in outcomes:
            open_ = not outcome.settled or outcome.request.id in unsure
            if not open_:
                plan.stored += 1
            elif outcome.request.key not in seen:
                seen.add(outcome.request.key)
                plan.new += 1
                plan.repeated += outcome.request.attempt > 1
                plan.at_most = plan.at_most or outcome.request.id in unsure
                plan.rows.append(outcome.request.id)
                plan.tokens += estimator.tokens(plan.stage, outcome.request)
        self._price(plan, to)

    def _price(self, plan: StagePlan, to: Speaker) -> None:
        price = price_of(self.params, to.endpoint, to.model)
        batch = self.params["endpoints"][to.endpoint].get("mode") == "batch"
        plan.dollars = price.dollars(plan.tokens, batch) if price else (None if plan.new or plan.top_up else 0.0)

    def _translate(self, name: str) -> tuple[list[Row], set[str]]:
        """Return the rows of `translate@name` and the ids of those whose translation is not there yet."""
        corpus, plan = self.params["corpora"][name], self._add(f"translate@{name}")
        kind, to = corpus["kind"], speaker(self.params, "translate")
        if not plan.why:
            return list(read_rows(BUILD / "translated" / f"{name}.jsonl", f"translated_{kind}")), set()
        rows = list(read_corpus(Path(corpus["source"]), kind, self.params))
        if corpus["language"] == self.params["language"]:
            return [translating.original(row, kind) for row in rows], set()
        requests = translating.build(rows, kind, to, load_prompt(f"translate_{kind}"))
        outcomes = self._settle(requests, json_of, self.params["translate"]["max_attempts"])
        self._count(plan, outcomes, set(), to)
        unsure = {outcome.request.id for outcome in outcomes if not outcome.settled}
        out = [translating.translated(row, kind, to, outcome) for row, outcome in zip(rows, outcomes, strict=True)]
        return [row | {"translation": row["source"]} if row["id"] in unsure else row for row in out], unsure

    def _corpus(self, name: str) -> tuple[list[Row], set[str]]:
        """Return the rows of `post_edit@name` and the ids of those whose text is not known yet."""
        kind = self.params["corpora"][name]["kind"]
        rows, unsure = self._translate(name)
        if not unsure and not self.status.why(f"post_edit@{name}"):
            return list(read_rows(BUILD / "edited" / f"{name}.jsonl", f"edited_{kind}")), set()
        edits = read_edits(edits_path(name, self.params["language"]), kind)
        policy = self.params["post_edit"]["unreviewed"]
        edited: list[Row] = []
        for row in rows:
            known = row["id"] not in unsure
            edited += post_editing.edited([row], edits, kind, policy if known else "use")
            # An edit of a source that stands keeps its text, whatever the machine will say.
            if status_of(row, edits.get(row["id"])) in ("edited", "outdated"):
                unsure.discard(row["id"])
        return edited, unsure

    def _generate(self, tasks: list[Row], unsure: set[str], questions: list[Row]) -> None:
        plan, settings, to = self._add("generate"), self.params["generate"], speaker(self.params, "generate")
        if not plan.why:
            return
        prompt, seeds = load_prompt("generate"), {row["id"]: row for row in tasks}
        filter = load_filter(self.params, tasks, questions, prompt)
        before = _slots_built()
        first = before or ceil(settings["target"] / settings["per_slot"])
        kept = seen = slot = top_up = 0
        estimator, accepted, drawn_from = Estimator(self._store.seen(["generate"])), dict[str, Row](), dict[str, Row]()
        while slot < settings["max_slots"]:
            rate = kept / seen if seen else ACCEPTANCE
            missing = plan.new + top_up
            if kept >= settings["target"] or (
                slot >= first and kept + missing * settings["per_slot"] * rate >= settings["target"]
            ):
                break
            if slot % settings["wave"] == 0:
                drawn_from = dict(accepted)
            shown = generating.shown_in(slot, seeds, drawn_from, settings)
            request = generating.build(slot, shown, to, prompt, settings["per_slot"])
            (outcome,) = self._settle([request], json_of, settings["max_attempts"])
            # A seed without a text yet, or a slot asked for before whose demonstrations are drawn from such slots.
            rests = any(row["id"] in unsure for row in shown) or bool(settings["demonstrations"]["generated"] and missing)
            if outcome.settled and not rests:
                plan.stored += 1
                for candidate in generating.candidates_of(slot, shown, outcome, to, settings["per_slot"]):
                    seen += 1
                    if filter.decide(candidate) is None:
                        kept += 1
                        if settings["demonstrations"]["generated"]:
                            accepted[candidate["id"]] = candidate
            else:
                plan.tokens += estimator.tokens("generate", request)
                if slot < first:
                    plan.new += 1
                    plan.repeated += outcome.request.attempt > 1
                    plan.at_most = plan.at_most or rests or before > 0
                    plan.rows.append(request.id)
                else:
                    top_up += 1
            slot += 1
        if plan.new or top_up:
            plan.top_up = (top_up, max(top_up, settings["max_slots"] - max(first, slot - top_up)))
        self._price(plan, to)

    def _answers(self, model: str, questions: list[Row], unsure: set[str]) -> tuple[dict[str, Row], set[str]]:
        """Return a model's answers by question id, and the ids of those that are not there yet."""
        plan = self._add(f"answer@{model}")
        path = BUILD / "answers" / f"{model}.jsonl"
        if not plan.why:
            return {row["id"]: row for row in read_rows(path, "answer")}, set()
        if "recorded" in self.params["models"][model]:
            rows = answering.recorded(questions, model, Path(self.params["models"][model]["recorded"]))
            return {row["id"]: row for row in rows}, set()
        to = speaker(self.params, f"models.{model}")
        requests = answering.build(questions, to, load_prompt("answer"))
        outcomes = self._settle(requests, answering.read, self.params["answer"]["max_attempts"])
        self._count(plan, outcomes, unsure, to)
        # A placeholder of its own for each answer, so that no two requests that rest on them look equal.
        answers = {o.request.id: {"text": o.value if o.settled else f"{model} {o.request.id} {'…' * 200}"} for o in outcomes}
        return answers, {o.request.id for o in outcomes if not o.settled} | unsure

    def _judge(
        self, match: str, questions: list[Row], unsure: set[str], answers: dict[str, tuple[dict[str, Row], set[str]]]
    ) -> None:
        plan = self._add(f"judge@{match}")
        if not plan.why or "recorded" in self.params["matches"][match]:
            return
        to = speaker(self.params, "judge")
        path = Path(f"data/references.{self.params['language']}.jsonl")
        references = judging.used_references(questions, path, self.params["judge"]["reference_categories"])
        prompts = {False: load_prompt("judge"), True: load_prompt("judge_reference")}
        (model, open_model), (baseline, open_baseline) = (
            answers[self.params["matches"][match][s]] for s in ("model", "baseline")
        )
        requests = judging.build(questions, model, baseline, references, prompts, to)
        rests = {f"{id}.{order}" for id in unsure | open_model | open_baseline for order in judging.ORDERS}
        outcomes = self._settle(requests, judgment_reader(self.params), self.params["judge"]["max_attempts"])
        self._count(plan, outcomes, rests, to)

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


def has_budget(params: Params) -> bool:
    """Whether there is anything to hold a plan against."""
    return limits(params) != (None, None)


def _slots_built() -> int:
    """Return how many slots the last build's candidates are from; 0 where there are none."""
    path = BUILD / "candidates.jsonl"
    return 1 + max((row["slot"] for row in read_rows(path)), default=-1) if path.is_file() else 0


def _locked_responses(store: Store) -> dict[str, Response]:
    """Return the responses of transcripts that `dvc.lock` names and the store has not read, by key."""
    found: dict[str, Response] = {}
    for _, digest in locked_transcripts(Path("dvc.lock")):
        blob = blob_path(digest)
        if not store.has_read(digest) and blob.is_file():
            found.update({request.key: response for request, response in read_transcript(blob)})
    return found
