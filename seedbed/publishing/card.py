"""The dataset card: metadata for the Hugging Face Hub and `datasets`, and documentation for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import yaml

from seedbed import __version__
from seedbed.kits import language_name
from seedbed.project import paths
from seedbed.project.params_types import Params, Publish
from seedbed.publishing.overlap import ngram, overlapping
from seedbed.publishing.personal import LIMITS, can_find_phones
from seedbed.publishing.release import Release
from seedbed.publishing.sources import data_sources
from seedbed.reporting.dataset import DECISION_COLUMNS, Dataset
from seedbed.reporting.shared import stand_in_line, usage_table
from seedbed.reporting.texts import ENGLISH
from seedbed.steps.exporting import is_conversation
from seedbed.util.canonical import JsonObject
from seedbed.util.markdown import escaped, table
from seedbed.util.rows import Row
from seedbed.util.words import count

_SIZES = {
    "n<1K": 10**3,
    "1K<n<10K": 10**4,
    "10K<n<100K": 10**5,
    "100K<n<1M": 10**6,
    "1M<n<10M": 10**7,
    "10M<n<100M": 10**8,
    "100M<n<1B": 10**9,
}
"""The Hub's names for sizes, and what each is below."""
_LARGEST = "1B<n<10B"
_FIELDS = (
    ("instruction, input, output", "the task, its input (may be empty), and the answer"),
    ("messages", "the same as chat messages; the user's message is the instruction and the input"),
    ("origin", "how the example was made, see below"),
    ("status", "of a seed task: whether a person edited or approved its translation (edited, approved, unreviewed, …)"),
    ("task_type", "the kind of task; may be empty"),
    ("endpoint, model", "the model that wrote the row, or the translation that a person edited; empty where no model did"),
    ("id", "id of the row in the build; unique within a configuration and origin"),
)
_OF_CONVERSATIONS = {
    "instruction, input, output": "the task, its input (may be empty), and the answer; of a conversation its first turn",
    "messages": "all of it as chat messages, with the system message if there is one; the first message of the user is the "
    "instruction and the input",
}
"""What is said of fields instead where an example has a system message or several turns."""
_ORIGINS = {
    "seed": "seed tasks that people wrote; where they are in another language, a model translated them and people edited the "
    "translations (`status` says which)",
    "generated": "tasks and answers that a model wrote, with seed tasks as examples; the rules of a filter removed some",
    "translated": "tasks that a model translated, without edits, for comparison",
    "original": "tasks that were in the language of the data set already, unchanged and not translated; see the sources",
    "imported": "tasks of another data set, unchanged; see the sources",
}


def card(params: Params, settings: Publish, release: Release, sizes: Mapping[str, Mapping[str, int]]) -> str:
    """Return the text of the card: YAML front matter and Markdown, in English whatever language the reports have.

    Args:
        params: the whole of `params.yaml`.
        settings: its block `publish`, with a licence.
        release: what is published.
        sizes: the number of examples of each set that has any, by split; split names are the files' names.

    Raises:
        UserError: a file that it describes is missing or not valid.
    """
    name = settings.get("name") or Path.cwd().name
    front = yaml.safe_dump(front_matter(params, settings, name, sizes), allow_unicode=True, sort_keys=False, width=1000)
    dataset = Dataset({**params, "report": {**params["report"], "language": ENGLISH}})
    parts = [f"---\n{front}---", f"# {escaped(name)}"]
    parts += [settings["description"].strip()] if "description" in settings else []
    parts += [*stand_in_line(dataset.stand_in), _in_short(params, settings, release)]
    parts += [*_sets(sizes, release), *_making(dataset, release), *_decisions(dataset), *_people(dataset), *_bill(dataset)]
    parts += [*_contamination(params, release), *_limits(settings, release), *_citation(settings)]
    return "\n\n".join(parts) + "\n"


def front_matter(params: Params, settings: Publish, name: str, sizes: Mapping[str, Mapping[str, int]]) -> JsonObject:
    """Return the card's metadata for tools; the first set is the default configuration."""
    number = sum(size for splits in sizes.values() for size in splits.values())
    return {
        "language": [params["language"]],
        "license": settings["license"],
        "pretty_name": name,
        "size_categories": [next((words for words, most in _SIZES.items() if number < most), _LARGEST)],
        "task_categories": ["text-generation"],
        "tags": ["instruction-tuning", "synthetic", "seedbed"],
        "configs": [
            {"config_name": id}
            | ({"default": True} if place == 0 else {})
            | {"data_files": [{"split": split, "path": f"{id}/{split}.parquet"} for split in splits]}
            for place, (id, splits) in enumerate(sizes.items())
        ],
    }


def _in_short(params: Params, settings: Publish, release: Release) -> str:
    language = f"{language_name(params['language'])} (`{params['language']}`)"
    sets = count(len({example.set for example in release.examples}), "training set")
    return f"{count(len(release.examples), 'example')} in {language}, in {sets}. Licence: {settings['license']}."


def _sets(sizes: Mapping[str, Mapping[str, int]], release: Release) -> Iterator[str]:
    splits = list(dict.fromkeys(split for each in sizes.values() for split in each))
    origins = Counter((example.set, example.row["origin"]) for example in release.examples)
    kinds = [kind for kind in _ORIGINS if any(origin == kind for _, origin in origins)]
    yield "## Sets"
    yield (
        "Each training set is a configuration of `datasets.load_dataset`. The table counts its examples by origin and by "
        "split; an example may be in several sets."
    )
    rows = [
        {"set": id} | {kind: origins[id, kind] for kind in kinds} | {split: each.get(split, 0) for split in splits}
        for id, each in sizes.items()
    ]
    yield table(rows, ["set", *kinds, *splits])
    yield (
        "The split depends on the hash of instruction and input, so a task is in the same split in every set and release. "
        "Subfolders contain the same examples as JSON Lines, one folder per format."
    )
    said = _OF_CONVERSATIONS if any(is_conversation(example.row) for example in release.examples) else {}
    yield table([{"field": field, "meaning": said.get(field, words)} for field, words in _FIELDS], ["field", "meaning"])


def _making(dataset: Dataset, release: Release) -> Iterator[str]:
    params = dataset.params
    there = {example.row["origin"] for example in release.examples}
    yield "## How it was made"
    yield "\n".join(f"- *{origin}*: {words}" for origin, words in _ORIGINS.items() if origin in there)
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
    if prompts := [{"prompt": path.name, "sha-256": _sha256(path)} for path in _prompts(params, makers)]:
        yield "Prompts:"
        yield table(prompts, ["prompt", "sha-256"])


def _own(params: Params) -> str:
    return params.get("publish", {}).get("license", "")


def _maker(row: Row) -> Row:
    return {**row, "parameters": "; ".join(row["parameters"])}


def _prompts(params: Params, makers: Sequence[Row]) -> Iterator[Path]:
    """Yield the prompts whose replies are in the sets."""
    steps = {row["step"].partition("@")[0] for row in makers}
    asked = ({"translate_task"} if "translate" in steps else set()) | ({"generate"} if "generate" in steps else set())
    asked |= {"generate_output"} if "generate" in asked and params["generate"].get("answer") == "separate" else set()
    yield from (path for name in sorted(asked) if (path := paths.prompt(name)).is_file())


def _decisions(dataset: Dataset) -> Iterator[str]:
    if dataset.decisions:
        yield "## Filter decisions"
        yield "What became of the generated tasks: kept, or the rule that rejected them."
        yield table(dataset.decisions, DECISION_COLUMNS)


def _people(dataset: Dataset) -> Iterator[str]:
    effort = {row["corpus"]: row for row in dataset.tables.query("human/effort")}
    yield "## Human work"
    yield "People edit the machine translations of the seed tasks. HTER: edits over the length of the edited text, in percent."
    names = ["corpus", "rows", "edited", "approved", "unreviewed", "confirmed", "characters_changed", "hter", "minutes"]
    tasks = [name for name, corpus in dataset.params["corpora"].items() if corpus["kind"] == "task"]
    rows = [effort[name] for name in tasks if name in effort]
    yield table(rows, names) if rows else "There was nothing to edit."


def _bill(dataset: Dataset) -> Iterator[str]:
    yield "## Cost"
    yield (
        "The model responses that the data is made of, including those that translated the project's benchmark questions. "
        "`usd` is empty if no price is known."
    )
    yield usage_table(dataset.usage)


def _contamination(params: Params, release: Release) -> Iterator[str]:
    nearest = release.nearest
    found = overlapping(params, nearest)
    rows = [
        {"benchmark": name, "questions": len(of), "overlapping": sum(each.benchmark == name for each in found)}
        | {"nearest by characters": max(each.characters for each in of), "nearest by subject": max(each.subject for each in of)}
        for name in dict.fromkeys(each.benchmark for each in nearest)
        if (of := [each for each in nearest if each.benchmark == name])
    ]
    yield "## Contamination check"
    yield (
        "Each question of each benchmark was compared with every example: the share of its character sequences of length "
        f"{ngram(params)} that one example contains, and the share of its words, weighted by rarity, that one task contains. "
        "*own* is the project's own benchmark. Other benchmarks were not compared. A question in another language than the "
        "data is not detected, although the data may contain its translation."
    )
    yield table(rows, ["benchmark", "questions", "overlapping", "nearest by characters", "nearest by subject"])


def _limits(settings: Publish, release: Release) -> Iterator[str]:
    examples = release.examples
    origins = Counter(example.row["origin"] for example in examples)
    unread = sum(example.row["origin"] == "seed" and not example.reviewed for example in examples)
    limits = ["Generated tasks passed rules, and no person read them: they may be wrong, unsafe or biased."]
    limits = limits if origins["generated"] else []
    if unread:
        limits += [f"{unread:,} of {count(origins['seed'], 'seed task')} are machine translations that no person has reviewed."]
    limits += ["Translated tasks are machine translations that no person has reviewed."] if origins["translated"] else []
    phones = "" if can_find_phones() else "; phone numbers were not looked for"
    limits += [f"Personal data was found in {len(release.personal):,} of {count(len(examples), 'example')}{phones}; {LIMITS}."]
    if talks := sum(bool(example.row["further"]) for example in examples):
        limits += [f"Conversations of several turns: {talks:,} of {count(len(examples), 'example')}, all imported."]
    else:
        limits += ["Each example is one task and its answer; there are no conversations of several turns."]
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
