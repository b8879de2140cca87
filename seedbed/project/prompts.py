"""Prompts: one YAML file each, with `$name` variables and no logic.

description: …
language: ja            what it is written in; no request holds it
system: …
user: …                 $question, $answer_a, …
reply:
  schema: judgment      the file under schemas/replies/
  as_json: …            how to reply, where the endpoint speaks JSON
  as_text: …            how to reply, where it does not
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any

from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.schemas import FOLDER, first_problem, load_schema
from seedbed.util.yaml12 import line_of, load_yaml

Messages = list[dict[str, str]]
REPLIES: dict[str, str | None] = {
    "translate_task": "translated_task",
    "translate_question": "translated_question",
    "generate": "instructions",
    "answer": None,
    "judge": "judgment",
    "judge_reference": "judgment",
}
"""The reply schema that each prompt's stage can read."""
VARIABLES: dict[str, set[str]] = {
    "translate_task": {"source"},
    "translate_question": {"source"},
    "generate": {"count", "demonstrations"},
    "answer": {"question"},
    "judge": {"question", "answer_a", "answer_b"},
    "judge_reference": {"question", "reference", "answer_a", "answer_b"},
}
"""What the stages supply, by the prompt's file name; each prompt shows all of its own."""


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
    """

    path: Path
    language: str
    system: str
    user: str
    reply: str | None
    as_json: str
    as_text: str | None


def load_prompt(name: str, folder: Path = Path("prompts")) -> Prompt:
    """Read `prompts/<name>.yaml` and hold it against the variables that its stage supplies.

    Raises:
        UserError: not a prompt file, a variable that the stage does not supply, or one that the prompt leaves out.
    """
    path, variables = folder / f"{name}.yaml", VARIABLES[name]
    document = load_yaml(path)
    problem = first_problem(document, "prompt")
    if problem:
        field, words = problem
        raise UserError(f"{path}:{line_of(path, field)}: {'.'.join(map(str, field)) or 'the file'}: {words}")
    reply = document.get("reply", {})
    if reply and not (FOLDER / "replies" / f"{reply['schema']}.schema.json").is_file():
        known = sorted(file.name.removesuffix(".schema.json") for file in (FOLDER / "replies").glob("*.schema.json"))
        raise UserError(
            f"{path}:{line_of(path, ['reply', 'schema'])}: reply.schema: no schema {reply['schema']!r}"
            f"{did_you_mean(reply['schema'], known)}"
        )
    if reply.get("schema") != REPLIES[name]:
        raise UserError(f"{path}: reply.schema: expected {REPLIES[name] or 'no reply block'}, found {reply.get('schema')}")
    found: set[str] = set()
    for part in ("system", "user"):
        template = Template(document.get(part, ""))
        where = f"{path}:{line_of(path, [part])}: {part}" if part in document else part
        if not template.is_valid():
            raise UserError(f"{where}: a '$' that begins no variable; write '$$' for a dollar")
        for variable in template.get_identifiers():
            if variable not in variables:
                raise UserError(f"{where}: unknown variable ${variable}{did_you_mean(variable, sorted(variables))}")
            found.add(variable)
    if missing := sorted(variables - found):
        raise UserError(f"{path}: the variable ${missing[0]} is missing; this prompt must show it somewhere")
    return Prompt(
        path=path,
        language=document["language"],
        system=document.get("system", ""),
        user=document["user"],
        reply=reply.get("schema"),
        as_json=reply.get("as_json", ""),
        as_text=reply.get("as_text"),
    )


def render(prompt: Prompt, structured: str, data: Mapping[str, str], plain: Mapping[str, str] | None = None) -> Messages:
    """Fill a prompt's variables and return the chat messages.

    Args:
        prompt: the prompt.
        structured: the endpoint's way to ask for a schema (`json_schema`, `json_object`, `text`).
        data: variables that hold text of a model or of a dataset. Each is put between two lines that carry a hash of
            all of them, so that no text can close its own block or open another one:
            `<answer_a 3f9a…>` text `</answer_a 3f9a…>`.
        plain: variables of our own making (a number, a language), put in as they are.
    """
    mark = sha256(canonical(dict(data)).encode()).hexdigest()[:12]
    values = {name: f"<{name} {mark}>\n{text}\n</{name} {mark}>" for name, text in data.items()} | dict(plain or {})
    system = Template(prompt.system).substitute(values)
    if prompt.reply:
        asked = prompt.as_text if structured == "text" and prompt.as_text is not None else _json_wish(prompt, structured)
        system = "\n\n".join(filter(None, [system.rstrip("\n"), asked.rstrip("\n")]))
    messages = [{"role": "system", "content": system.strip()}] if system.strip() else []
    return [*messages, {"role": "user", "content": Template(prompt.user).substitute(values).strip()}]


def _json_wish(prompt: Prompt, structured: str) -> str:
    """How to reply in JSON; with the schema in words where the endpoint cannot be given it."""
    if structured == "json_schema" or prompt.reply is None:
        return prompt.as_json
    return f"{prompt.as_json.rstrip()}\n\nJSON Schema: {canonical(reply_schema(prompt.reply))}"


def reply_schema(name: str) -> dict[str, Any]:
    """Return the schema of a reply without its `$schema` and `$id`, as an endpoint wants it."""
    return {key: value for key, value in load_schema(f"replies/{name}").items() if not key.startswith("$")}


def blocks_of(text: str) -> dict[str, str]:
    """Return the blocks that `render` put into a message, by name; the first of each name."""
    found: dict[str, str] = {}
    for match in re.finditer(r"^<(\w+) ([0-9a-f]{12})>\n(.*?)\n</\1 \2>$", text, re.DOTALL | re.MULTILINE):
        found.setdefault(match[1], match[3])
    return found
