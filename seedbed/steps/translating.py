"""translate: one seed task, question or baseline task in the target language.

A row of its own (see `schemas/rows/translated_question.schema.json`):

    {"category":"fermi","failure":null,"id":"fermi-01","made_by":{…},"source":{"text":"How many…"},"translation":{"text":"…"}}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from seedbed.exchange.replies import Unusable, json_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.responses import Response
from seedbed.exchange.result import Read, Result
from seedbed.filtering.language import Language
from seedbed.project import paths
from seedbed.project.corpora import FIELDS, field_names, fields_of
from seedbed.project.edits import read_edits
from seedbed.project.glossary import COLUMNS, Term, load_glossary, terms_in
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import Params
from seedbed.project.prompts import Prompt, as_shown, load_prompt, render
from seedbed.project.row_types import Failure, Fields, MadeBy, Source, Translated
from seedbed.steps.examples import NO_EXAMPLES, Examples, examples_of
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.util.prose import prose
from seedbed.util.visible import is_blank

_LEAST_LETTERS = 40
"""Letters of a text of which something must be of the target language."""
_TOLERANCE = 8
"""By how much the share of the language's letters may be below what the filter asks of an instruction: a translation may
quote, or be a task about another language."""


@dataclass(frozen=True)
class Beside:
    """What a request shows beside its row.

    Attributes:
        glossary: terms and their translations; a request shows those that occur in its row.
        examples: what people's edits mean for the requests.
    """

    glossary: Sequence[Term] = ()
    examples: Examples = NO_EXAMPLES


def beside(corpus: str, rows: Sequence[Source], kind: str, params: Params) -> Beside:
    """Return what the requests of a corpus show beside their rows.

    The baseline is the direct translation without anybody's help: no edits are shown for it.

    Args:
        corpus: its id.
        rows: those of its rows that are translated.
        kind: `task` or `question`.
        params: the whole of `params.yaml`.

    Raises:
        UserError: the glossary or the edits cannot be read.
    """
    count, language = params["translate"].get("examples", 0), params["language"]
    edits = read_edits(paths.edits(corpus, language), kind) if count and corpus in params["post_edit"]["corpora"] else {}
    return Beside(load_glossary(paths.glossary(language)), examples_of(rows, kind, edits, count if edits else 0))


def build(
    rows: Sequence[Source],
    kind: str,
    to: ModelSettings,
    prompts: Mapping[str, Prompt],
    again: Mapping[str, int] = {},
    beside: Beside = Beside(),
) -> list[Request]:
    """Return one request a row that is asked for: its source fields, as JSON, and what is shown beside them; all turns
    of a question together.

    Args:
        rows: the source rows.
        kind: `task` or `question`.
        to: the model to ask.
        prompts: as from `load_prompts`.
        again: how often a row is to be asked once more, by its id.
        beside: glossary and examples.
    """
    requests = []
    for row in rows:
        if beside.examples.kept(row["id"]):
            continue
        fields = fields_of(row, kind)
        prompt, names = prompts[prompt_name(fields, kind)], field_names(fields, kind)
        if names != FIELDS[kind]:
            prompt = replace(prompt, only=names)
        data = {
            "source": as_shown(fields, names),
            "glossary": "\n".join(as_shown(term, COLUMNS) for term in terms_in(fields.values(), beside.glossary)),
            "examples": "\n".join(as_shown(each, ("source", "edited")) for each in beside.examples.shown(row, kind)),
        }
        messages = render(prompt, to.structured, data)
        requests.append(build_request(row["id"], to, prompt, messages, again=again.get(row["id"], 0)))
    return requests


def reader(rows: Sequence[Source], kind: str, language: Language) -> Read[Fields]:
    """Return what reads a reply, and refuses a translation that is none.

    Args:
        rows: the source rows.
        kind: `task` or `question`.
        language: the target language, for its script.
    """
    sources = {row["id"]: fields_of(row, kind) for row in rows}

    def read(request: Request, response: Response) -> Fields:
        value: Fields = json_of(request, response)
        source_fields = sources.get(request.id, {})  # a row that is no more is read as it was
        if missing := [name for name in source_fields if name not in value]:
            raise Unusable("wrong_schema", f"{missing[0]}: missing")
        value = {name: value[name] for name in source_fields} if source_fields else value
        stays = _staying(source_fields, value)
        for name, source in source_fields.items():
            if name not in stays and (problem := _problem(source, value[name], language)):
                raise Unusable("untranslated", f"{name}: {problem}")
        return value

    return read


def _staying(source: Fields, translation: Fields) -> set[str]:
    """Return the fields of a task that may be as they were: a text to work on in its own language, and the result."""
    stays = {name for name in ("input", "output") if source.get(name) and translation[name].strip() == source[name].strip()}
    return stays if "input" in stays else set()


def _problem(source: str, translation: str, language: Language) -> str | None:
    """Return what is wrong with a field's translation; None where nothing is."""
    if is_blank(source) != is_blank(translation):
        return "the translation is blank" if is_blank(translation) else "there is a translation of a blank text"
    letters = [character for character in prose(source) if character.isalpha()]
    if len(letters) < _LEAST_LETTERS or not language.scripts:  # code, a number, a name: it may stay as it is
        return None
    if translation.strip() == source.strip():
        return "the translation is the source"
    written = [character for character in prose(translation) if character.isalpha()]
    pattern, least = language.scripts[0]
    share = sum(map(bool, map(pattern.match, written))) / len(written) if written else 0.0
    if share < least / _TOLERANCE:
        return f"{share:.0%} of the letters are {pattern.pattern}, fewer than {least / _TOLERANCE:.0%}: not the target language"
    return None


def translated(
    rows: Sequence[Source],
    kind: str,
    to: ModelSettings,
    results: Sequence[Result[Fields]],
    beside: Beside = Beside(),
) -> list[Translated]:
    """Return the output rows of a corpus, in its order.

    A row that has no result is in the target language already, or keeps the machine text that its edit was made on. Where
    edits are shown, a row says which request it is from, unless that cannot have shown any: its edit then keeps that.
    """
    by_id, examples = {result.request.id: result for result in results}, beside.examples
    translations = []
    for row in rows:
        if edit := examples.kept(row["id"]):
            translations.append(_row(row, kind, edit["machine"], None, edit.get("made_by", to.made_by), edit["request"]))
        elif result := by_id.get(row["id"]):
            key = result.request.key if examples.count and row["id"] not in examples.edits else None
            translations.append(_row(row, kind, result.value, result.failure, to.made_by, key))
        else:
            translations.append(_row(row, kind, fields_of(row, kind), None, None, None))
    return translations


def _row(
    row: Source,
    kind: str,
    translation: Fields | None,
    failure: Failure | None,
    made_by: MadeBy | None,
    request: str | None,
) -> Translated:
    rest = {name: value for name, value in row.items() if name not in (*FIELDS[kind], "follow_ups")}
    result = {"source": fields_of(row, kind), "translation": translation, "failure": failure, "made_by": made_by}
    return cast(Translated, rest | result | ({"request": request} if request else {}))


def origin(row: Translated, corpus: str, kind: str) -> Origin:
    """Return the origin of a translated row of `corpus`: its source, and a request unless that is in the target language."""
    source = (Name("source", f"{corpus}/{row['id']}"),)
    if row["made_by"] is None:
        return Origin(source)
    return Origin(source, Asked(f"translate@{corpus}", row["id"]), prompt_name(row["source"], kind))


def prompt_name(fields: Mapping[str, str], kind: str) -> str:
    """Return the name of the prompt with which a row of `kind` is translated: a question with follow-ups has its own."""
    return "translate_conversation" if len(field_names(fields, kind)) > len(FIELDS[kind]) else f"translate_{kind}"


def load_prompts(kind: str) -> dict[str, Prompt]:
    """Return the prompts with which a corpus of `kind` is translated, by name."""
    names = ("translate_question", "translate_conversation") if kind == "question" else ("translate_task",)
    return {name: load_prompt(name) for name in names}
