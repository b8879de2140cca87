"""The dataset card: metadata for the Hugging Face Hub and `datasets`, and documentation for people."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import yaml

from seedbed import __version__
from seedbed.project import paths
from seedbed.project.params_types import Params, Publish
from seedbed.publishing.overlap import ngram, overlapping, overlaps
from seedbed.publishing.released import Example
from seedbed.publishing.sources import data_sources
from seedbed.reporting.dataset import DECISION_COLUMNS, Dataset
from seedbed.reporting.shared import stand_in_line, usage_table
from seedbed.reporting.texts import ENGLISH
from seedbed.util.canonical import JsonObject
from seedbed.util.markdown import escaped, table
from seedbed.util.rows import Row

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
_FIELDS = (
    ("instruction, input, output", "the task, what it is about (may be empty), and its answer"),
    ("messages", "the same as chat messages: instruction and input as the user's"),
    ("origin", "seed, generated, translated or imported"),
    ("status", "of a seed: what a person's edit of it is worth (edited, approved, unreviewed, …)"),
    ("task_type", "the kind of task"),
    ("endpoint, model", "which model wrote the row, or the translation that a person edited"),
    ("id", "of the row in the build; unique within a configuration and origin"),
)


def card(params: Params, settings: Publish, examples: Sequence[Example], sizes: Mapping[str, Mapping[str, int]]) -> str:
    """Return the text of the card: YAML front matter and Markdown, in English whatever language the reports have.

    Args:
        params: the whole of `params.yaml`.
        settings: its block `publish`, with a licence.
        examples: of every set; see `released`.
        sizes: the number of examples of each set that has any, by split; split names are the files' names.

    Raises:
        UserError: a file that it describes is missing or not valid.
    """
    name = settings.get("name") or Path.cwd().name
    front = yaml.safe_dump(front_matter(params, settings, name, sizes), allow_unicode=True, sort_keys=False, width=1000)
    dataset = Dataset({**params, "report": {**params["report"], "language": ENGLISH}})
    parts = [f"---\n{front}---", f"# {escaped(name)}"]
    parts += [settings["description"].strip()] if "description" in settings else []
    parts += stand_in_line(dataset.stand_in)
    parts += [*_sets(sizes, settings), *_making(dataset), *_decisions(dataset), *_people(dataset), *_bill(dataset)]
    parts += [*_contamination(params, examples), *_limits(params, settings, dataset), *_citation(settings)]
    return "\n\n".join(parts) + "\n"


def front_matter(params: Params, settings: Publish, name: str, sizes: Mapping[str, Mapping[str, int]]) -> JsonObject:
    """Return the card's metadata for tools; the first set is the default configuration."""
    number = sum(size for splits in sizes.values() for size in splits.values())
    return {
        "language": [params["language"]],
        "license": settings["license"],
        "pretty_name": name,
        "size_categories": [next((words for most, words in _SIZES if number < most), "n>10M")],
        "task_categories": ["text-generation"],
        "tags": ["instruction-tuning", "synthetic", "seedbed"],
        "configs": [
            {"config_name": id}
            | ({"default": True} if place == 0 else {})
            | {"data_files": [{"split": split, "path": f"{id}/{split}.parquet"} for split in splits]}
            for place, (id, splits) in enumerate(sizes.items())
        ],
    }


def _sets(sizes: Mapping[str, Mapping[str, int]], settings: Publish) -> Iterator[str]:
    splits = list(dict.fromkeys(split for each in sizes.values() for split in each))
    yield "## Sets"
    yield (
        "One configuration a training set. The hash of instruction and input draws the split, so a task is in the same one in "
        "every set and every release. Beside the Parquet files are the same rows as JSON Lines, in a folder a format."
    )
    yield table([{"set": id} | {split: each.get(split, 0) for split in splits} for id, each in sizes.items()], ["set", *splits])
    yield table([{"field": field, "meaning": words} for field, words in _FIELDS], ["field", "meaning"])


def _making(dataset: Dataset) -> Iterator[str]:
    params = dataset.params
    yield "## How it was made"
    yield (
        f"Built by Seedbed {__version__} from the files below; the build's `dvc.lock` has the SHA-256 "
        f"`{_sha256(paths.DVC_LOCK)}`, and names the hash of every input and output."
    )
    sources = [
        {"source": str(source.path), "used as": source.used, "sha-256": _sha256(source.path)}
        | {"licence": source.license or ("not said" if source.imported else f"the authors' own ({_own(params)})")}
        | {"from": source.address or ""}
        for source in data_sources(params)
    ]
    yield "Sources:"
    addresses = ["from"] if any(source["from"] for source in sources) else []
    yield table(sources, ["source", "used as", "licence", *addresses, "sha-256"])
    questions = {f"translate@{name}" for name, corpus in params["corpora"].items() if corpus["kind"] == "question"}
    provenance = dataset.tables.query("shared/provenance")
    makers = [_maker(row) for row in provenance if row["model"] and row["step"] not in questions]
    if makers:
        yield "Models:"
        yield table(makers, ["step", "model", "endpoint", "parameters", "rows", "failed"])
    prompts = [{"prompt": path.name, "sha-256": _sha256(path)} for path in _prompts(params)]
    yield "Prompts:"
    yield table(prompts, ["prompt", "sha-256"])


def _own(params: Params) -> str:
    return params.get("publish", {}).get("license", "")


def _maker(row: Row) -> Row:
    return {**row, "parameters": "; ".join(row["parameters"])}


def _prompts(params: Params) -> Iterator[Path]:
    """Yield the prompts whose replies are in the sets."""
    asked = {"translate_task"} | ({"generate"} if params["generations"] else set())
    asked |= {"generate_output"} if params["generate"].get("answer") == "separate" else set()
    yield from (path for name in sorted(asked) if (path := paths.prompt(name)).is_file())


def _decisions(dataset: Dataset) -> Iterator[str]:
    if dataset.decisions:
        yield "## What the filter decided"
        yield table(dataset.decisions, DECISION_COLUMNS)


def _people(dataset: Dataset) -> Iterator[str]:
    effort = {row["corpus"]: row for row in dataset.tables.query("human/effort")}
    yield "## Human work"
    yield "Post-edits of the machine translation; HTER is what was changed over the length of the edited text, in percent."
    names = ["corpus", "rows", "edited", "approved", "unreviewed", "confirmed", "characters_changed", "hter", "minutes"]
    tasks = [name for name, corpus in dataset.params["corpora"].items() if corpus["kind"] == "task"]
    rows = [effort[name] for name in tasks if name in effort]
    yield table(rows, names) if rows else "Nobody edited a row."


def _bill(dataset: Dataset) -> Iterator[str]:
    yield "## What it cost"
    yield "The responses that the data rests on, with those for the benchmark's questions; without a price `usd` is empty."
    yield usage_table(dataset.usage)


def _contamination(params: Params, examples: Sequence[Example]) -> Iterator[str]:
    nearest = overlaps(params, examples)
    found = overlapping(params, nearest)
    rows = [
        {"benchmark": name, "questions": len(of), "overlapping": sum(each.benchmark == name for each in found)}
        | {"nearest by characters": max(each.characters for each in of), "nearest by subject": max(each.subject for each in of)}
        for name in dict.fromkeys(each.benchmark for each in nearest)
        if (of := [each for each in nearest if each.benchmark == name])
    ]
    yield "## Contamination check"
    yield (
        "Each question of each benchmark was held against every example: the share of its runs of "
        f"{ngram(params)} characters that one example holds, and the share of its words, rarer ones weighing more, that one "
        "task holds. *own* is the project's own benchmark. Benchmarks that are not in this table were not looked at, and a "
        "question in another language than the data shares nothing with it, although the data may hold its translation."
    )
    yield table(rows, ["benchmark", "questions", "overlapping", "nearest by characters", "nearest by subject"])


def _limits(params: Params, settings: Publish, dataset: Dataset) -> Iterator[str]:
    origins = {row["origin"] for row in dataset.training_sets}
    limits = ["Generated rows passed rules, no person: they may be wrong, unsafe or biased."] if "generated" in origins else []
    limits += ["Translated rows that nobody edited are as the machine wrote them."] if "translated" in origins else []
    limits += ["Each row is one task and its answer: there are no conversations of several turns."]
    limits += settings.get("limits", [])
    yield "## Known limits"
    yield "\n".join(f"- {' '.join(limit.split())}" for limit in limits)


def _citation(settings: Publish) -> Iterator[str]:
    if "citation" in settings:
        fence = "```"
        while fence in settings["citation"]:
            fence += "`"
        yield "## Citation"
        yield f"{fence}\n{settings['citation'].strip()}\n{fence}"


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
