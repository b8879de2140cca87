"""What rests on a seed, a baseline task, an instruction or a slot: slots, instructions, near duplicates, exports."""

import json
from itertools import islice
from pathlib import Path

from seedbed.project.paths import BUILD, CANDIDATES, INSTRUCTIONS, REJECTED, edited, there, translated
from seedbed.steps.exporting import FORMATS
from seedbed.trace.explain_generated import drawn_now
from seedbed.trace.impact_stages import BILL
from seedbed.trace.node import OUT_OF_DATE, Fact, Node
from seedbed.trace.workspace import Build
from seedbed.util.rows import Row
from seedbed.util.words import count

EXPORT = BUILD / "export"


def seed_node(build: Build, id: str) -> Node:
    """Return what rests on a seed task."""
    row = build.row(edited("seed"), id)
    if row is None:
        return Node("seed", id, {OUT_OF_DATE: f"not in {edited('seed')}: new, dropped or failed; nothing rests on it yet"})
    slots, again = slots_showing(build, [id]), build.params["generate"]["demonstrations"]["generated"]
    node = Node("seed", id, {"status": row["status"], "shown in": f"{len(slots)} of {count(slots_built(build), 'slot')}"})
    node.facts["instruction"] = row["instruction"]
    later = ", later slots that show what these write" if again else ""
    touched = f"{count(len(slots), 'slot')}{build.and_translation('seed')}{later}, further slots if fewer pass the filter"
    node.facts |= {"requests an edit touches": touched, **BILL}
    if gone := [slot for slot in slots if id not in drawn_now(build, slot)]:
        node.facts[OUT_OF_DATE] = f"as the build's seeds and params.yaml are now, {len(gone)} of these slots would not show it"
    written, reasons = _by_slot(build, CANDIDATES, slots), _by_slot(build, REJECTED, slots)
    kept, mine = set(build.ids(INSTRUCTIONS)), list[str]()
    for slot in slots:
        passed = [row["id"] for row in written[slot] if row["id"] in kept]
        mine += passed
        facts: dict[str, Fact] = {"kept": passed, "rejected": [f"{row['id']} ({row['reason']})" for row in reasons[slot]]}
        node.children.append(Node("slot", slot_id(slot), facts))
    node.children += [
        _rejected(build, "too close to it", [id]),
        _rejected(build, "too close to those it helped to write", mine),
    ]
    if again:
        shown = slots_showing(build, mine)
        node.children.append(Node("demonstrations", "among those it helped to write", {"shown in": list(map(slot_id, shown))}))
    exported = [id, *mine] if build.params["export"]["seeds"] else mine
    formats = ", ".join(build.params["export"]["formats"])
    node.children.append(Node("export", f"{EXPORT}/seedbed.*.jsonl", {"lines": len(exported), "formats": formats}))
    return node


def baseline_node(build: Build, id: str) -> Node:
    """Return what rests on a baseline task: its lines of the exports."""
    ids = [row["id"] for row in build.rows(translated("baseline"), "json->>'translation' is not null")]
    row = build.row(translated("baseline"), id)
    node = Node("baseline", id)
    if row is None or row["translation"] is None:
        node.facts["exported"] = "no, it has no translation"
        return node
    node.children = [_export(build, "baseline", ids.index(id), row["translation"])]
    node.facts["requests an edit touches"] = "1 translation" if build.translates("baseline") else "none"
    return node


def instruction_node(build: Build, id: str) -> Node:
    """Return what rests on an instruction."""
    row = build.row(INSTRUCTIONS, id)
    if row is None:
        found = build.rows(REJECTED, "json->>'id' = ?", id)
        why = f"rejected by {found[0]['reason']}" if found else "not filtered yet"
        return Node("instruction", id, {"filter": f"{why}: nothing rests on it"})
    node = Node("instruction", id, {"filter": "kept", "instruction": row["instruction"]})
    node.children.append(_rejected(build, "too close to it", [id]))
    if build.params["generate"]["demonstrations"]["generated"]:
        node.facts["shown in"] = list(map(slot_id, slots_showing(build, [id])))
    seeds = len(build.ids(edited("seed"))) if build.params["export"]["seeds"] else 0
    node.children.append(_export(build, "seedbed", seeds + build.ids(INSTRUCTIONS).index(id), row))
    return node


def slot_node(build: Build, id: str) -> Node:
    """Return what rests on a slot: its instructions, and what rests on each."""
    rows = build.rows(CANDIDATES, "(json->>'slot')::bigint = ?", int(id[1:]))
    return Node("slot", id, {"instructions": len(rows)}, [instruction_node(build, row["id"]) for row in rows])


def slots_built(build: Build) -> int:
    """Return how many slots the build asked: its candidates are those of a prefix of all slots."""
    return 1 + max((int(id[1:].partition("-")[0]) for id in build.ids(CANDIDATES)), default=-1)


def slots_showing(build: Build, ids: list[str]) -> list[int]:
    """Return the slots that show one of `ids` as a demonstration.

    A slot that gave nothing has no row that says what it showed; its demonstrations are drawn anew.
    """
    shows = "list_has_any(json->>'$.demonstrations[*]', ?)"
    found = {row["slot"] for row in build.rows(CANDIDATES, shows, ids)}
    gave = {int(id[1:].partition("-")[0]) for id in build.ids(CANDIDATES)}
    found |= {slot for slot in set(range(slots_built(build))) - gave if set(ids) & set(drawn_now(build, slot))}
    return sorted(found)


def slot_id(slot: int) -> str:
    """Return a slot's id."""
    return f"s{slot:05}"


def _by_slot(build: Build, path: Path, slots: list[int]) -> dict[int, list[Row]]:
    """The rows of candidates or rejected ones of some slots."""
    found: dict[int, list[Row]] = {slot: [] for slot in slots}
    for row in build.rows(path, "list_contains(?, (json->>'slot')::bigint)", slots):
        found[row["slot"]].append(row)
    return found


def _rejected(build: Build, why: str, ids: list[str]) -> Node:
    """The instructions that were rejected as near duplicates of one of `ids`."""
    near = "json->>'reason' = 'near_duplicate' and list_contains(?, json->>'neighbour')"
    rows = build.rows(REJECTED, near, ids)
    said: list[str] = [f"{row['id']} (of {row['neighbour']}, {row['score']:g})" for row in rows]
    return Node("rejected instructions", why, {"near_duplicate": said})


def _export(build: Build, name: str, place: int, row: Row) -> Node:
    """The line of each export that a row is."""
    paths = {format: there(EXPORT / f"{name}.{format}.jsonl") for format in build.params["export"]["formats"]}
    node = Node("export", f"line {place + 1}", {"of": list(map(str, paths.values()))})
    if any(_line(path, place) != FORMATS[format](row) for format, path in paths.items()):
        node.facts[OUT_OF_DATE] = "another row stands there; `dvc repro export` writes them anew"
    return node


def _line(path: Path, place: int) -> Row | None:
    with path.open(encoding="utf-8") as file:
        text = next(islice(file, place, None), None)
    row: Row | None = json.loads(text) if text else None
    return row
