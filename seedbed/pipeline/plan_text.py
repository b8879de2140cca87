"""A plan, as a person and as a script read it."""

import json

from rich.table import Table
from rich.text import Text

from seedbed.pipeline.plan import Plan
from seedbed.pipeline.planning import StagePlan
from seedbed.pipeline.status import NEVER_BUILT
from seedbed.util.console import wide_console
from seedbed.util.words import count, few

_SHOWN = 4
"""Reasons and rows named before "and n more"."""


def plan_json(plan: Plan) -> str:
    """Return the plan as JSON."""
    requests, at_most, dollars = plan.total
    stages = [
        {
            "stage": stage.stage,
            "why": stage.why,
            "stored": stage.stored,
            "failing": stage.failing,
            "stops": stage.stops,
            "new": stage.new,
            "repeated": stage.repeated,
            "at_most": stage.at_most,
            "rows": stage.rows,
            "top_up": {"expected": stage.top_up[0], "at_most": stage.top_up[1]} if stage.top_up else None,
            "input_tokens": round(stage.tokens.input),
            "output_tokens": round(stage.tokens.output),
            "usd": stage.dollars,
        }
        for stage in plan.stages
    ]
    total = {"requests": requests, "at_most": at_most, "usd": dollars}
    return json.dumps({"stages": stages, "total": total}, ensure_ascii=False, indent=2)


def print_plan(plan: Plan) -> None:
    """Print the stages that ask as a table, with the reasons below, and name the others that would run."""
    console = wide_console()
    running = [stage for stage in plan.stages if stage.why]
    asking = [stage for stage in running if stage.asks]
    quiet = [stage.stage for stage in running if not stage.asks]
    # A training sends nothing and may take hours, so that it is no line among others.
    trained = [name for name in quiet if name.startswith("train@")]
    rest = [name for name in quiet if name not in trained]
    requests, at_most, dollars = plan.total
    if not running:
        console.print("Nothing to do: no stage has changed.")
        return
    if not requests:
        console.print(f"Nothing to send; rebuilds {few([stage.stage for stage in running], 12)}.")
    if requests:
        console.print(_table(asking, requests, at_most, dollars))
        console.print()
    never = [stage for stage in running if stage.why == [NEVER_BUILT]]
    if len(never) == len(plan.stages):
        console.print("never built here: no dvc.lock names a build", style="dim")
    # A study has a match for each two models, and what is said of one is said of most.
    stages_by_reasons: dict[tuple[str, ...], list[str]] = {}
    for stage in asking if requests else running:
        lines = _reasons(stage, stage.why != [NEVER_BUILT] or len(never) < len(plan.stages))
        stages_by_reasons.setdefault(tuple(lines), []).append(stage.stage)
    for (why, *lines), stages in stages_by_reasons.items():
        for names in [few(stages, _SHOWN)] if len(stages) > _SHOWN else stages:
            if why or lines:
                console.print(Text(f"{names}: {why}".removesuffix(" "), style="dim"))
            for line in lines:
                console.print(Text(f"  {line}", style="dim"))
    if trained:
        console.print(Text(f"trained anew: {few(trained, 12)}", style="dim"))
    if requests and rest:
        console.print(Text(f"rebuilt without a request: {few(rest, 12)}", style="dim"))
    if dollars is None:
        console.print("\n? = no price in params.yaml (prices)")


def _reasons(stage: StagePlan, with_why: bool) -> list[str]:
    """Return why a stage runs, empty where that is said elsewhere, and what is to be said of its rows."""
    reasons = [few(stage.why, _SHOWN) if with_why else ""]
    if stage.failing:
        words = f"{count(stage.failing, 'stored reply', 'stored replies')} will fail again"
        words += ", more than max_failed allows, so that the stage stops" if stage.stops else ""
        reasons.append(f"{words}; `seedbed again {stage.stage} --failed` asks once more")
    if stage.rows:
        reasons.append(f"new: {few(stage.rows, _SHOWN)}")
    return reasons


def _table(stages: list[StagePlan], requests: int, at_most: bool, dollars: float | None) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("stage", no_wrap=True)
    for name in ("from store", "new", "tokens", "USD"):
        table.add_column(name, justify="right", no_wrap=True)
    for stage in stages:
        tokens = stage.tokens.input + stage.tokens.output
        cost = "?" if stage.dollars is None else f"{stage.dollars:.4f}"
        table.add_row(stage.stage, str(stage.stored), _new(stage), f"{tokens:,.0f}" if tokens else "", cost if tokens else "")
    table.add_section()
    cost = "?" if dollars is None else f"{dollars:.4f}"
    table.add_row("total", "", f"{'about ' if at_most else ''}{requests}", "", cost, style="bold")
    return table


def _new(stage: StagePlan) -> str:
    words = f"{'≤ ' if stage.at_most and stage.new else ''}{stage.new}"
    if stage.top_up:
        words += f" + about {stage.top_up[0]} (≤ {stage.top_up[1]})"
    if stage.repeated:
        words += f", {stage.repeated} repeated"
    return words
