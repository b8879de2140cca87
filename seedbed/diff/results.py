"""The results of two revisions: the filter's decisions, the training sets, the answers, the verdicts, the win rates."""

import csv
import io
from functools import cache
from pathlib import Path
from typing import Any

from seedbed.diff.datasets import SIDES, Loaded, load_output
from seedbed.diff.paired import paired
from seedbed.diff.revisions import BUILD, Revision, params_of
from seedbed.pipeline.graph import mapping
from seedbed.project import paths
from seedbed.reporting.judgments import load_judgments
from seedbed.util.canonical import parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.tables import Tables


def decisions(data: Loaded) -> Row:
    """Return what the filter decided otherwise.

    Returns:
        `{"reasons": [{"generation", "decision", "old", "new", "change"}], "flips": [{"generation", "id", "old", "new",
        "same_text", …}]}`, the flips of candidates with the same text first; empty lists where the filter's outputs are the
        same or cannot be read.
    """
    tables = {"reasons": data.tables.query("diff/reasons"), "flips": data.tables.query("diff/decisions")}
    return {name: [row for row in rows if row["generation"] in data.decided] for name, rows in tables.items()}


def training_sets(data: Loaded) -> list[Row]:
    """Return the training sets of which examples differ: `{"training_set", "old", "new", "added", "removed"}`."""
    tables = Tables()
    tables.run("create table examples (side text, training_set text, example text)")
    for path, files in data.changed.items():
        if path.startswith(f"{BUILD}export/"):
            for side, file in zip(SIDES, files, strict=True):
                if file:
                    load_output(tables, path, file, "messages json", ("training_set", Path(path).parent.name))
                    tables.run(f"insert into examples select '{side}', training_set, messages::text from output")
    return tables.query("diff/training_sets")


def answers(data: Loaded, old: Revision, new: Revision) -> list[Row]:
    """Return, by model and category, how many answers say something else: `{"model", "category", "compared", "changed"}`."""
    both = categories(old) | categories(new)
    data.tables.fill("categories_of", "question text, category text", both.items())
    return data.tables.query("diff/answers")


def judged(data: Loaded, old: Revision, new: Revision) -> Tables | None:
    """Return the tables `sided_judgments` and `sided_outcomes` of the matches whose verdicts differ; None where none do.

    Raises:
        UserError: a question was judged twice in one order.
    """
    files = [files for path, files in sorted(data.changed.items()) if path.startswith(f"{BUILD}judgments/") and all(files)]
    if not files:
        return None
    outcomes = Tables()
    for place, (side, at) in enumerate(zip(SIDES, (old, new), strict=True)):
        report = mapping(params_of(at).get("report"))
        load_judgments(outcomes, [file for both in files if (file := both[place])], report)
        outcomes.fill("questions", "id text, category text", categories(at).items())
        outcomes.keep("benchmark/outcomes")
        for table in ("judgments", "outcomes"):
            verb = f"create table sided_{table} as" if side == "old" else f"insert into sided_{table}"
            outcomes.run(f"{verb} select '{side}' as side, * from {table}")
    return outcomes


def verdicts(outcomes: Tables | None) -> Row:
    """Return which verdicts flipped; `outcomes` as from `judged`.

    Returns:
        `{"by_category": [{"match", "category", "judged", "compared", "verdicts", "outcomes", "better", "worse", "validity"}],
        "flips": [{"match", "question", "category", "judge", "old", "new", "old_ab", "new_ab", "old_ba", "new_ba"}]}`.
    """
    if outcomes is None:
        return {"by_category": [], "flips": []}
    return {"by_category": outcomes.query("diff/verdict_counts"), "flips": outcomes.query("diff/verdicts")}


@cache
def categories(at: Revision) -> dict[str, str]:
    """Return the category of each question of a revision, from the file that people write: it needs no DVC cache."""
    corpora = mapping(params_of(at).get("corpora"))
    sources = [each.get("source") for each in map(mapping, corpora.values()) if each.get("kind") == "question"]
    lines = [line for source in sources for line in (at.read(str(source)) or b"").split(b"\n")]
    try:
        rows = [parse_json(line.decode("utf-8-sig")) for line in lines if line.strip()]
        return {str(row["id"]): str(row.get("category", "")) for row in rows}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"the questions of {at.name} cannot be read: {error!r}; `seedbed check` names the line") from None


def win_rates(outcomes: Tables | None, old: Revision, new: Revision) -> list[Row]:
    """Return the adjusted win rates that changed, as `reports/win_rates.csv` of either revision has them.

    Args:
        outcomes: as from `judged`.
        old: one revision.
        new: the other.

    Returns:
        `{"match", "category", "old": {"rate", "low", "high", "n", "invalid"}, "new": the same, "change": points,
        "paired": the difference on the same questions, as from `paired`}`; a side that lacks the match is None, and so are
        `change` and `paired` where a side has no valid verdict, or none that can be read.
    """
    one, other = _rates(old), _rates(new)
    confidence = mapping(params_of(new).get("report")).get("confidence", 95)
    differences = paired(outcomes, float(confidence)) if outcomes else {}
    rows = []
    for match, category in dict.fromkeys([*other, *one]):
        before, after = one.get((match, category)), other.get((match, category))
        if _without_interval(before) == _without_interval(after):
            continue
        rated = before and after and before["rate"] is not None and after["rate"] is not None
        change = round(after["rate"] - before["rate"], 4) if rated and before and after else None
        sides = {"old": before, "new": after}
        difference = differences.get((match, category)) if rated else None
        rows.append({"match": match, "category": category, **sides, "change": change, "paired": difference})
    return rows


def _without_interval(side: Row | None) -> Row | None:
    """Return what a rate is: an interval that another library works out otherwise is no change of it."""
    return side and {name: side[name] for name in ("rate", "n", "invalid")}


def _rates(at: Revision) -> dict[tuple[str, str], Row]:
    path = paths.WIN_RATES.as_posix()
    try:
        rows = list(csv.DictReader(io.StringIO((at.read(path) or b"").decode())))
        return {(row["match"], row["category"]): _rate(row) for row in rows}
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise UserError(f"{path} of {at.name} is not the report's ({error!r}); `dvc repro benchmark` writes it anew") from None


def _rate(row: dict[str, str]) -> Row:
    def number(name: str) -> Any:
        return float(row[name]) if row[name] else None

    rate = {"rate": number("adjusted_win_rate"), "low": number("ci_low"), "high": number("ci_high")}
    return rate | {"n": int(row["n"]), "invalid": int(row["invalid"])}
