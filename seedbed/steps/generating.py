"""Candidate instructions: slot after slot, until enough of them pass the filter."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from math import ceil

from seedbed.exchange.replies import json_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Outcome
from seedbed.filtering.filter import Filter
from seedbed.filtering.rules import Rejection
from seedbed.project.params import Params, Speaker
from seedbed.project.prompts import Prompt, render
from seedbed.sending.asker import Asker
from seedbed.steps.demonstrations import draw
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

Slot = tuple[list[tuple[Row, Rejection | None]], Outcome[Row]]
"""A slot's candidates, each with why it is rejected, and what became of its request."""
_SHOWN = ("task_type", "instruction", "input", "output")
_CHUNK = 2000
"""Slots whose replies are held in memory at a time."""


def build(slot: int, shown: list[Row], to: Speaker, prompt: Prompt, per_slot: int) -> Request:
    """Return the request of one slot."""
    demonstrations = "\n".join(canonical({name: row[name] for name in _SHOWN}) for row in shown)
    messages = render(prompt, to.structured, {"demonstrations": demonstrations}, {"count": str(per_slot)})
    return build_request(f"s{slot:05}", to, prompt, messages, slot=slot)


def shown_in(slot: int, seeds: dict[str, Row], accepted: dict[str, Row], settings: Params) -> list[Row]:
    """Return the demonstrations of a slot: seeds, and what earlier waves had accepted."""
    counts = settings["demonstrations"]
    ids = draw(seeds, counts["seeds"], settings["seed"], slot)
    more = draw(accepted, counts["generated"], settings["seed"], slot)
    return [seeds[id] for id in ids] + [accepted[id] for id in more]


def candidates_of(slot: int, shown: list[Row], outcome: Outcome[Row], to: Speaker, per_slot: int) -> list[Row]:
    """Return a slot's candidates, at most `per_slot`; none where its request failed."""
    written = outcome.value["instructions"][:per_slot] if outcome.value else []
    common = {
        "slot": slot,
        "demonstrations": [row["id"] for row in shown],
        "request": outcome.request.key,
        "made_by": to.made_by,
    }
    return [fields | common | {"id": f"s{slot:05}-{index}", "index": index} for index, fields in enumerate(written)]


def hunt(asker: Asker, seeds: dict[str, Row], filter: Filter, prompt: Prompt, to: Speaker, settings: Params) -> Iterator[Slot]:
    """Ask slot after slot until `target` instructions pass the filter; yield each slot in order.

    A wave is as many slots as are needed if all of their instructions pass, so none is sent in vain. Where generated
    demonstrations are drawn, a wave ends at the next multiple of `wave`, and draws from what stood before it.

    Raises:
        UserError: `max_slots` slots do not give `target` instructions.
    """
    accepted, drawn_from = dict[str, Row](), dict[str, Row]()
    reasons: Counter[str] = Counter()
    kept = slot = 0
    while kept < settings["target"]:
        needed = ceil((settings["target"] - kept) / settings["per_slot"])
        if asker.in_batches and slot:  # a batch takes up to a day: send ahead by the acceptance seen so far
            needed = max(needed, ceil((settings["target"] - kept) * slot / max(kept, 1)))
        size = min(needed, settings["max_slots"] - slot)
        if settings["demonstrations"]["generated"]:
            if slot % settings["wave"] == 0:
                drawn_from = dict(accepted)
            size = min(size, settings["wave"] - slot % settings["wave"])
        if size <= 0:
            raise UserError(_shortfall(kept, slot, reasons, settings))
        size = size if asker.in_batches else min(size, _CHUNK)
        shown = [shown_in(number, seeds, drawn_from, settings) for number in range(slot, slot + size)]
        requests = [build(slot + i, rows, to, prompt, settings["per_slot"]) for i, rows in enumerate(shown)]
        outcomes = asker.ask(requests, json_of)
        slots = [
            candidates_of(slot + i, rows, outcome, to, settings["per_slot"])
            for i, (rows, outcome) in enumerate(zip(shown, outcomes, strict=True))
        ]
        decisions = filter.decide_all(candidate for candidates in slots for candidate in candidates)
        for candidates, outcome in zip(slots, outcomes, strict=True):
            if kept >= settings["target"]:  # sent ahead, and not needed: it stays in the store
                return
            decided = list(islice(decisions, len(candidates)))
            for candidate, rejection in decided:
                reasons[rejection.reason if rejection else "kept"] += 1
                if rejection is None and settings["demonstrations"]["generated"]:
                    accepted[candidate["id"]] = candidate
            kept = reasons["kept"]
            yield decided, outcome
            slot += 1


def _shortfall(kept: int, slots: int, reasons: Counter[str], settings: Params) -> str:
    told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common() if reason != "kept")
    return (
        f"generate: after {slots} slots (generate.max_slots) {kept} of {settings['target']} instructions (generate.target) "
        f"pass the filter; rejected: {told or 'none'}; raise max_slots, lower target, or look into what is rejected"
    )
