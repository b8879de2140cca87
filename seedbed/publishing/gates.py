"""`seedbed check --release`: checks of the training sets before publishing, one line per gate.

pass  license       cc-by-4.0; 2 sources, all of your own
FAIL  unreviewed    30 of 175 seed tasks (17.1%, at most 5%); 202 other examples are as the model wrote them
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from seedbed.project.params_types import Gates, Params
from seedbed.publishing.examples import Example, by_stand_in
from seedbed.publishing.overlap import OVERLAP, REPORT_COLUMNS, SUBJECT, Nearest, ngram, overlapping
from seedbed.publishing.personal import LIMITS, can_find_phones
from seedbed.publishing.release import Release, read_release
from seedbed.publishing.sources import data_sources
from seedbed.reporting.shared import to_csv
from seedbed.util.rows import write_text
from seedbed.util.words import count, few

_UNREVIEWED = 0.05


class Gate(NamedTuple):
    """The result of one check.

    Attributes:
        name: of the gate.
        passed: whether what was found is within the limit.
        words: the figures.
    """

    name: str
    passed: bool
    words: str

    def __str__(self) -> str:
        return f"{'pass' if self.passed else 'FAIL'}  {self.name:<12}  {self.words}"


def check_release(params: Params, report: Path | None = None) -> list[Gate]:
    """Return what each gate found, in order.

    Args:
        params: the whole of `params.yaml`; `publish.gates` has the limits.
        report: where the overlap of each question is written as CSV; None for nowhere.

    Raises:
        UserError: the build is not up to date, or a file cannot be read.
    """
    release = read_release(params)
    if report:
        write_text(report, to_csv([each._asdict() for each in release.nearest], REPORT_COLUMNS))
    return gates_of(params, release)


def gates_of(params: Params, release: Release) -> list[Gate]:
    """Return what each gate says of a release, in order."""
    limits = params.get("publish", {}).get("gates", {})
    return [
        license_gate(params, limits),
        overlap_gate(params, release.nearest, limits),
        personal_gate(release, limits),
        unreviewed_gate(release.examples, limits),
        stand_in_gate(release.examples, limits),
    ]


def license_gate(params: Params, gates: Gates) -> Gate:
    """Whether the data set has a licence, and every imported source one that is allowed."""
    own = params.get("publish", {}).get("license")
    sources = data_sources(params)
    imported = [source for source in sources if source.imported]
    allowed = gates.get("licenses")
    without = [str(source.path) for source in imported if source.license is None]
    other = [
        f"{source.path}: {source.license}"
        for source in imported
        if source.license and allowed is not None and not _allowed(source.license, allowed)
    ]
    words = [
        own or "publish.license is not set",
        f"{count(len(sources), 'source')}, {len(sources) - len(imported)} of your own",
    ]
    words += [f"without a licence: {few(without, 3)}"] if without else []
    words += [f"not in publish.gates.licenses: {few(other, 3)}"] if other else []
    return Gate("license", own is not None and not without and not other, "; ".join(words))


def _allowed(license: str, allowed: Sequence[str]) -> bool:
    """Return whether a source's licence, or each where it has several, is named: `Apache-2.0` is `apache-2.0`."""
    known = {each.lower() for each in allowed}
    return all(each.strip().lower() in known for each in license.split(","))


def overlap_gate(params: Params, nearest: Sequence[Nearest], gates: Gates) -> Gate:
    """Whether few enough questions overlap with an example."""
    found = overlapping(params, nearest)
    limit = gates.get("overlapping", 0.0)
    share = len(found) / len(nearest) if nearest else 0.0
    names = ", ".join(dict.fromkeys(each.benchmark for each in nearest)) or "none"
    shown = [f"{each.question} with {_nearer(each)}" for each in found]
    characters, subject = gates.get("overlap", OVERLAP), gates.get("subject", SUBJECT)
    words = (
        f"{len(found)} of {count(len(nearest), 'question')} ({names}) {_limit(share, limit)} have {100 * characters:g}% of "
        f"their runs of {ngram(params)} characters, or {100 * subject:g}% of their words, in one example"
    )
    return Gate("overlap", share <= limit, f"{words}: {few(shown, 3)}" if shown else words)


def _nearer(each: Nearest) -> str:
    if each.characters >= each.subject:
        return f"{each.characters_example} ({each.characters:.2f} of its characters)"
    return f"{each.subject_example} ({each.subject:.2f} of its words)"


def personal_gate(release: Release, gates: Gates) -> Gate:
    """Whether few enough examples hold personal data; it fails where phone numbers cannot be looked for."""
    found, examples = release.personal, release.examples
    limit = gates.get("personal", 0.0)
    share = len(found) / len(examples) if examples else 0.0
    shown = [f"{name} ({', '.join(kinds)})" for name, kinds in found.items()]
    words = f"{len(found)} of {count(len(examples), 'example')} {_limit(share, limit)}"
    words += f": {few(shown, 3)}" if shown else ""
    phones = can_find_phones()
    if not phones:
        words += "; phone numbers were not looked for: `pip install 'seedbed[publish]'`"
    return Gate("personal", phones and share <= limit, f"{words}; {LIMITS}")


def unreviewed_gate(examples: Sequence[Example], gates: Gates) -> Gate:
    """Whether people reviewed enough of the translated seed tasks."""
    seeds = [example for example in examples if example.row["origin"] == "seed"]
    unread = [example for example in seeds if not example.reviewed]
    limit = gates.get("unreviewed", _UNREVIEWED)
    share = len(unread) / len(seeds) if seeds else 0.0
    others = len(examples) - len(seeds)
    words = f"{len(unread)} of {count(len(seeds), 'seed task')} {_limit(share, limit)}"
    return Gate("unreviewed", share <= limit, f"{words}; {count(others, 'other example')}, which are not reviewed")


def stand_in_gate(examples: Sequence[Example], gates: Gates) -> Gate:
    """Whether few enough examples come from the stand-in."""
    number = sum(by_stand_in(example.row) for example in examples)
    limit = gates.get("stand_in", 0.0)
    share = number / len(examples) if examples else 0.0
    return Gate("stand-in", share <= limit, f"{number} of {count(len(examples), 'example')} {_limit(share, limit)}")


def _limit(share: float, limit: float) -> str:
    return f"({100 * share:.1f}%, at most {100 * limit:g}%)"
