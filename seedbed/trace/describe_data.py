"""Sources, translations, edits, seed tasks, questions and instructions: what there is to say about each, and its origin."""

from collections.abc import Sequence
from itertools import chain, takewhile
from pathlib import Path

from seedbed.filtering.similarity import Encoder, Neighbour, Pool
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.project import paths
from seedbed.project.corpora import CORPUS_OF, fields_of, status_of
from seedbed.project.material import in_words, read_passages
from seedbed.project.row_types import Candidate, Decision, Edit, Edited, Failure
from seedbed.project.sign_off import is_confirmed
from seedbed.steps import post_editing, slots, translating
from seedbed.steps.demonstrations import draw
from seedbed.steps.origin import Name, Origin
from seedbed.trace.node import EDITED_SINCE, GONE, NOT_BUILT, Described, Fact, Node, not_in
from seedbed.trace.workspace import Build, texts
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError

_ANY = 1e-9
"""A threshold that lets every text be a neighbour that has a token in common."""


def source(build: Build, id: str) -> Described:
    """Describe a row as a person wrote it; its id is `CORPUS/ROW`."""
    corpus, _, row_id = id.partition("/")
    block, row = build.params["corpora"][corpus], build.source(corpus, row_id)
    facts: dict[str, Fact] = {"file": block["source"], "language": build.language(corpus, row_id)}
    if row is None:
        return Described(facts | {GONE: "this row no longer exists; `dvc repro` removes everything derived from it"})
    label: dict[str, Fact] = {"task_type": row["task_type"]} if "task_type" in row else {"category": row["category"]}
    return Described(facts | label | texts(row, block["kind"]))


def translation(build: Build, id: str) -> Described:
    """Describe a row of `translate`; its id is `CORPUS/ROW`."""
    corpus, _, row_id = id.partition("/")
    path, kind = paths.translated(corpus), build.kind(corpus)
    row, written = build.translation(corpus, row_id), build.source(corpus, row_id)
    stage = f"translate@{corpus}"
    if row is None:
        return Described({NOT_BUILT: not_in(path)}, Origin((Name("source", id),)), stage)
    facts = texts(row["translation"], kind) if row["translation"] else {}
    if row["failure"]:
        facts["failed"] = failed(row["failure"])
    if written and build.is_translated(corpus, row_id) != (row["made_by"] is not None):
        becomes = "copies it unchanged" if row["made_by"] else "translates it"
        facts[EDITED_SINCE] = f"its declared language, so `dvc repro` {becomes}"
    elif written and fields_of(written, kind) != row["source"]:
        facts[EDITED_SINCE] = "its source, so `dvc repro` translates it again"
    origin, key = translating.origin(row, corpus, kind), row.get("request")
    edit = build.edits(corpus).get(row_id)
    if key and edit and edit.get("request") == key:
        facts["kept from"] = (
            f"its edit, which was based on the reply to {key}; `seedbed store show` shows this reply if it is stored"
        )
        origin = Origin(origin.parents)
    return Described(facts, origin, stage)


def edit(build: Build, id: str) -> Described:
    """Describe a person's edit; its id is `CORPUS/ROW`."""
    corpus, _, row_id = id.partition("/")
    facts: dict[str, Fact] = {"file": str(paths.edits(corpus, build.params["language"]))}
    edit, machine = build.edits(corpus).get(row_id), build.translation(corpus, row_id)
    if edit is None or machine is None:
        return Described(facts | {GONE: "this edit no longer exists; `dvc repro` uses the machine translation"})
    facts = {"decision": edit["decision"], **facts}
    if "editor" in edit:
        facts["editor"] = edit["editor"]
    if "seconds" in edit:
        facts["seconds"] = edit["seconds"]
    if "note" in edit:
        facts["note"] = edit["note"]
    if "confirmed" in edit:
        words = (
            "" if is_confirmed(machine, edit) else ", which is no longer valid: the source, the text or the editor has changed"
        )
        facts["confirmed"] = f"by {edit['confirmed']['by']}{words}"
    if "rejected" in edit:
        facts["rejected"] = _rejected(edit)
    status, same_text = status_of(machine, edit), edit["machine_hash"] == content_hash(machine["translation"])
    same_source = edit["source_hash"] == content_hash(machine["source"])
    facts["made on"] = f"{'this' if same_source else 'another'} source and {'this' if same_text else 'another'} translation"
    if status == "outdated":
        facts["outdated"] = "it still applies, since the source is unchanged"
    if status == "stale":
        facts["stale"] = "it is kept but not applied"
    if status in ("stale", "rejected"):
        facts |= texts(edit["fields"], build.kind(corpus))  # of one that is applied the row has the text
    written = build.source(corpus, row_id)
    if (
        written
        and status not in ("stale", "rejected")
        and edit["source_hash"] != content_hash(fields_of(written, build.kind(corpus)))
    ):
        facts[EDITED_SINCE] = "the source, so `dvc repro` marks this edit as stale and does not apply it"
    return Described(facts)


def _rejected(edit: Edit) -> str:
    by = edit["rejected"].get("by")
    return f"{f'by {by}: ' if by else ''}{edit['rejected']['reason']}"


def seed(build: Build, id: str) -> Described:
    """Describe a seed task as it is after the person's edit."""
    return _edited(build, CORPUS_OF["seed"], id)


def question(build: Build, id: str) -> Described:
    """Describe a question as it is after the person's edit."""
    return _edited(build, build.corpus_of("question", id), id)


def baseline(build: Build, id: str) -> Described:
    """Describe a baseline task, which nobody edits: it is what the machine made of it."""
    return translation(build, f"{CORPUS_OF['baseline']}/{id}")


def _edited(build: Build, corpus: str, id: str) -> Described:
    stage, kind = f"post_edit@{corpus}", build.kind(corpus)
    row: Edited | None = build.row(paths.edited(corpus, kind), id)
    machine = build.translation(corpus, id)
    if machine is None:
        return Described({NOT_BUILT: not_in(paths.translated(corpus))}, Origin((Name("source", f"{corpus}/{id}"),)), stage)
    edits = build.edits(corpus)
    status = row["status"] if row else status_of(machine, edits.get(id))
    facts: dict[str, Fact]
    if row:
        facts = {"status": status, **texts(row, kind)}
    elif machine["translation"] is None:
        facts = {"status": "dropped: it has no translation"}
    elif status == "rejected":
        facts = {"status": f"rejected {_rejected(edits[id])}"}
    else:
        unconfirmed = "" if status in ("unreviewed", "stale") else " and not confirmed"
        facts = {"status": f"dropped, it is {status}{unconfirmed} (post_edit.unreviewed)"}
    settings = build.params["post_edit"]
    try:
        now = list(post_editing.edited([machine], edits, kind, settings["unreviewed"], settings.get("require", "edited")))
        if now != ([row] if row else []):
            facts[EDITED_SINCE] = f"now it would be {now[0]['status'] if now else 'dropped'}, so `dvc repro` writes it again"
    except UserError as error:  # unreviewed rows stop the build
        facts["failed"] = str(error)
    return Described(facts, post_editing.origin(id, status, corpus), stage)


def instruction(build: Build, id: str) -> Described:
    """Describe a candidate, kept or rejected; its id is `GENERATION/CANDIDATE`."""
    generation, _, row_id = id.partition("/")
    row = build.candidate(generation, row_id)
    stage = f"generate@{generation}"
    if row is None:  # the demonstration of a row that a later build has not made yet
        return Described({GONE: f"it is no longer in {paths.candidates(generation)}; `dvc repro` samples again"}, stage=stage)
    decision = decisions_on(build, generation, [row]).get(row_id)
    name = f"{generation}/{slots.slot_id(row['slot'])}"
    facts: dict[str, Fact] = {"filter": decided(decision), "slot": name, "task type": row["task_type"]}
    facts |= {"requested topic": row["topic"]} if "topic" in row else {}
    facts |= {"output from the request": row["output_request"]} if "output_request" in row else {}
    facts |= {"material": in_words(row["material"], read_passages())} if "material" in row else {}
    facts |= texts(row, "task")
    neighbours = []
    if decision and decision["neighbour"] and decision["score"] is not None:
        near = Neighbour(decision["neighbour"], decision["score"])
        neighbours.append(_neighbour(build, generation, near, is_question=decision["reason"] == "benchmark_leak"))
    form = build.params["generations"][generation]["seeds"]
    return Described(facts, slots.origin(row["slot"], _shown(row), generation, form), stage, neighbours)


def slot(build: Build, id: str) -> Described:
    """Describe a slot and the candidates that it gave; its id is `GENERATION/SLOT`."""
    generation, _, name = id.partition("/")
    number, stage = int(name[1:]), f"generate@{generation}"
    rows = build.candidates(generation, [number])
    # A slot that gave nothing has no row that says what it showed.
    shown = _shown(rows[0]) if rows else drawn(build, generation, number)
    decisions = decisions_on(build, generation, rows)
    candidates = [
        Node("instruction", f"{generation}/{row['id']}", {"filter": decided(decisions.get(row["id"])), **texts(row, "task")})
        for row in rows
    ]
    form = build.params["generations"][generation]["seeds"]
    origin = slots.origin(number, shown, generation, form)
    facts: dict[str, Fact] = {"demonstrations": shown}
    facts |= {"material": in_words(rows[0]["material"], read_passages())} if rows and "material" in rows[0] else {}
    return Described(facts, origin, stage, candidates)


def _shown(row: Candidate) -> list[str]:
    """Return the ids of what the request of a candidate showed: demonstrations, and what was not to be written again."""
    return [*row["demonstrations"], *row.get("avoided", [])]


def nearest_when_kept(build: Build, id: str) -> Node:
    """Return what a kept instruction was closest to when the filter let it through: a seed, or one kept before.

    Every row that was kept before it is tokenised for this.
    """
    generation, _, row_id = id.partition("/")
    try:
        tokenise = load_tokeniser(build.params["filter"]["tokeniser"])
    except UserError as error:  # which is no reason to hide the rest
        return Node("nearest neighbour", facts={"failed": str(error)})
    encode, pool = Encoder(), Pool(_ANY, strict=False)
    kept = build.row(paths.instructions(generation), row_id)
    before = takewhile(lambda row: row["id"] != row_id, build.rows(paths.instructions(generation)))
    for row in chain(build.rows(seeds_of(build, generation)), before):
        pool.add(row["id"], encode(tokenise(row["instruction"])))
    near = pool.nearest(encode(tokenise(kept["instruction"]))) if kept else None
    return _neighbour(build, generation, near) if near else Node("nearest neighbour", "none", {"ROUGE-L F": 0})


def _neighbour(build: Build, generation: str, neighbour: Neighbour, *, is_question: bool = False) -> Node:
    """Return the row that a candidate is closest to."""
    id, facts = neighbour.id, dict[str, Fact]({"ROUGE-L F": round(neighbour.score, 6)})
    places = [("seed", id, seeds_of(build, generation)), ("instruction", f"{generation}/{id}", paths.candidates(generation))]
    if is_question:
        places = [("question", id, paths.edited(build.corpus_of("question", id), "question"))]
    for kind, name, path in places:
        if row := build.row(path, id):
            facts = {"kind": kind, **facts, "text": row["text" if kind == "question" else "instruction"]}
            return Node("nearest neighbour", name, facts)
    return Node("nearest neighbour", id, facts | {GONE: "it is no longer in the build; `dvc repro` filters again"})


def seeds_of(build: Build, generation: str) -> Path:
    """Return the file of the seed tasks that a generation shows."""
    return paths.seeds(build.params["generations"][generation]["seeds"])


def drawn(build: Build, generation: str, slot: int) -> list[str]:
    """Return the seed tasks that a slot shows, as the seeds and `params.yaml` are now."""
    settings = build.params["generate"]
    return draw(build.ids(seeds_of(build, generation)), settings["demonstrations"]["seeds"], settings["seed"], slot)


def decisions_on(build: Build, generation: str, rows: Sequence[Candidate]) -> dict[str, Decision]:
    """Return what the filter says of some candidates of a generation, by id."""
    ids = [row["id"] for row in rows]
    decisions: list[Decision] = build.rows(paths.decisions(generation), "list_contains(?, json->>'id')", ids)
    return {decision["id"]: decision for decision in decisions}


def decided(decision: Decision | None) -> str:
    """Return what the filter says of a candidate, in words."""
    if decision is None:
        return "not filtered yet"
    return f"rejected by {decision['reason']}: {decision['detail']}" if decision["reason"] else "kept"


def failed(failure: Failure) -> str:
    """Return why a row has no value, in words."""
    return f"{failure['reason']}: {failure['detail']}"
