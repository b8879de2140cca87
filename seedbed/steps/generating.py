"""generate: slot after slot, until enough of their candidates pass the filter."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import ceil

from seedbed.exchange.costs import ACCEPTANCE
from seedbed.exchange.result import Result, allowed_failures, failures_in_words
from seedbed.filtering.filter import Filter
from seedbed.filtering.rules import Rejection
from seedbed.project import paths
from seedbed.project.again import read_again
from seedbed.project.generation_lists import load_lists
from seedbed.project.material import material_of
from seedbed.project.model_settings import model_settings
from seedbed.project.params_types import Generate, Params
from seedbed.project.row_types import Candidate, EditedTask
from seedbed.sending.asker import Asks
from seedbed.steps.assignments import Assignment, assign
from seedbed.steps.demonstrations import draw
from seedbed.steps.kept import Kept
from seedbed.steps.outputs import OutputWriter
from seedbed.steps.slots import Demonstration, Draft, build, candidates_of, prompt_of, read, schema_of, shown_in, slot_id
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

_CHUNK = 2000
"""Slots whose replies are held in memory at a time."""
_LEAST_ASKED = 50
"""Instructions that must have been asked for, in one wave or several, before a yield is called poor."""
_POOR_YIELDS = 2
"""Poor yields in a row that stop the stage."""


@dataclass(frozen=True)
class Slot:
    """One numbered request, and its results.

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


class Generation:
    """One generation: asks slot after slot until `target` instructions pass the filter.

    Args:
        generation: its id.
        params: the whole of `params.yaml`.
        seeds: the seed tasks that it shows, by id.
        filter: decides the candidates; where it is None, all of them count as kept.
        asker: what settles requests; `plan` passes one that only looks.
        outputs: has the outputs written, where `generate.answer` is `separate`; else None.
        least_slots: slots to ask whatever passes; `plan` asks as many as the last build had.

    Raises:
        UserError: the prompt, the lists or `data/again.jsonl` have a mistake, or there is no material or no seed to show.
    """

    def __init__(
        self,
        generation: str,
        params: Params,
        seeds: Mapping[str, EditedTask],
        filter: Filter | None,
        asker: Asks,
        outputs: OutputWriter | None = None,
        least_slots: int = 0,
    ) -> None:
        settings = params["generate"]
        self._settings, self._seeds, self._filter, self._asker, self._outputs = settings, seeds, filter, asker, outputs
        self._least_slots = least_slots
        self._to, self._prompt = model_settings(params, "generate"), prompt_of(params)
        self._lists = load_lists(paths.generation_lists(params["language"]), params["labels"]["task"])
        self._schema = schema_of(self._prompt, params["labels"]["task"])
        if not seeds and settings["demonstrations"]["seeds"]:
            raise UserError(
                f"generations.{generation}: no seed task is in the build, so requests would show no demonstration: write seed "
                "tasks, or review those that post_edit.unreviewed drops (`seedbed review`)"
            )
        self._material, self._again = material_of(params), read_again(f"generate@{generation}")
        self._rests = shows_kept(settings)
        self._accepted, self._drawn_from = dict[str, Candidate](), dict[str, Candidate]()
        self._kept = Kept({})
        self._reasons: Counter[str] = Counter()
        self._slots = self._open = 0
        self._failed: list[Result[Row]] = []
        self._samples: list[tuple[Candidate, Rejection]] = []

    def __iter__(self) -> Iterator[Slot]:
        """Yield each slot in order.

        A wave is as many slots as are needed if all of their instructions pass, so none is sent in vain. Where requests show
        what was kept, a wave ends at the next multiple of `wave`, and draws from what stood before it.

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
        if self._rests:
            if self._slots % settings["wave"] == 0:
                self._drawn_from = dict(self._accepted)
                self._kept = Kept(self._drawn_from)
            size = min(size, settings["wave"] - self._slots % settings["wave"])
        return size if self._asker.in_batches else min(size, _CHUNK)

    def _ask(self, size: int) -> Iterator[Slot]:
        settings, numbers = self._settings, range(self._slots, self._slots + size)
        assigned = assign(self._lists, numbers, settings["per_slot"], settings["seed"])
        shown = shown_in(numbers, self._seeds, self._drawn_from, settings)
        drafts = [self._draft(*each) for each in zip(numbers, shown, assigned, strict=True)]
        results = self._asker.ask([draft.request for draft in drafts], read)
        placed = self._prompt.shows("assignments")
        slots = [candidates_of(draft, result, self._to, placed) for draft, result in zip(drafts, results, strict=True)]
        whole = self._with_outputs(slots)
        candidates = chain.from_iterable(whole)
        decisions = self._filter.decide_all(candidates) if self._filter else ((candidate, None) for candidate in candidates)
        for draft, written, result in zip(drafts, whole, results, strict=True):
            if self._missing() <= 0 and self._slots >= self._least_slots:  # sent ahead, and not needed: it stays in the store
                return
            decided = list(islice(decisions, len(written)))
            self._count(decided)
            self._open += not result.settled or bool(self._outputs and self._outputs.is_open(draft.number))
            self._failed += [result] if result.failure else []
            yield Slot(self._slots, [row["id"] for row in draft.shown], decided, result)
            self._slots += 1

    def _draft(self, number: int, shown: list[Demonstration], assignments: list[Assignment]) -> Draft:
        settings = self._settings
        avoided = self._kept.nearest(assignments, settings.get("avoid", 0), settings["seed"], number)
        again = self._again.get(slot_id(number), 0)
        passages = draw(self._material, settings.get("material", 0), settings["seed"], number)
        material = [self._material[id] for id in passages]
        request = build(number, shown, self._to, self._prompt, self._schema, assignments, avoided, again, material)
        return Draft(number, shown, avoided, material, assignments, request)

    def _with_outputs(self, slots: Sequence[list[Candidate]]) -> list[list[Candidate]]:
        """Return the candidates of slots with their outputs; one that got none is left out."""
        if self._outputs is None:
            return list(slots)
        drafts = [(row, self._again.get(slot_id(row["slot"]), 0)) for rows in slots for row in rows]
        whole: dict[int, list[Candidate]] = {}
        for row in self._outputs(drafts):
            whole.setdefault(row["slot"], []).append(row)
        return [whole.get(rows[0]["slot"], []) if rows else [] for rows in slots]

    def _count(self, decided: Iterable[tuple[Candidate, Rejection | None]]) -> None:
        for candidate, rejection in decided:
            self._reasons[rejection.reason if rejection else "kept"] += 1
            if rejection is None and self._rests:
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


def shows_kept(settings: Generate) -> bool:
    """Whether requests show what was kept before them, so that later waves rest on earlier ones.

    Args:
        settings: the block `generate` of `params.yaml`.
    """
    return bool(settings["demonstrations"]["generated"] or settings.get("avoid", 0))


def shortened(text: str, length: int = 100) -> str:
    """Return a text on one line, cut to `length` characters, what a terminal would act on spelt out."""
    line = " ".join(repr(text)[1:-1].replace("\\n", " ").split())
    return line if len(line) <= length else f"{line[:length]}…"
