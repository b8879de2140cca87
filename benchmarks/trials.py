"""The tables of what was done on purpose, from the files that the trials wrote; `benchmarks.compare` puts them on its page."""

import json
from collections import Counter
from math import ceil, log
from pathlib import Path
from statistics import median
from typing import Any

from seedbed.util.markdown import escaped, table

FOLDER = Path(__file__).parent
HEADING, ON_PURPOSE = "## The whole run", "## What was done to it on purpose"


def write() -> None:
    """Write the tables into the page anew."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    (FOLDER / "README.md").write_text(page.partition(HEADING)[0].rstrip() + f"\n\n{tables()}", encoding="utf-8")


def tables() -> str:
    """Return the last part of the page: a table for each trial that was run, with the command that wrote its file."""
    parts = [
        *whole_run(json.loads((FOLDER / "scale.json").read_text(encoding="utf-8"))),
        ON_PURPOSE,
        "Each table is of one run of its command, of the size that it names. Seconds are by the clock where nothing else is\n"
        "said, with whatever else the machine did in them.",
    ]
    for name, told in (
        ("kills.json", kills),
        ("faults.json", faults),
        ("forgetting.json", forgetting),
        ("hostile.jsonl", hostile),
        ("on_ray.jsonl", on_ray),
        ("peers.json", peers),
        ("store.json", store),
        ("train.json", train),
    ):
        path = FOLDER / name
        if path.is_file():
            parts += told([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])
    return "\n\n".join(parts) + "\n"


def whole_run(found: dict[str, Any]) -> list[str]:
    """Return the heading, the words and the table of `benchmarks.scale`."""
    edited, target = found["one_seed_edited"], found["target"]
    slots = edited["slots_of_the_seed"]
    words = (
        f"`python -m benchmarks.scale --target {target} > benchmarks/scale.json`: {found['candidates']:,} candidates of the "
        f"stand-in, of which {target:,} are kept; again, with every response in the store; and with one seed edited, which "
        f"{slots:,} slots show. That sends {edited['requests']:,} requests, for these slots and for "
        f"{edited['requests'] - slots:,} by which the prefix grows; "
        f"{edited['of_other_slots_both_times']:,} candidates of other slots are others, and "
        f"{edited['flipped_decisions_of_unchanged_candidates']:,} decisions about unchanged candidates are, "
        f"{edited['flipped_although_the_neighbour_stayed']:,} of them although the neighbour that decided stayed. The peak is "
        "that of the largest process. Before the first request that is sent, `generate` walks through all slots once more, "
        "without the filter, to note what it expects to send."
    )
    rows = []
    for name in ("from_nothing", "from_the_store", "one_seed_edited"):
        run = found[name]
        seconds = round(run["seconds"]), round(run["by_stage"]["generate"])
        rows.append((name.replace("_", " "), *seconds, run["requests"], run["peak_mib"]))
    return [HEADING, words, _table("run; seconds; of these, generate; requests; peak, MiB", rows)]


def _table(columns: str, rows: list[tuple[Any, ...]]) -> str:
    """Return a table; its columns are separated by a semicolon, and numbers stand to the right."""
    names = columns.split("; ")
    return table([dict(zip(names, row, strict=True)) for row in rows], names)


def on_ray(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, the words and the table of `benchmarks.on_ray`, and what ten million would take by its growth."""
    by_workers = {workers: [line for line in lines if line["workers"] == workers] for workers in (0, 1, 2)}
    sizes = [line["candidates"] for line in by_workers[0]]
    rows = [
        (f"{size:,}", *(f"{by_workers[workers][place]['seconds']:.1f}" for workers in by_workers), by_workers[0][place]["kept"])
        for place, size in enumerate(sizes)
    ]
    first, last = by_workers[2][0], by_workers[2][-1]
    exponent = log(last["seconds"] / first["seconds"]) / log(last["candidates"] / first["candidates"])
    hours = last["seconds"] * (10_000_000 / last["candidates"]) ** exponent / 3600
    decided = sum(line["cpu_s"] for line in by_workers[2]) / sum(sizes) * 10_000_000 / 3600
    loads, same = [line["load"] for line in lines], all(line["identical"] for line in lines)
    words = (
        "`python -m benchmarks.on_ray > benchmarks/on_ray.jsonl`: seconds by the clock, without tokenising and a cluster's "
        f"start, at a load of {min(loads):g} to {max(loads):g} on 2 cores. Decisions, neighbours and scores are "
        f"{'those of the local engine' if same else 'NOT those of the local engine'}. From {first['candidates']:,} to "
        f"{last['candidates']:,} candidates the exponent is {exponent:.2f} with two workers. Extrapolated by it, "
        f"not measured: 10,000,000 candidates take two workers {hours:.1f} hours. The process that decides "
        f"spends {decided:.1f} hours of CPU on them, so more than about {max(2, ceil(2 * hours / decided))} workers "
        "would wait for it."
    )
    columns = "candidates; local engine, s; 1 worker, s; 2 workers, s; kept"
    return ["### The filter on Ray", words, _table(columns, rows)]


def peers(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, the words and the tables of `benchmarks.peers`."""
    (found,) = lines
    rounds, tools = found["rounds"], list(found["versions"])
    rows = []
    for work in rounds[0]["seedbed"]:
        times = {tool: median(each[tool][work]["seconds"] for each in rounds) for tool in tools}
        ratios = {
            tool: median(each[tool][work]["seconds"] / each["seedbed"][work]["seconds"] for each in rounds) for tool in tools
        }
        rows.append((work, *(f"{times[tool]:.1f} ({ratios[tool]:.1f})" for tool in tools)))
    versions = ", ".join(f"{_name(tool)} {version}" for tool, version in found["versions"].items())
    words = (
        f"`make bench-peers`: {found['rows']:,} rows, one request a row, 32 at a time, by a server on loopback that answers "
        f"after 50 ms; {len(rounds)} rounds, the tools in turn, each in an environment of its own: {versions}. Requests are "
        "counted at the server and are medians. The programs are in `benchmarks/peers/`; each goes on with what its tool has "
        "for that, and asks up to three times. “Killed” is SIGKILL to the whole process group. In the last line "
        f"{found['rows'] // 50} rows are always answered without a choice, so no tool can have them. *Old* rows rest on a text "
        "that was edited since."
    )
    notes = (
        "curator looks up its cache by the whole set of rows and the prompt, so an edit asks for every row. After a kill it "
        "asks for what is missing. One further request tries the server.",
        "distilabel's cache knows the steps and not the rows of `LoadDataFromDicts`: after an edit it gives the old reply, and "
        "a new row is left out. `use_cache=False` asks for every row. The run after the kill loaded its steps, sent one "
        "request or none, and was ended after 180 s. Rows without a reply are left out.",
        "data-designer with `resume=IF_POSSIBLE` compares the configuration and not the seed file: an edited row keeps its "
        "reply, and a new row is asked for. `resume=NEVER`, its default, asks for every row. It resumes by whole groups of "
        "rows, here 100 instead of its default of 1,000. A reply without a choice counts as done, with an empty field.",
        "Seedbed checks the project and starts DVC each time: most of its seconds where nothing is asked. After the kill it "
        "asks again for what was under way, up to 32 requests.",
    )
    load = (
        "Seconds by the clock, and in brackets how many times Seedbed's of the same round they are; medians. The machine had "
        f"{found['cores']} cores, and a load of {found['load'][0]:g} before and {found['load'][1]:g} after, so the ratios say "
        "more than the seconds."
    )
    columns = "; ".join(["work", *map(_name, tools)])
    said = "\n".join(f"- {note}" for note in notes)
    return ["### The same work by other tools", words, peers_table(found), said, load, _table(columns, rows)]


def peers_table(found: dict[str, Any]) -> str:
    """Return the table of the requests that each tool sent for each piece of work, and of the rows that came wrong."""
    tools, rounds = list(found["versions"]), found["rounds"]

    def cell(tool: str, work: str) -> str:
        runs = [each[tool][work] for each in rounds]
        if any(run["ended"] == "hangs" for run in runs):
            return "does not end"
        wrong = [f"{most} {kind}" for kind in ("old", "missing") if (most := max(run[kind] for run in runs))]
        return ", ".join([f"{median(run['requests'] for run in runs):,.0f}", *wrong])

    rows = [(work, *(cell(tool, work) for tool in tools)) for work in rounds[0]["seedbed"]]
    names = ["requests for", *map(_name, tools)]
    return table([dict(zip(names, row, strict=True)) for row in rows], names, right=names[1:])


def _name(tool: str) -> str:
    return {"seedbed": "Seedbed"}.get(tool, tool.replace("_", "-"))


def kills(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, the words and the table of `benchmarks.kills`."""
    (found,) = lines
    trials = found["trials"]
    rows = [
        ("the following seedbed repro refused", found["refused"]),
        ("the following plain dvc repro refused, where it was tried, every other time", found["plain_dvc_repro_refused"]),
        ("answers that were in the store when it was killed, all trials together", found["answers_stored_before"]),
        ("of these, paid again", found["paid_again"]),
        ("answers asked again that had not been read", found["asked_twice_since_not_read"]),
        ("builds with the bytes of one that nobody killed", found["bytes_equal"]),
    ]
    words = (
        f"`python -m benchmarks.kills --trials {trials} > benchmarks/kills.json`: {trials} builds, each killed at a random "
        f"instant, and built again: {', '.join(f'{number} by {name}' for name, number in sorted(found['by_signal'].items()))}."
    )
    return ["### Kills", words, _table(f"of {trials} kills; number", rows)]


def faults(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, the words and the table of `benchmarks.faults`."""
    (found,) = lines
    rows = [(kind, found["met"].get(kind, 0), extra) for kind, extra in found["extra"].items()]
    rows += [("none", found["rows"] - found["faults"], found["extra_of_others"])]
    words = (
        f"`python -m benchmarks.faults --rows {found['rows']} > benchmarks/faults.json`: of {found['rows']:,} requests "
        f"{found['faults']:,} meet a fault on their first try. The rows are "
        f"{'the same bytes as' if found['same_bytes'] else 'NOT those'} of a run without faults, after "
        f"{found['seconds']} s instead of {found['seconds_without']} s."
    )
    return ["### Faults at the wire", words, _table("fault; requests that met it; sent beyond one each", rows)]


def forgetting(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, the words, the table and the sentences of `benchmarks.forgetting`."""
    (found,) = lines
    rows = []
    for each in found["each"]:
        pushes = [*(["whoever was first"] if each["first_push"] else []), *each["push"]]
        forgotten = [
            *(["pull"] if each["pull"] else []),
            *(["harvest"] if each["harvest"] else []),
            *([f"push ({', '.join(pushes)})"] if pushes else []),
        ]
        how = "neither built" if each["first_push"] else f"{each['how']}; lock of {each['lock']}"
        stopped = _who(each, stopped=True)
        warned = _who(each, stopped=False) if each["paid_twice"] else ""
        rows.append((", ".join(forgotten) or "nothing", how, stopped, warned, each["sent"], each["paid_twice"]))
    only = f" --only {' '.join(map(str, found['only']))}" if found["only"] else ""
    words = (
        f"`python -m benchmarks.forgetting{only} > benchmarks/forgetting.json`: {found['orders']} of "
        f"{found['orders_there_are']} orders. Ann and Ben edit a "
        "question each on a branch of their own and build; Ben takes Ann's branch with one side's `dvc.lock` and builds; Ann "
        "takes that and builds. Each forgets what the first column says, every time. Where a build stopped, everybody "
        f"pushed, as its sentence says, and it went on. Stopped so: {sum(bool(row[2]) for row in rows)} orders. Paid twice: "
        f"{found['paid_twice']}, without a word {found['paid_twice_without_a_word']}."
    )
    orders = _table("forgotten; Ben takes Ann's branch by; stopped; warned; requests in all; paid twice", rows)
    said = next((said for each in found["each"] for said in each["said"]), None)
    return ["### Forgetting", words, orders, *([f"Such a sentence: “{escaped(said)}”"] if said else [])]


def _who(order: dict[str, Any], stopped: bool) -> str:
    """Return those whose build was stopped by a sentence, or was only told."""
    return ", ".join(sorted({said.partition(":")[0] for said in order["said"] if (": error: " in said) == stopped}))


def hostile(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, the words and the tables of `benchmarks.hostile`."""
    total = lines[-1]
    books = [each for each in lines if "workbook" in each]
    rows: list[tuple[Any, ...]] = [
        (each["workbook"], "yes" if each["refused"] else "NO", each["cpu_s"], each["mib"], each["said"]) for each in books
    ]
    asked: Counter[tuple[str, int]] = Counter()
    wrong: Counter[tuple[str, int]] = Counter()
    for each in lines:
        if "request" in each:
            kind = each["request"].partition(" ")[0], each["status"]
            asked[kind] += 1
            wrong[kind] += each["wrote"] or not each["as_it_should"]
    answers: list[tuple[Any, ...]] = [
        (f"{method}, {status}", number, wrong[method, status]) for (method, status), number in asked.items()
    ]
    words = (
        f"`python -m benchmarks.hostile > benchmarks/hostile.jsonl`: {total['workbooks']} workbooks, of which "
        f"{total['workbooks_not_refused']} were not refused; {total['texts']} texts as a model may write them, of which "
        f"{total['texts_that_did_harm']} did harm on a page, a terminal or in a spreadsheet "
        f"({total['texts_that_would_unescaped']} would on a page, unescaped); {total['requests']} requests to the review page, "
        f"of which {total['requests_let_in']} were let in. CPU seconds and MiB are those of the process that "
        "reads the workbook."
    )
    return [
        "### What is meant to do harm",
        words,
        _table("workbook; refused; CPU s; MiB; because of", rows),
        _table("request, and status; number; let in", answers),
    ]


def store(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, and for each run the words and the table of `benchmarks.store`."""
    parts = ["### A large store"]
    for found in lines:
        looked = f"{found['keys']:,} look-ups"
        carried = [tool for tool in ("export", "import") if f"{tool}_s" in found]
        alone = f"; {found['one_by_one_cpu_s']} s of a CPU" if "one_by_one_cpu_s" in found else ""
        rows: list[tuple[Any, ...]] = [
            (f"{looked}, opening included; {found['store_cpu_s']} s of a CPU", found["store_s"], None),
            (f"{looked} one by one by SQLite alone{alone}", found["one_by_one_s"], None),
            *((tool, found[f"{tool}_s"], found[f"{tool}_own_mib_at_its_end"]) for tool in carried),
        ]
        load = f"; the machine's load was {found['load_average']:.0f} on {found['cores']} cores" if "cores" in found else ""
        words = (
            f"`python -m benchmarks.store --responses {found['responses']}{'' if carried else ' --stay'}`: "
            f"{found['responses']:,} responses in {found['gib']} GiB{load}."
        )
        if carried:
            words += " The MiB are the process's own, without the file that is mapped."
        parts += [words, _table("what; seconds; MiB", rows)]
    return parts


def train(lines: list[dict[str, Any]]) -> list[str]:
    """Return the heading, the words and the table of `benchmarks.real_train`; none of a run that was not finished."""
    (found,) = lines
    if "after" not in found:
        return []
    before, after, settings = found["before"], found["after"], found["settings"]
    rows = [
        (name, before[key], after[key])
        for name, key in (
            ("loss on the answers of held-out rows, nats a token", "held_out_loss"),
            ("Japanese letters among the letters of the answers, percent", "japanese_letters_percent"),
            ("the same where it is asked in English", "japanese_letters_percent_to_english"),
            ("distinct pairs of characters in the answers, percent", "distinct_pairs_percent"),
            ("characters an answer", "characters_an_answer"),
        )
        if key in before  # an earlier run did not ask in English
    ]
    batch, loss = settings["batch_size"] * settings["accumulation"], ", ".join(f"{loss:.2f}" for loss in found["loss"])
    words = (
        f"`python -m benchmarks.real_train --steps {found['steps']}`; `make real-train` takes as many steps as last a "
        f"quarter of an hour. {found['base']}, LoRA of rank {settings['rank']} at a learning rate of "
        f"{settings['learning_rate']:g}, {found['steps']} steps of {batch} examples ({found['epochs']:.2f} epochs of "
        f"{found['examples']}, of which {found['cut_examples']} are cut at {settings['max_length']} tokens) in "
        f"{found['seconds'] / 60:.0f} minutes on {found['device']} with {found['threads']} threads, at a load of "
        f"{found['load_average']} on {found['cores']} cores; {found['held_out_examples']} rows are held out. The training "
        f"loss, as the mean of each tenth of the steps: {loss}."
    )
    return ["### What a small real model learns", words, _table("what; before; after", rows)]
