"""generate: candidate instructions, slot after slot, until enough of them pass the filter.

{"demonstrations":["email-03",…],"id":"s00012-1","index":1,"input":"","instruction":"…","made_by":{…},
 "output":"…","request":"9f2c…","slot":12,"task_type":"advice","topic":"大掃除","topic_group":"住まい"}
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil

from seedbed.exchange.costs import ACCEPTANCE
from seedbed.exchange.replies import Response, Unusable, json_of, text_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Result, allowed_failures, failures_in_words
from seedbed.filtering.filter import Filter
from seedbed.filtering.rules import Rejection
from seedbed.project.generation_lists import Lists
from seedbed.project.material import shown as shown_material
from seedbed.project.model_settings import ModelSettings, writes_outputs_apart
from seedbed.project.params_types import Generate, Params
from seedbed.project.prompts import Prompt, as_shown, load_prompt, render, reply_schema, with_material, without_outputs
from seedbed.project.row_types import Candidate, EditedTask, Passage
from seedbed.sending.asker import Asks
from seedbed.steps.assignments import Assignment, assign, shown
from seedbed.steps.demonstrations import draw
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.steps.outputs import OutputWriter
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

PROMPT = "generate"
_CANDIDATE = re.compile(r"s\d{5,}-\d+")
"""What `candidates_of` calls a candidate; a demonstration with such an id was generated."""
_SHOWN = ("task_type", "instruction", "input", "output")
"""In the order of `schemas/replies/instructions.schema.json`."""
_WITHOUT_OUTPUT = _SHOWN[:3]
_AVOIDED = ("instruction",)
_PASSAGE = ("text",)
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


@dataclass(frozen=True)
class _Draft:
    """What a slot is asked, before anything came."""

    number: int
    shown: list[Demonstration]
    avoided: list[Candidate]
    material: list[Passage]
    assignments: list[Assignment]
    request: Request


def slot_id(number: int) -> str:
    """Return a slot's id, e.g. `s00012`."""
    return f"s{number:05}"


def schema_of(prompt: Prompt, task_types: Iterable[str]) -> Row:
    """Return the schema of a slot's reply: task types are those of the list, in alphabetical order, and no others."""
    schema = reply_schema(prompt.reply or "instructions")
    items = schema["properties"]["instructions"]["items"]
    typed = items["properties"] | {"task_type": {"enum": sorted(task_types)}}
    listed = schema["properties"]["instructions"] | {"items": items | {"properties": typed}}
    return schema | {"properties": schema["properties"] | {"instructions": listed}}


def read(request: Request, response: Response) -> Row:
    """Return the instructions of a reply; of a request for one output, which is in the same transcript, that.

    Raises:
        Unusable: as `json_of`, or a task type is none of those that the request lists.
    """
    if request.content["reply"] is None:
        return {"output": text_of(response)}
    value = json_of(request, response)
    items = request.content["reply"]["schema"]["properties"]["instructions"]["items"]
    allowed = items["properties"]["task_type"].get("enum")  # older requests list none
    for place, fields in enumerate(value["instructions"] if allowed else []):
        if fields["task_type"] not in allowed:
            words = f"expected one of {', '.join(allowed)}, found {fields['task_type']!r}"
            raise Unusable("wrong_schema", f"instructions.{place}.task_type: {words}")
    return value


def build(
    slot: int,
    demonstrations: Sequence[Demonstration],
    to: ModelSettings,
    prompt: Prompt,
    schema: Row,
    assignments: Sequence[Assignment],
    avoided: Sequence[Candidate] = (),
    again: int = 0,
    material: Sequence[Passage] = (),
) -> Request:
    """Return the request of one slot.

    Args:
        slot: its number.
        demonstrations: what it shows.
        to: the model to ask.
        prompt: the prompt of `generate`.
        schema: of the reply, as `schema_of` gives it.
        assignments: what it is to write, a task each.
        avoided: kept instructions that are not to be written again.
        again: how often it is to be asked once more.
        material: passages of documents to write from.
    """
    fields = _SHOWN if prompt.reply == "instructions" else _WITHOUT_OUTPUT
    data = {
        "demonstrations": "\n".join(as_shown(row, fields) for row in demonstrations),
        "assignments": shown(assignments),
        "material": "\n".join(as_shown(row, _PASSAGE) for row in material),
        "avoid": "\n".join(as_shown(row, _AVOIDED) for row in avoided),
    }
    messages = render(prompt, to.structured, data, {"count": str(len(assignments))}, schema)
    return build_request(slot_id(slot), to, prompt, messages, slot=slot, again=again, schema=schema)


def shown_in(
    slot: int, seeds: Mapping[str, EditedTask], accepted: Mapping[str, Candidate], settings: Generate
) -> list[Demonstration]:
    """Return the demonstrations of a slot: seeds, and what earlier waves had accepted."""
    counts = settings["demonstrations"]
    ids = draw(seeds, counts["seeds"], settings["seed"], slot)
    more = draw(accepted, counts["generated"], settings["seed"], slot)
    return [seeds[id] for id in ids] + [accepted[id] for id in more]


def prompt_of(params: Params) -> Prompt:
    """Return the prompt of `generate`, as the settings want it: without outputs, and with what is to be said of passages.

    Raises:
        UserError: it has a mistake, or lacks what the settings ask for.
    """
    prompt = load_prompt(PROMPT)
    prompt = without_outputs(prompt) if writes_outputs_apart(params) else prompt
    return with_material(prompt) if params["generate"].get("material", 0) else prompt


class Kept:
    """The kept instructions of earlier waves, to be found by what was asked of them.

    Args:
        accepted: the instructions, by id.
    """

    def __init__(self, accepted: Mapping[str, Candidate]) -> None:
        self._accepted = accepted
        self._ids: dict[tuple[Hashable, ...], list[str]] = {}
        for id, row in accepted.items():
            for key in _nearness(row.get("topic"), row.get("topic_group"), row["task_type"]):
                self._ids.setdefault(key, []).append(id)

    def nearest(self, assignments: Sequence[Assignment], count: int, seed: int, slot: int) -> list[Candidate]:
        """Return the `count` instructions nearest to what a slot is to write.

        Those on one of its topics come first, then those of one of its groups and types together, then of its types; within
        each of the three they are drawn by hash, as demonstrations are.
        """
        if not count:
            return []
        by_id: dict[str, Candidate] = {}
        for keys in zip(*(_nearness(each.topic, each.group, each.task_type) for each in assignments), strict=True):
            ids = [id for key in dict.fromkeys(keys) for id in self._ids.get(key, ()) if id not in by_id]
            by_id |= {id: self._accepted[id] for id in draw(dict.fromkeys(ids), count - len(by_id), seed, slot)}
        return list(by_id.values())


def _nearness(topic: str | None, group: str | None, task_type: str) -> list[tuple[Hashable, ...]]:
    """Return by what an instruction is found, the nearest first."""
    return [("topic", topic) if topic else (), ("group", group, task_type) if group else (), ("type", task_type)]


def candidates_of(draft: _Draft, result: Result[Row], to: ModelSettings, placed: bool) -> list[Candidate]:
    """Return a slot's candidates, at most as many as were asked for; none where its request failed.

    Args:
        draft: what was asked.
        result: what came.
        to: the model that was asked.
        placed: whether the model was told what each task is to be about. It is to keep the order, so where it wrote as many
            as it was asked for, each has the topic of its place.
    """
    asked = draft.assignments
    written = result.value["instructions"][: len(asked)] if result.value else []
    candidates: list[Candidate] = []
    for index, fields in enumerate(written):
        row: Candidate = {
            "id": f"{slot_id(draft.number)}-{index}",
            "slot": draft.number,
            "index": index,
            "task_type": fields["task_type"],
            "instruction": fields["instruction"],
            "input": fields["input"],
            "output": fields.get("output", ""),
            "demonstrations": [row["id"] for row in draft.shown],
            "request": result.request.key,
            "made_by": to.made_by,
        }
        if placed and len(written) == len(asked) and (topic := asked[index].topic):
            row |= {"topic": topic, "topic_group": asked[index].group or ""}
        if draft.avoided:
            row["avoided"] = [kept["id"] for kept in draft.avoided]
        if draft.material:
            row["material"] = shown_material(draft.material)
        candidates.append(row)
    return candidates


def origin(slot: int, demonstrations: Iterable[str], generation: str, form: str) -> Origin:
    """Return the origin of a candidate, and of its slot: the demonstrations shown, and the slot's request.

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
        lists: what tasks are drawn from.
        task_types: `labels.task`.
        outputs: has the outputs written, where `generate.answer` is `separate`; else None.
        material: the passages of which each request shows some, by id.
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
        lists: Lists,
        task_types: Sequence[str],
        *,
        outputs: OutputWriter | None = None,
        material: Mapping[str, Passage] = {},
        again: Mapping[str, int] = {},
        least_slots: int = 0,
    ) -> None:
        self._asker, self._seeds, self._filter, self._prompt, self._to = asker, seeds, filter, prompt, to
        self._settings, self._again, self._least_slots = settings, again, least_slots
        self._material = material
        self._lists, self._outputs, self._schema = lists, outputs, schema_of(prompt, task_types)
        # Where requests show what was kept, later waves rest on earlier ones.
        self._rests = bool(settings["demonstrations"]["generated"] or settings.get("avoid", 0))
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
        drafts = [self._draft(number, assignments) for number, assignments in zip(numbers, assigned, strict=True)]
        results = self._asker.ask([draft.request for draft in drafts], read)
        placed = self._prompt.shows("assignments")
        slots = [candidates_of(draft, result, self._to, placed) for draft, result in zip(drafts, results, strict=True)]
        whole = self._with_outputs(slots)
        decisions = self._filter.decide_all(candidate for candidates in whole for candidate in candidates)
        for draft, candidates, result in zip(drafts, whole, results, strict=True):
            if self._missing() <= 0 and self._slots >= self._least_slots:  # sent ahead, and not needed: it stays in the store
                return
            decided = list(islice(decisions, len(candidates)))
            self._count(decided)
            self._open += not result.settled or bool(self._outputs and self._outputs.is_open(draft.number))
            self._failed += [result] if result.failure else []
            yield Slot(self._slots, [row["id"] for row in draft.shown], decided, result)
            self._slots += 1

    def _draft(self, number: int, assignments: list[Assignment]) -> _Draft:
        settings = self._settings
        shown_ = shown_in(number, self._seeds, self._drawn_from, settings)
        avoided = self._kept.nearest(assignments, settings.get("avoid", 0), settings["seed"], number)
        again = self._again.get(slot_id(number), 0)
        passages = draw(self._material, settings.get("material", 0), settings["seed"], number)
        material = [self._material[id] for id in passages]
        request = build(number, shown_, self._to, self._prompt, self._schema, assignments, avoided, again, material)
        return _Draft(number, shown_, avoided, material, assignments, request)

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


def shortened(text: str, length: int = 100) -> str:
    """Return a text on one line, cut to `length` characters, what a terminal would act on spelt out."""
    line = " ".join(repr(text)[1:-1].replace("\\n", " ").split())
    return line if len(line) <= length else f"{line[:length]}…"
