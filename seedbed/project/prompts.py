"""Prompts: one YAML file each, with `$name` variables and no logic.

description: …
language: ja            what it is written in; no request holds it
system: …
user: …                 $question, $answer_a, …
reply:
  schema: judgment      the file under schemas/replies/
  as_json: …            how to reply, where the endpoint speaks JSON
  as_text: …            how to reply, where it does not
replies:                other forms of the reply, by the verdict format that reads them
  five_steps: …         schema, as_json, as_text
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any

from seedbed.util.canonical import JsonObject, canonical, on_one_line
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.schemas import FOLDER, load_schema, problems
from seedbed.util.yaml12 import load_yaml, located

Messages = list[dict[str, str]]
REPLIES: dict[str, str | None] = {
    "translate_task": "translated_task",
    "translate_question": "translated_question",
    "translate_conversation": "translated_conversation",
    "generate": "instructions",
    "generate_output": None,
    "answer": None,
    "judge": "judgment",
    "judge_reference": "judgment",
    "judge_turn": "judgment",
    **dict.fromkeys(("score", "score_reference", "score_turn"), "score"),
}
"""The reply schema that each prompt's stage can read."""
VARIABLES: dict[str, set[str]] = {
    "translate_task": {"source"},
    "translate_question": {"source"},
    "translate_conversation": {"source"},
    "generate": {"count", "demonstrations"},
    "generate_output": {"task"},
    "answer": {"question"},
    "judge": {"question", "answer_a", "answer_b"},
    "judge_reference": {"question", "reference", "answer_a", "answer_b"},
    "judge_turn": {"question", "before_a", "before_b", "answer_a", "answer_b"},
    "score": {"question", "answer"},
    "score_reference": {"question", "reference", "answer"},
    "score_turn": {"question", "before", "answer"},
}
"""What the stages supply, by the prompt's file name; each prompt shows all of its own."""
OPTIONAL: dict[str, set[str]] = {
    **{name: {"glossary", "examples"} for name in ("translate_task", "translate_question", "translate_conversation")},
    "generate": {"assignments", "material", "avoid"},
    **{name: {"criteria", "rubric"} for name in ("judge", "judge_reference", "score", "score_reference")},
    **{name: {"reference", "criteria", "rubric"} for name in ("judge_turn", "score_turn")},
}
"""What a prompt may show beside: where there is nothing to show, the line that holds the variable alone is left out."""
TASKS = "tasks"
"""The reply schema of `generate` where the outputs come from other requests: instructions and inputs alone."""


@dataclass(frozen=True)
class Prompt:
    """One file of `prompts/`.

    Attributes:
        path: the file, for messages.
        language: ISO 639 code of the language that it is written in; not rendered, so in no request.
        system: template of the system message; empty for none.
        user: template of the user message.
        reply: name of the reply's schema; None where the reply is free text.
        as_json: sentence on how to reply in JSON, added to the system message.
        as_text: the same for an endpoint that has no structured output; None where JSON is always asked for.
        without_output: the same as `as_json` where the reply holds no outputs; of `generate` alone.
        problem: what is said to the model after an unusable reply, with `$problem`; for `retry: explain`. None for nothing.
        material: what is said of the passages that are shown, for the system message; of `generate` alone.
        only: the fields of the reply's schema that are asked for, all of them required; None for the schema as it is.
    """

    path: Path
    language: str
    system: str
    user: str
    reply: str | None
    as_json: str
    as_text: str | None
    problem: str | None = None
    only: tuple[str, ...] | None = None
    without_output: str | None = None
    material: str | None = None

    def shows(self, variable: str) -> bool:
        """Whether the system or user message shows a variable."""
        return any(variable in _variables(text) for text in (self.system, self.user))


@cache
def _variables(template: str) -> list[str]:
    return Template(template).get_identifiers()


def load_prompt(name: str, folder: Path = Path("prompts"), form: str | None = None) -> Prompt:
    """Read `prompts/<name>.yaml` and hold it against the variables that its stage supplies.

    Args:
        name: its file name.
        folder: where it is.
        form: the form of the reply among its `replies`; its `reply` where it has none of this name, or for None.

    Raises:
        UserError: not a prompt file, a variable that the stage does not supply, or one that the prompt leaves out.
    """
    for problem in prompt_problems(name, folder):
        raise UserError(problem)
    path = folder / f"{name}.yaml"
    document = load_yaml(path)
    reply = document.get("replies", {}).get(form) or document.get("reply", {})
    return Prompt(
        path=path,
        language=document["language"],
        system=document.get("system", ""),
        user=document["user"],
        reply=reply.get("schema"),
        as_json=reply.get("as_json", ""),
        as_text=reply.get("as_text"),
        problem=document.get("again"),
        without_output=reply.get("without_output"),
        material=document.get("material"),
    )


def without_outputs(prompt: Prompt) -> Prompt:
    """Return the prompt of `generate` as one that asks for instructions and inputs alone.

    Raises:
        UserError: it does not say how to reply without outputs.
    """
    if prompt.without_output is None:
        raise UserError(
            f"{prompt.path}: reply.without_output is missing. generate.answer is separate, so this prompt must ask only for "
            "task_type, instruction and input; add reply.without_output, which replaces as_json in that case"
        )
    return replace(prompt, reply=TASKS, as_json=prompt.without_output)


def with_material(prompt: Prompt) -> Prompt:
    """Return the prompt of `generate` as one that says what the passages are that it shows.

    Raises:
        UserError: it does not say so, or does not show them.
    """
    if prompt.material is None or not prompt.shows("material"):
        raise UserError(
            f"{prompt.path}: generate.material is above 0, so this prompt must show passages: add a line containing only "
            "$material to `user`, and a text `material` that explains them (`seedbed upgrade` adds both)"
        )
    return replace(prompt, system=f"{prompt.system.rstrip()}\n\n{prompt.material.strip()}\n")


def prompt_problems(name: str, folder: Path = Path("prompts")) -> Iterator[str]:
    """Yield every mistake of `prompts/<name>.yaml`, with its line; see `load_prompt`.

    Raises:
        UserError: the file is missing or not YAML, or a reply schema is no JSON.
    """
    path = folder / f"{name}.yaml"
    document = load_yaml(path)
    wrong = problems(document, "prompt")
    yield from (located(path, field, words) for field, words in wrong)
    if not wrong:
        yield from _reply_problems(path, document, REPLIES[name])
        yield from _variable_problems(path, document, VARIABLES[name], OPTIONAL.get(name, set()))


def _reply_problems(path: Path, document: Mapping[str, Any], expected: str | None) -> Iterator[str]:
    """Yield what is wrong with the reply schema that a prompt names."""
    given = document.get("reply", {}).get("schema")
    named: dict[tuple[str, ...], str] = {("reply",): given} if given else {}
    named |= {("replies", name): form["schema"] for name, form in document.get("replies", {}).items()}
    for field, schema in named.items():
        if not (FOLDER / "replies" / f"{schema}.schema.json").is_file():
            known = sorted(file.name.removesuffix(".schema.json") for file in (FOLDER / "replies").glob("*.schema.json"))
            yield located(path, [*field, "schema"], f"no schema {schema!r}{did_you_mean(schema, known)}")
            continue
        load_schema(f"replies/{schema}")
        if field == ("reply",) and schema != expected:
            yield located(path, ["reply", "schema"], f"expected {expected or 'no reply block'}, found {schema}")
    if expected and not given:
        yield located(path, ["reply", "schema"], f"expected {expected}, found None")


def _variable_problems(path: Path, document: Mapping[str, Any], variables: set[str], optional: set[str]) -> Iterator[str]:
    """Yield what is wrong with the variables of a prompt's texts; `optional` are those that it may leave out."""
    known = sorted(variables | optional)
    used: set[str] = set()
    meant: set[str] = set()  # by a variable that is spelt wrongly, which is one mistake and not two
    for part in ("system", "user"):
        template = Template(document.get(part, ""))
        if not template.is_valid():
            yield located(path, [part], "a '$' that does not start a variable; write '$$' for a dollar sign")
        names = template.get_identifiers()
        for variable in names:
            if variable not in known:
                yield located(path, [part], f"unknown variable ${variable}{did_you_mean(variable, known)}")
                meant.update(get_close_matches(variable, known, n=1))
        used.update(names)
    for missing in sorted(variables - used - meant):
        yield f"{path}: the variable ${missing} is missing; add it to the prompt"
    again = Template(document.get("again", "$problem"))
    if not again.is_valid() or again.get_identifiers() != ["problem"]:
        yield located(path, ["again"], "expected a text whose only variable is $problem")


def render(
    prompt: Prompt,
    structured: str,
    data: Mapping[str, str],
    plain: Mapping[str, str] | None = None,
    schema: Mapping[str, Any] | None = None,
) -> Messages:
    """Fill a prompt's variables and return the chat messages.

    Args:
        prompt: the prompt.
        structured: the endpoint's way to ask for a schema (`json_schema`, `json_object`, `text`).
        data: variables that hold text of a model or of a dataset. Each is put between two lines that carry a hash of
            all of them, so that no text can close its own block or open another one:
            `<answer_a 3f9a…>` text `</answer_a 3f9a…>`. An optional one that is missing, empty or not shown leaves no
            trace: the line that holds its variable alone is left out.
        plain: variables of our own making (a number, a language), put in as they are.
        schema: the reply's schema, where it is not the file that the prompt names.
    """
    optional = OPTIONAL.get(prompt.path.stem, set())
    data = {name: text for name, text in data.items() if name not in optional or (text and prompt.shows(name))}
    empty = tuple(sorted(optional - data.keys()))
    mark = sha256(canonical(dict(data)).encode()).hexdigest()[:12]
    values = {name: f"<{name} {mark}>\n{text}\n</{name} {mark}>" for name, text in data.items()} | dict(plain or {})
    values |= dict.fromkeys(empty, "")
    system = Template(_without_lines(prompt.system, empty)).substitute(values)
    if prompt.reply:
        asked = (
            prompt.as_text if structured == "text" and prompt.as_text is not None else _json_wish(prompt, structured, schema)
        )
        system = "\n\n".join(filter(None, [system.rstrip("\n"), asked.rstrip("\n")]))
    messages = [{"role": "system", "content": system.strip()}] if system.strip() else []
    return [*messages, {"role": "user", "content": Template(_without_lines(prompt.user, empty)).substitute(values).strip()}]


@lru_cache(maxsize=64)
def _without_lines(template: str, variables: tuple[str, ...]) -> str:
    """Return a template without the lines that hold one of the variables alone, and the empty lines after each."""
    names = "|".join(map(re.escape, variables))
    return re.sub(rf"^\$(?:{names}|\{{(?:{names})\}})[ \t]*\n+", "", template, flags=re.MULTILINE) if names else template


def _json_wish(prompt: Prompt, structured: str, schema: Mapping[str, Any] | None) -> str:
    """How to reply in JSON; with the schema in words where the endpoint cannot be given it."""
    if structured == "json_schema" or prompt.reply is None:
        return prompt.as_json
    return f"{prompt.as_json.rstrip()}\n\nJSON Schema: {canonical(schema or reply_schema(prompt.reply, prompt.only))}"


def explain_problem(template: str, problem: str) -> str:
    """Return the message that a model gets after an unusable reply."""
    return Template(template).substitute(problem=problem).strip()


def as_shown(fields: Mapping[str, Any], order: Sequence[str]) -> str:
    """Return fields as one line of JSON, in the order in which a reply schema requires them: models write what they see."""
    return on_one_line({name: fields[name] for name in order})


def reply_schema(name: str, only: Sequence[str] | None = None) -> JsonObject:
    """Return the schema of a reply without its `$schema` and `$id`, as an endpoint wants it; with `only` these fields."""
    schema = {key: value for key, value in load_schema(f"replies/{name}").items() if not key.startswith("$")}
    if only is None:
        return schema
    return schema | {"properties": {field: schema["properties"][field] for field in only}, "required": list(only)}


def blocks_of(text: str) -> dict[str, str]:
    """Return the blocks that `render` put into a message, by name; the first of each name."""
    blocks: dict[str, str] = {}
    for match in re.finditer(r"^<(\w+) ([0-9a-f]{12})>\n(.*?)\n</\1 \2>$", text, re.DOTALL | re.MULTILINE):
        blocks.setdefault(match[1], match[3])
    return blocks
