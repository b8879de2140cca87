"""generate: candidate instructions, slot after slot, until enough of them pass the filter.

{"demonstrations":["email-03",…],"id":"s00012-1","index":1,"input":"","instruction":"…","made_by":{…},"output":"…",
 "request":"9f2c…","slot":12,"task_type":"advice"}
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil

from seedbed.exchange.costs import ACCEPTANCE
from seedbed.exchange.replies import json_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Result, allowed_failures, failures_in_words
from seedbed.filtering.filter import Filter
from seedbed.filtering.rules import Rejection
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import Generate
from seedbed.project.prompts import Prompt, as_shown, render
from seedbed.project.row_types import Candidate, EditedTask
from seedbed.sending.asker import Asks
from seedbed.steps.demonstrations import draw
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

PROMPT = "generate"
_CANDIDATE = re.compile(r"s\d{5,}-\d+")
"""What `candidates_of` calls a candidate; a demonstration with such an id was generated."""
_SHOWN = ("task_type", "instruction", "input", "output")
"""In the order of `schemas/replies/instructions.schema.json`."""
_CHUNK = 2000
"""Slots whose replies are held in memory at a time."""
_LEAST_ASKED = 50
"""Instructions that must have been asked for, in one wave or several, before a yield is called poor."""
_POOR_YIELDS = 2
"""Poor yields in a row that stop the stage."""
Demonstration = EditedTask | Candidate
"""What a slot shows: a seed task, or a candidate of an earlier wave that passed."""


@dataclass(frozen=True)
class Slot:
    """One numbered request, and what came of it.

    Attributes:
        number: from 0.
        shown: ids of its demonstrations.
        candidates: its instructions, each with why it is rejected; none where its request failed or is not settled.
        result: of its request.
    """

    number: int
    shown: list[str]
    candidates: list[tuple[Candidate, Rejection | None]]
    result: Result[Row]


def slot_id(number: int) -> str:
    """Return a slot's id, e.g. `s00012`."""
    return f"s{number:05}"


def build(
    slot: int, shown: Sequence[Demonstration], to: ModelSettings, prompt: Prompt, per_slot: int, again: int = 0
) -> Request:
    """Return the request of one slot; `again` says how often it is to be asked once more."""
    demonstrations = "\n".join(as_shown(row, _SHOWN) for row in shown)
    messages = render(prompt, to.structured, {"demonstrations": demonstrations}, {"count": str(per_slot)})
    return build_request(slot_id(slot), to, prompt, messages, slot=slot, again=again)


def shown_in(
    slot: int, seeds: Mapping[str, EditedTask], accepted: Mapping[str, Candidate], settings: Generate
) -> list[Demonstration]:
    """Return the demonstrations of a slot: seeds, and what earlier waves had accepted."""
    counts = settings["demonstrations"]
    ids = draw(seeds, counts["seeds"], settings["seed"], slot)
    more = draw(accepted, counts["generated"], settings["seed"], slot)
    return [seeds[id] for id in ids] + [accepted[id] for id in more]


def candidates_of(
    slot: int, shown: Sequence[Demonstration], result: Result[Row], to: ModelSettings, per_slot: int
) -> list[Candidate]:
    """Return a slot's candidates, at most `per_slot`; none where its request failed."""
    written = result.value["instructions"][:per_slot] if result.value else []
    return [
        {
            "id": f"{slot_id(slot)}-{index}",
            "slot": slot,
            "index": index,
            "task_type": fields["task_type"],
            "instruction": fields["instruction"],
            "input": fields["input"],
            "output": fields["output"],
            "demonstrations": [row["id"] for row in shown],
            "request": result.request.key,
            "made_by": to.made_by,
        }
        for index, fields in enumerate(written)
    ]


def origin(slot: int, demonstrations: Iterable[str], generation: str, form: str) -> Origin:
    """Return what a candidate, and its slot, came of: the demonstrations shown, and the slot's request.

    Args:
        slot: the slot's number.
        demonstrations: the ids of those that it shows.
        generation: the id of its generation.
        form: which form of the seed tasks that one shows: `edited` or `machine`.
    """

    def name(id: str) -> Name:
        if _CANDIDATE.fullmatch(id):
            return Name("instruction", f"{generation}/{id}")
        return Name("seed", id) if form == "edited" else Name("translation", f"seed_tasks/{id}")

    asked = Asked(f"generate@{generation}", slot_id(slot))
    return Origin(tuple(map(name, demonstrations)), asked, PROMPT)


class Generation:
    """One generation: asks slot after slot until `target` instructions pass the filter.

    Args:
        asker: what settles requests; `plan` passes one that only looks.
        seeds: the seed tasks, by id.
        filter: decides the candidates.
        prompt: the prompt of `generate`.
        to: the model to ask.
        settings: the block `generate` of `params.yaml`.
        again: how often a slot is to be asked once more, by its id.
        least_slots: slots to ask whatever passes; `plan` asks as many as the last build had.
    """

    def __init__(
        self,
        asker: Asks,
        seeds: Mapping[str, EditedTask],
        filter: Filter,
        prompt: Prompt,
        to: ModelSettings,
        settings: Generate,
        *,
        again: Mapping[str, int] = {},
        least_slots: int = 0,
    ) -> None:
        self._asker, self._seeds, self._filter, self._prompt, self._to = asker, seeds, filter, prompt, to
        self._settings, self._again, self._least_slots = settings, again, least_slots
        self._accepted, self._drawn_from = dict[str, Candidate](), dict[str, Candidate]()
        self._reasons: Counter[str] = Counter()
        self._slots = self._open = 0
        self._failed: list[Result[Row]] = []
        self._samples: list[tuple[Candidate, Rejection]] = []

    def __iter__(self) -> Iterator[Slot]:
        """Yield each slot in order.

        A wave is as many slots as are needed if all of their instructions pass, so none is sent in vain. Where generated
        demonstrations are drawn, a wave ends at the next multiple of `wave`, and draws from what stood before it.

        Raises:
            UserError: `max_slots` slots do not give `target` instructions, more of them have no usable reply than the share
                `max_failed`, or the yield is below `least_yield`.
        """
        poor = slots = kept = 0
        while self._missing() > 0 or self._slots < self._least_slots:
            size = self._wave()
            if size <= 0:
                raise UserError(self._shortfall())
            yield from self._ask(size)
            if len(self._failed) > allowed_failures(self._settings["max_slots"], self._settings["max_failed"]):
                raise UserError(failures_in_words(self._failed, self._slots, self._settings["max_failed"]))
            if (self._slots - slots) * self._settings["per_slot"] >= _LEAST_ASKED:
                poor = poor + 1 if self._is_poor(slots, kept) else 0
                slots, kept = self._slots, self._reasons["kept"]
            if poor == _POOR_YIELDS:
                raise UserError(self._poor_yield())

    def _missing(self) -> float:
        """Return how many instructions are still needed; an open slot counts with what is to be expected of it."""
        return self._settings["target"] - self._reasons["kept"] - self._open * self._settings["per_slot"] * self._rate()

    def _rate(self) -> float:
        decided = self._reasons.total()
        return self._reasons["kept"] / decided if decided else ACCEPTANCE

    def _wave(self) -> int:
        """Return how many slots to ask now; 0 where no more may be asked."""
        settings = self._settings
        needed = max(ceil(self._missing() / settings["per_slot"]), self._least_slots - self._slots)
        if self._asker.in_batches and self._slots:  # a batch takes up to a day: send ahead by the acceptance seen so far
            needed = max(needed, ceil(self._missing() * self._slots / max(self._reasons["kept"], 1)))
        size = min(needed, settings["max_slots"] - self._slots)
        if settings["demonstrations"]["generated"]:
            if self._slots % settings["wave"] == 0:
                self._drawn_from = dict(self._accepted)
            size = min(size, settings["wave"] - self._slots % settings["wave"])
        return size if self._asker.in_batches else min(size, _CHUNK)

    def _ask(self, size: int) -> Iterator[Slot]:
        start, per_slot = self._slots, self._settings["per_slot"]
        shown = [shown_in(n, self._seeds, self._drawn_from, self._settings) for n in range(start, start + size)]
        requests = [
            build(start + n, rows, self._to, self._prompt, per_slot, self._again.get(slot_id(start + n), 0))
            for n, rows in enumerate(shown)
        ]
        results = self._asker.ask(requests, json_of)
        slots = [
            candidates_of(start + n, rows, result, self._to, per_slot)
            for n, (rows, result) in enumerate(zip(shown, results, strict=True))
        ]
        decisions = self._filter.decide_all(candidate for candidates in slots for candidate in candidates)
        for rows, candidates, result in zip(shown, slots, results, strict=True):
            if self._missing() <= 0 and self._slots >= self._least_slots:  # sent ahead, and not needed: it stays in the store
                return
            decided = list(islice(decisions, len(candidates)))
            self._count(decided)
            self._open += not result.settled
            self._failed += [result] if result.failure else []
            yield Slot(self._slots, [row["id"] for row in rows], decided, result)
            self._slots += 1

    def _count(self, decided: Iterable[tuple[Candidate, Rejection | None]]) -> None:
        for candidate, rejection in decided:
            self._reasons[rejection.reason if rejection else "kept"] += 1
            if rejection is None and self._settings["demonstrations"]["generated"]:
                self._accepted[candidate["id"]] = candidate
            if rejection is not None and len(self._samples) < 3:
                self._samples.append((candidate, rejection))

    def _is_poor(self, slots: int, kept: int) -> bool:
        """Whether too few of the instructions asked for since then passed; a failed request gives none."""
        asked = (self._slots - slots) * self._settings["per_slot"]
        passed = self._reasons["kept"] - kept
        return not self._open and passed < self._settings.get("least_yield", 0) * asked

    def _shortfall(self) -> str:
        return (
            f"after {self._slots} slots (generate.max_slots) {self._reasons['kept']} of {self._settings['target']} "
            f"instructions (generate.target) pass the filter; rejected: {self._rejected()}; raise max_slots, lower target, "
            "or look into what is rejected and what failed"
        )

    def _poor_yield(self) -> str:
        asked = self._slots * self._settings["per_slot"]
        return (
            f"{self._reasons['kept']} of the {asked} instructions asked for pass the filter, fewer than generate.least_yield = "
            f"{self._settings.get('least_yield', 0):g}; rejected: {self._rejected()}; mend the prompt or the filter, or lower "
            f"least_yield{self._shown_samples()}"
        )

    def _rejected(self) -> str:
        reasons = [f"{count} {reason}" for reason, count in self._reasons.most_common() if reason != "kept"]
        failed = Counter(result.failure["reason"] for result in self._failed if result.failure)
        slots = ", ".join(f"{count} {reason}" for reason, count in failed.most_common())
        return (", ".join(reasons) or "none") + (f"; slots without a usable reply: {slots}" if slots else "")

    def _shown_samples(self) -> str:
        """Return three rejected instructions with their reasons, a line each."""
        return "".join(
            f"\n  {candidate['id']} {rejection.reason} ({rejection.detail}): {shortened(candidate['instruction'])}"
            for candidate, rejection in self._samples
        )


def shortened(text: str, length: int = 100) -> str:
    """Return a text on one line, cut to `length` characters, what a terminal would act on spelt out."""
    line = " ".join(repr(text)[1:-1].replace("\\n", " ").split())
    return line if len(line) <= length else f"{line[:length]}…"
