"""A slot of `generate`: what it asks, how its reply is read, and the candidates that come of it.

{"demonstrations":["email-03",…],"id":"s00012-1","index":1,"input":"","instruction":"…","made_by":{…},
 "output":"…","request":"9f2c…","slot":12,"task_type":"advice","topic":"大掃除","topic_group":"住まい"}
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from seedbed.exchange.replies import Unusable, json_of, text_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.responses import Response
from seedbed.exchange.result import Result
from seedbed.project.material import shown as shown_material
from seedbed.project.model_settings import ModelSettings, writes_outputs_apart
from seedbed.project.params_types import Generate, Params
from seedbed.project.prompts import Prompt, as_shown, load_prompt, render, reply_schema, with_material, without_outputs
from seedbed.project.row_types import Candidate, EditedTask, Passage
from seedbed.steps.assignments import Assignment, shown
from seedbed.steps.demonstrations import draw_each
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.util.rows import Row

PROMPT = "generate"
_CANDIDATE = re.compile(r"s\d{5,}-\d+")
"""What `candidates_of` calls a candidate; a demonstration with such an id was generated."""
_SHOWN = ("task_type", "instruction", "input", "output")
"""In the order of `schemas/replies/instructions.schema.json`."""
_WITHOUT_OUTPUT = _SHOWN[:3]
_AVOIDED = ("instruction",)
_PASSAGE = ("text",)
Demonstration = EditedTask | Candidate
"""What a slot shows: a seed task, or a candidate of an earlier wave that passed."""


@dataclass(frozen=True)
class Draft:
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
        "demonstrations": "\n".join(_demonstration(row, fields) for row in demonstrations),
        "assignments": shown(assignments),
        "material": "\n".join(as_shown(row, _PASSAGE) for row in material),
        "avoid": "\n".join(as_shown(row, _AVOIDED) for row in avoided),
    }
    messages = render(prompt, to.structured, data, {"count": str(len(assignments))}, schema)
    return build_request(slot_id(slot), to, prompt, messages, slot=slot, again=again, schema=schema)


def _demonstration(row: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    """Return a demonstration as it is shown."""
    return _line(tuple((name, row[name]) for name in fields))


@lru_cache(maxsize=10_000)
def _line(fields: tuple[tuple[str, str], ...]) -> str:
    """Thousands of slots show the same few."""
    return as_shown(dict(fields), [name for name, _ in fields])


def shown_in(
    slots: Sequence[int], seeds: Mapping[str, EditedTask], accepted: Mapping[str, Candidate], settings: Generate
) -> list[list[Demonstration]]:
    """Return the demonstrations of each slot: seeds, and what earlier waves had accepted."""
    counts = settings["demonstrations"]
    ids = draw_each(seeds, counts["seeds"], settings["seed"], slots)
    more = draw_each(accepted, counts["generated"], settings["seed"], slots)
    return [[*(seeds[id] for id in first), *(accepted[id] for id in then)] for first, then in zip(ids, more, strict=True)]


def prompt_of(params: Params) -> Prompt:
    """Return the prompt of `generate`, as the settings want it: without outputs, and with what is to be said of passages.

    Raises:
        UserError: it has a mistake, or lacks what the settings ask for.
    """
    prompt = load_prompt(PROMPT)
    prompt = without_outputs(prompt) if writes_outputs_apart(params) else prompt
    return with_material(prompt) if params["generate"].get("material", 0) else prompt


def candidates_of(draft: Draft, result: Result[Row], to: ModelSettings, placed: bool) -> list[Candidate]:
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
