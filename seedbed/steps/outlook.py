"""What a generation would send, as far as can be seen before its replies are there.

`seedbed plan` says it before a build; `generate` notes the same in the store's log of builds before its first request.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from mmap import ACCESS_READ, mmap
from pathlib import Path

from seedbed.exchange.costs import Estimate, Forecast, Tokens
from seedbed.exchange.requests import Request
from seedbed.filtering.filter import SEMANTIC, Filter, load_filter
from seedbed.project import paths
from seedbed.project.lock import locked_stages
from seedbed.project.model_settings import embedding_settings, model_settings, writes_outputs_apart
from seedbed.project.params_types import Generate, Params
from seedbed.project.prompts import load_prompt
from seedbed.project.row_types import EditedQuestion, EditedTask
from seedbed.sending.looker import Looker
from seedbed.steps.embedding import MAX_ATTEMPTS, Embedder
from seedbed.steps.generating import Generation, shows_kept
from seedbed.steps.outputs import BLOCK as OUTPUTS
from seedbed.steps.outputs import PROMPT as OUTPUT_PROMPT
from seedbed.steps.outputs import OutputWriter
from seedbed.steps.slots import prompt_of
from seedbed.store.store import Store
from seedbed.util.errors import UserError
from seedbed.util.rows import parse_row


@dataclass
class Outlook:
    """What a generation would send.

    Attributes:
        stored: slots that have a reply.
        failing: those, among `stored`, of which no reply was usable.
        new: ids of the slots that would be sent for certain, or at most where `at_most`.
        repeated: slots, among `new`, that ask again after an unusable reply.
        at_most: whether some of `new` rest on a reply that is not there yet.
        expected: further slots that make up for what the filter is expected to reject.
        most: further slots at most.
        tokens: estimated, of `new` and the expected slots.
        ready: the missing requests whose content is known already, the expected slots' among them.
    """

    stored: int = 0
    failing: int = 0
    new: list[str] = field(default_factory=list)
    repeated: int = 0
    at_most: bool = False
    expected: int = 0
    most: int = 0
    tokens: Tokens = field(default_factory=lambda: Tokens(0, 0))
    ready: list[Request] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """The number of requests that `seedbed plan` counts in its total."""
        return len(self.new) + self.expected

    @property
    def slots(self) -> int:
        """All slots that were looked at."""
        return self.stored + self.requests


def look_ahead(
    generation: str,
    params: Params,
    seeds: Mapping[str, EditedTask],
    questions: Sequence[EditedQuestion],
    looker: Looker,
    estimate: Estimate,
    outputs: OutputWriter | None = None,
    embed: Embedder | None = None,
    open_seeds: AbstractSet[str] = frozenset(),
) -> Outlook:
    """Walk a generation with an asker that only looks.

    Where the last build used the same filter settings, its number of slots counts as enough for what has no reply yet: deciding
    all the other candidates again would take most of the time, and change the number of slots by a few at most.

    Args:
        generation: its id.
        params: the whole of `params.yaml`.
        seeds: the seed tasks that it shows, by id.
        questions: the questions that its candidates must not leak.
        looker: looks for the replies.
        estimate: returns the tokens of a request and its reply.
        outputs: looks for the outputs, where other requests ask for them.
        embed: looks for the embeddings, where a rule takes them.
        open_seeds: ids of seeds whose text is not known yet.
    """
    built, same_filter = last_build(generation, params)

    def walk(filter: Filter | None) -> Outlook:
        slots = Generation(generation, params, seeds, filter, looker, outputs, least_slots=built)
        return _outlook_of(slots, params["generate"], built, estimate, outputs, open_seeds)

    if built and same_filter and not (outputs or embed or shows_kept(params["generate"])) and (outlook := walk(None)).new:
        return outlook
    with load_filter(params, seeds.values(), questions, prompt_of(params), embed) as filter:
        return walk(filter)


def _outlook_of(
    slots: Generation,
    settings: Generate,
    built: int,
    estimate: Estimate,
    outputs: OutputWriter | None,
    open_seeds: AbstractSet[str],
) -> Outlook:
    """Return what the slots of a generation show; see `look_ahead`.

    Args:
        slots: the generation, with an asker that only looks.
        settings: the block `generate` of `params.yaml`.
        built: slots of the last build; 0 where they say nothing about this one.
        estimate: see `look_ahead`.
        outputs: see `look_ahead`.
        open_seeds: see `look_ahead`.
    """
    first, on_kept = built or ceil(settings["target"] / settings["per_slot"]), shows_kept(settings)
    outlook = Outlook()
    first_open_wave: int | None = None
    with suppress(UserError):  # where the slots run out, or too few pass, the stage itself says so
        for slot in slots:
            # A slot rests on what is not there yet where a seed it shows has no text, or an earlier slot no reply.
            unknown = bool(outlook.new or (outputs and outputs.open))
            rests = bool(open_seeds & {*slot.shown}) or (on_kept and unknown)
            if slot.result.settled and not rests:
                outlook.stored += 1
                outlook.failing += slot.result.failure is not None
                continue
            outlook.tokens += estimate(slot.result.request)
            # A wave draws from the waves before it, so that all of the first wave with a missing reply can be asked.
            wave = slot.number // settings["wave"] if on_kept else 0
            first_open_wave = wave if first_open_wave is None else first_open_wave
            if not slot.result.settled and wave == first_open_wave and not open_seeds & {*slot.shown}:
                outlook.ready.append(slot.result.request)
            if slot.number >= first:
                outlook.expected += 1
                continue
            outlook.new.append(slot.result.request.id)
            outlook.repeated += slot.result.request.attempt > 1
            outlook.at_most = outlook.at_most or rests or built > 0
    outlook.most = max(outlook.expected, settings["max_slots"] - max(first, outlook.slots - outlook.expected))
    return outlook


def forecast_of(
    generation: str, params: Params, seeds: Mapping[str, EditedTask], questions: Sequence[EditedQuestion]
) -> Forecast:
    """Return what says, when `generate@generation` is about to send its first request, what `seedbed plan` would say.

    Args:
        generation: its id.
        params: the whole of `params.yaml`.
        seeds: the seed tasks that it shows, by id.
        questions: the questions that its candidates must not leak.
    """

    def forecast(estimate: Estimate) -> tuple[int, Tokens]:
        with Store(paths.store(), read_only=True) as store:
            looker = Looker(store.get, params["generate"]["max_attempts"])
            embed = outputs = None
            if writes_outputs_apart(params):
                outputs = OutputWriter(looker, model_settings(params, OUTPUTS), load_prompt(OUTPUT_PROMPT))
            if SEMANTIC in params["filter"]["rules"]:
                embed = Embedder(Looker(store.get, MAX_ATTEMPTS), embedding_settings(params))
            outlook = look_ahead(generation, params, seeds, questions, looker, estimate, outputs, embed)
        return outlook.requests, outlook.tokens

    return forecast


def last_build(generation: str, params: Params) -> tuple[int, bool]:
    """Return how many slots the last build's candidates are from, and whether it had the same filter settings.

    The slots are 0 where no candidates are there, or it had another target or another number of instructions a slot: they then
    say nothing about the next build.

    Args:
        generation: its id.
        params: the whole of `params.yaml`.

    Raises:
        UserError: `dvc.lock` is damaged.
    """
    entry = locked_stages(paths.DVC_LOCK).get(f"generate@{generation}", {})
    built_with = entry.get("params", {}).get(str(paths.PARAMS), {})
    settings, path = params["generate"], paths.candidates(generation)
    if any(built_with.get("generate", {}).get(name) != settings[name] for name in ("target", "per_slot")):
        return 0, False
    digests = [out.get("md5", "") for out in entry.get("outs", []) if out["path"] == path.as_posix()]
    cached = [paths.blob(digest) for digest in digests if paths.blob(digest).is_file()]  # DVC deletes outs before a stage runs
    files = [place for place in (*cached, path) if place.is_file()]
    return _slots_in(files[0]) if files else 0, built_with.get("filter") == params["filter"]


def _slots_in(candidates: Path) -> int:
    """Return how many slots the candidates of a file are from: they are in the slots' order, so the last line tells."""
    if not candidates.stat().st_size:  # which cannot be mapped
        return 0
    with candidates.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        last = text[text.rfind(b"\n", 0, len(text) - 1) + 1 :].decode("utf-8", "replace")
    return 1 + int(parse_row(f"{candidates}: last line", last)["slot"])
