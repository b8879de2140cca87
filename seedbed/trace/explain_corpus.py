"""Where a seed task, question or baseline task came from: the source, its translation, the person's edit."""

from seedbed.exchange.requests import Request
from seedbed.project.corpora import FIELDS, fields_of, status_of
from seedbed.project.edits import read_edits
from seedbed.project.params import speaker
from seedbed.project.paths import CORPORA, edited, translated
from seedbed.project.prompts import load_prompt
from seedbed.steps import post_editing, translating
from seedbed.trace.explain_request import request_node
from seedbed.trace.node import OUT_OF_DATE, Fact, Node
from seedbed.trace.workspace import Build, texts
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import Row


def corpus_node(build: Build, kind: str, id: str) -> Node:
    """Return a row as the build has it, with its edit, its translation and its source below.

    Args:
        build: the workspace.
        kind: `seed`, `question` or `baseline`.
        id: the row's.
    """
    source, machine = build.source(kind, id), build.row(translated(kind), id)
    sources = _source_node(build, kind, source)
    if machine is None:
        facts: dict[str, Fact] = {OUT_OF_DATE: f"not in {translated(kind)} yet; `dvc repro` builds it"}
        return Node(kind, id, facts, [sources])
    original = machine["made_by"] is None  # written in the target language: nothing to translate or to edit
    parts = [sources] if original else [_translation_node(build, kind, machine, source), sources]
    if kind == "baseline":  # which nobody edits: it stands for the common practice
        return Node(kind, id, texts(machine["translation"] or {}, kind) if machine["translation"] else {}, parts)
    row = build.row(edited(kind), id)
    edits = read_edits(build.edits(kind), build.corpus(kind)["kind"])
    facts = _standing(build, kind, row, machine, edits)
    edit = [] if original else [_edit_node(build, kind, machine, edits.get(id), source)]
    return Node(kind, id, facts, [*edit, *parts])


def _standing(build: Build, kind: str, row: Row | None, machine: Row, edits: dict[str, Row]) -> dict[str, Fact]:
    """The row as it stands after the edit; and whether it would stand otherwise now."""
    facts: dict[str, Fact]
    if row:
        facts = {"status": row["status"], **texts(row, kind)}
    elif machine["translation"] is None:
        facts = {"status": "dropped, it has no translation"}
    else:
        facts = {"status": f"dropped, it is {status_of(machine, edits.get(machine['id']))} (post_edit.unreviewed)"}
    try:
        now = list(post_editing.edited([machine], edits, build.corpus(kind)["kind"], build.params["post_edit"]["unreviewed"]))
    except UserError as error:  # unreviewed rows stop the build
        facts[OUT_OF_DATE] = str(error)
        return facts
    if now != ([row] if row else []):
        status = now[0]["status"] if now else "dropped"
        facts[OUT_OF_DATE] = f"edits or translation changed since: now it would be {status}; `dvc repro` brings it in"
    return facts


def _edit_node(build: Build, kind: str, machine: Row, edit: Row | None, source: Row | None) -> Node:
    """A person's edit, and what it was made on."""
    path = str(build.edits(kind))
    if edit is None:
        return Node("edit", "none", {"file": path})
    facts: dict[str, Fact] = {"decision": edit["decision"], "file": path}
    facts |= {name: edit[name] for name in ("editor", "seconds", "note") if name in edit}
    same_source = edit["source_hash"] == content_hash(machine["source"])
    same_text = edit["machine_hash"] == content_hash(machine["translation"])
    facts["made on"] = ("this source" if same_source else "another source") + (
        " and this translation" if same_text else " and another translation"
    )
    status = status_of(machine, edit)
    now = machine | {"source": fields_of(source, build.corpus(kind)["kind"])} if source else machine
    if status != "stale" and status_of(now, edit) == "stale":
        facts[OUT_OF_DATE] = "the source was changed since; `dvc repro` sets the edit aside as stale, to be looked at again"
    if status == "outdated":
        facts["outdated"] = "it stays applied, since the source is the one it was made on"
    if status == "stale":  # one that is applied is the text above
        facts["stale"] = "it is kept and not applied"
        facts |= {name: text for name, text in edit["fields"].items() if text}
    return Node("edit", machine["id"], facts)


def _translation_node(build: Build, kind: str, machine: Row, source: Row | None) -> Node:
    """The machine's translation and its request."""
    facts: dict[str, Fact] = {}
    if machine["translation"]:
        facts |= texts(machine["translation"], kind)
    if machine["failure"]:
        facts["failed"] = f"{machine['failure']['reason']}: {machine['failure']['detail']}"
    form = build.corpus(kind)["kind"]

    def now() -> list[Request]:
        to, prompt = speaker(build.params, "translate"), load_prompt(f"translate_{form}")
        return translating.build([source], form, to, prompt) if source else []

    stage = f"translate@{CORPORA[kind]}"
    if source and fields_of(source, form) != machine["source"]:
        facts[OUT_OF_DATE] = "its source was changed since; `dvc repro` translates it anew"
    return Node("translation", machine["id"], facts, [request_node(build, stage, machine["id"], f"translate_{form}", now)])


def _source_node(build: Build, kind: str, source: Row | None) -> Node:
    """The row as a person wrote it."""
    corpus = build.corpus(kind)
    if source is None:
        return Node("source", corpus["source"], {OUT_OF_DATE: "this row is no longer there; `dvc repro` drops it"})
    facts: dict[str, Fact] = {"language": corpus["language"]}
    facts |= {name: value for name, value in source.items() if name in ("task_type", "category")}
    return Node("source", corpus["source"], facts | {name: source[name] for name in FIELDS[corpus["kind"]] if source[name]})
