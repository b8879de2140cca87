"""What depends on a seed task, a baseline task, an instruction or a slot."""

from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.project.corpora import CORPUS_OF, fields_of, foreign
from seedbed.project.params_types import Kind
from seedbed.project.row_types import Decision, Edit, EditedTask
from seedbed.steps import exporting
from seedbed.steps.examples import examples_of
from seedbed.steps.origin import Name
from seedbed.steps.slots import slot_id
from seedbed.trace.describe_data import decided, decisions_on, drawn
from seedbed.trace.node import NOT_BUILT, Fact, Node
from seedbed.trace.workspace import Build
from seedbed.util.canonical import content_hash
from seedbed.util.words import count

BILL = {"exact cost": "run `seedbed plan` after the edit"}
"""Stands after every number of requests that an edit affects."""
_SHOWS = "list_has_any(json->>'$.demonstrations[*]', ?) or list_has_any(json->>'$.avoided[*]', ?)"
OF_SOURCE = " (if the source is edited)"
"""What a count of requests is followed by that an edit of the translation does not touch."""


def seed_node(build: Build, id: str) -> Node:
    """Return what depends on a seed task."""
    corpus = CORPUS_OF["seed"]
    row: EditedTask | None = build.row(paths.edited(corpus, "task"), id)
    if row is None:
        return not_built(build, "seed", id, corpus, "task")
    node = Node("seed", id, {"status": row["status"], "instruction": row["instruction"]}, stage=f"post_edit@{corpus}")
    names, touched, shown_in = [Name("seed", id), Name("translation", f"{corpus}/{id}")], list[str](), list[str]()
    for generation, block in build.params["generations"].items():
        slots = slots_showing(build, generation, [id])
        shown_in.append(f"{len(slots)} of {count(_slots_built(build, generation), 'slot')} of {generation}")
        touched.append(f"{count(len(slots), 'slot')} of {generation}" + ("" if block["seeds"] == "edited" else OF_SOURCE))
        written = _by_slot(build, generation, slots)
        kept = [name for facts in written.values() for name in facts["kept"]]
        names += [Name("instruction", name) for name in kept]
        node.children += [Node("slot", slot, {**facts}, stage=f"generate@{generation}") for slot, facts in written.items()]
        node.children += _near_it_and_its_own(build, generation, id, [_without_generation(name) for name in kept])
    if build.is_translated(corpus, id):
        touched.append(f"1 translation{OF_SOURCE}")
    touched += taught_by(build, corpus, id)
    node.facts |= {"shown in": shown_in or "no generation", "requests after an edit": touched or "none", **BILL}
    node.children += set_nodes(build, names)
    return node


def _near_it_and_its_own(build: Build, generation: str, seed: str, own: list[str]) -> list[Node]:
    """Return what was rejected as too close to a seed and to the instructions of its slots, and where those were shown."""
    nodes = rejected(build, generation, "near_duplicate", "near duplicates of it", [seed])
    nodes += rejected(build, generation, "near_duplicate", "near duplicates of instructions derived from it", own)
    if _shows_kept(build):
        shown: dict[str, Fact] = {"shown in": slots_showing(build, generation, own)}
        nodes.append(Node("demonstrations", f"of {generation}, derived from it", shown))
    return nodes


def taught_by(build: Build, corpus: str, id: str) -> list[str]:
    """Return how many translations show the edit of a row, or would once it is edited; none where no edits are shown."""
    kind, number = build.kind(corpus), build.params["translate"].get("examples", 0)
    source = build.source(corpus, id)
    if not number or source is None:
        return []
    block = build.params["corpora"][corpus]
    written: Any = build.written(Path(block["source"])).values()
    rows = foreign(written, block, build.params)
    fields = fields_of(source, kind)
    edited: Edit = {
        "id": id,
        "decision": "edited",
        "source_hash": content_hash(fields),
        "machine_hash": "",
        "fields": fields,
        "source": fields,
    }
    examples = examples_of(rows, kind, build.edits(corpus) | {id: edited}, number)
    touched = sum(id in examples.nearest(row, kind) for row in rows)
    return [f"{count(touched, 'translation')} of unreviewed rows"] if touched else []


def _shows_kept(build: Build) -> bool:
    """Whether requests show kept instructions of earlier waves."""
    settings = build.params["generate"]
    return bool(settings["demonstrations"]["generated"] or settings.get("avoid", 0))


def baseline_node(build: Build, id: str) -> Node:
    """Return what depends on a baseline task: its lines of the training sets."""
    corpus = CORPUS_OF["baseline"]
    row, node = build.translation(corpus, id), Node("baseline", id, stage=f"translate@{corpus}")
    if row is None or row["translation"] is None:
        node.facts["exported"] = "no: it has no translation"
        return node
    node.children = set_nodes(build, [Name("translation", f"{corpus}/{id}")])
    node.facts["requests after an edit"] = "1 translation" if build.is_translated(corpus, id) else "none"
    return node


def instruction_node(build: Build, id: str) -> Node:
    """Return what depends on an instruction."""
    generation, _, row_id = id.partition("/")
    row = build.candidate(generation, row_id)
    decision = decisions_on(build, generation, [row] if row else []).get(row_id)
    node = Node("instruction", id, {"filter": decided(decision)}, stage=f"generate@{generation}")
    if row is None or decision is None or decision["reason"]:
        node.facts["filter"] = f"{decided(decision)}; nothing depends on it"
        return node
    node.facts["instruction"] = row["instruction"]
    node.children += rejected(build, generation, "near_duplicate", "near duplicates of it", [row_id])
    if _shows_kept(build):
        node.facts["shown in"] = slots_showing(build, generation, [row_id])
    node.children += set_nodes(build, [Name("instruction", id)])
    return node


def slot_node(build: Build, id: str) -> Node:
    """Return what depends on a slot: its instructions, and what depends on each."""
    generation, _, name = id.partition("/")
    rows = build.candidates(generation, [int(name[1:])])
    children = [instruction_node(build, f"{generation}/{row['id']}") for row in rows]
    return Node("slot", id, {"instructions": len(rows)}, children, stage=f"generate@{generation}")


def set_nodes(build: Build, names: list[Name]) -> list[Node]:
    """Return each training set that holds some of these rows: their lines in its files, and the models trained on it."""
    # In a mixture a row's id says its file too, as its name does.
    ids, nodes = [id for name in names for id in (name.id.rpartition("/")[2], name.id)], []
    for key, training_set in build.params["sets"].items():
        examples = build.examples(key, ids)
        lines = [row["line"] for row in examples if {*exporting.origin(row, training_set).parents} & {*names}]
        if lines:
            file = str(paths.export(key) / "messages.jsonl")
            facts: dict[str, Fact] = {"file": file, "lines": [str(line) for line in lines]}
            if trained := [id for id, block in build.params["trained"].items() if block["set"] == key]:
                facts["trained on it"] = trained
            nodes.append(Node("set", key, facts, stage=f"export@{key}"))
    return nodes


def not_built(build: Build, kind: str, id: str, corpus: str, of: Kind) -> Node:
    """Return the node of a row on which nothing rests, since the build does not have it; `of`: its corpus's kind."""
    edit = build.edits(corpus).get(id)
    why = "rejected" if edit and "rejected" in edit else "new, dropped or failed"
    words = f"not in {paths.edited(corpus, of)}: {why}; nothing depends on it yet"
    return Node(kind, id, {NOT_BUILT: words}, stage=f"post_edit@{corpus}")


def slots_showing(build: Build, generation: str, ids: list[str]) -> list[str]:
    """Return the slots of a generation, as `GENERATION/SLOT`, that show one of `ids`, as an example or as what to avoid.

    A slot that gave nothing has no row that says what it showed; its demonstrations are drawn anew.
    """
    path = paths.candidates(generation)
    slots = {row["slot"] for row in build.rows(path, _SHOWS, ids, ids)}
    empty = set(range(_slots_built(build, generation))) - set(map(_slot_number, build.ids(path)))
    slots |= {slot for slot in empty if {*ids} & {*drawn(build, generation, slot)}}
    return [f"{generation}/{slot_id(slot)}" for slot in sorted(slots)]


def _slots_built(build: Build, generation: str) -> int:
    """Return how many slots the build asked: its candidates are those of a prefix of all slots."""
    return 1 + max(map(_slot_number, build.ids(paths.candidates(generation))), default=-1)


def _slot_number(id: str) -> int:
    """Return the number of a slot, from its id or from that of one of its candidates."""
    return int(id[1:].partition("-")[0])


def _without_generation(name: str) -> str:
    """Return an id without its generation."""
    return name.partition("/")[2]


def _by_slot(build: Build, generation: str, slots: list[str]) -> dict[str, dict[str, list[str]]]:
    """Return the results of each slot: the candidates that were kept, and the rejected ones with their reasons."""
    numbers = [_slot_number(_without_generation(slot)) for slot in slots]
    rows = build.candidates(generation, numbers)
    decisions = decisions_on(build, generation, rows)
    by_slot: dict[str, dict[str, list[str]]] = {slot: {"kept": [], "rejected": []} for slot in slots}
    for row in rows:
        facts, name = by_slot[f"{generation}/{slot_id(row['slot'])}"], f"{generation}/{row['id']}"
        reason = decisions[row["id"]]["reason"]
        facts["rejected" if reason else "kept"].append(f"{name} ({reason})" if reason else name)
    return by_slot


def rejected(build: Build, generation: str, reason: str, why: str, ids: list[str]) -> list[Node]:
    """Return a node of the candidates that were rejected as too close to one of `ids`; none where there are none."""
    near = "json->>'reason' = ? and list_contains(?, json->>'neighbour')"
    rows: list[Decision] = build.rows(paths.decisions(generation), near, reason, ids)
    words = [f"{generation}/{row['id']} (of {row['neighbour']}, {row['score']:g})" for row in rows]
    return [Node("rejected", f"as {why}", {"instructions": words})] if words else []
