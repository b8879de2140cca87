"""Load the results of two revisions: filter decisions, training sets, answers, verdicts."""

from functools import cache
from pathlib import Path
from typing import TypedDict, cast

from seedbed.diff.comparison import (
    SIDES,
    AnswerChange,
    DecisionFlip,
    FilterChange,
    FlowPart,
    ReasonChange,
    SetChange,
    VerdictChange,
    VerdictCounts,
    VerdictFlip,
)
from seedbed.diff.datasets import Loaded, load_output
from seedbed.diff.revisions import BUILD, Revision, params_of
from seedbed.pipeline.graph import mapping
from seedbed.reporting.judgments import load_judgments
from seedbed.util.canonical import parse_json
from seedbed.util.errors import UserError
from seedbed.util.tables import Tables


def decisions(data: Loaded) -> FilterChange:
    """Return what the filter decided otherwise; empty lists where its outputs are the same or cannot be read."""
    reasons = cast(list[ReasonChange], data.tables.query("diff/reasons"))
    flips = cast(list[DecisionFlip], data.tables.query("diff/decisions"))
    return {
        "reasons": [row for row in reasons if row["generation"] in data.decided],
        "flips": [flip for flip in flips if flip["generation"] in data.decided],
    }


def training_sets(data: Loaded) -> list[SetChange]:
    """Return the training sets whose examples differ."""
    tables = Tables()
    tables.run("create table examples (side text, training_set text, example text)")
    for path, files in data.changed.items():
        if path.startswith(f"{BUILD}export/"):
            for side, file in zip(SIDES, files, strict=True):
                if file:
                    load_output(tables, path, file, "messages json", ("training_set", Path(path).parent.name))
                    tables.run(f"insert into examples select '{side}', training_set, messages::text from output")
    return cast(list[SetChange], tables.query("diff/training_sets"))


def answers(data: Loaded, old: Revision, new: Revision) -> list[AnswerChange]:
    """Return, by model and category, how many answers say something else."""
    both = categories(old) | categories(new)
    data.tables.fill("categories_of", "question text, category text", both.items())
    return cast(list[AnswerChange], data.tables.query("diff/answers"))


def judged(data: Loaded, old: Revision, new: Revision) -> Tables | None:
    """Return what the judges of either revision said, of the matches whose verdicts differ; None where none do.

    Returns:
        The tables `sided_judgments` and `sided_outcomes`, `sided_turns` (the outcomes of each turn of conversations) and
        `corpus_of`, the corpus of each question.

    Raises:
        UserError: a question was judged twice in one order.
    """
    files = [files for path, files in sorted(data.changed.items()) if path.startswith(f"{BUILD}judgments/") and all(files)]
    if not files:
        return None
    outcomes = Tables()
    corpus_of = {id: question["corpus"] for at in (old, new) for id, question in questions(at).items()}
    outcomes.fill("corpus_of", "question text, corpus text", corpus_of.items())
    for place, (side, at) in enumerate(zip(SIDES, (old, new), strict=True)):
        report = mapping(params_of(at).get("report"))
        load_judgments(outcomes, [file for both in files if (file := both[place])], report)
        outcomes.fill("questions", "id text, category text", categories(at).items())
        outcomes.keep("benchmark/outcomes")
        for table in ("judgments", "outcomes"):
            _add(outcomes, f"sided_{table}", f"select '{side}' as side, * from {table}")
        _add(outcomes, "sided_turns", f"select '{side}' as side, null::bigint as turn, * from outcomes limit 0")
        conversations = "select distinct question from judgments where turn > 1"
        outcomes.run(f"create or replace table spoken as select * from judgments where question in ({conversations})")
        for row in outcomes.select("select distinct coalesce(turn, 1) as turn from spoken order by turn"):
            turn = row["turn"]
            one_turn = f"select * replace (null::bigint as turn) from spoken where coalesce(turn, 1) = {turn}"
            outcomes.run(f"create or replace table judgments as {one_turn}")
            outcomes.keep("benchmark/judge_outcomes")
            outcomes.keep("benchmark/outcomes")
            _add(outcomes, "sided_turns", f"select '{side}' as side, {turn} as turn, * from outcomes")
    return outcomes


def _add(tables: Tables, name: str, query: str) -> None:
    """Add the rows of a SELECT to a table, which the first one makes."""
    tables.run(f"create table if not exists {name} as from ({query}) limit 0")
    tables.run(f"insert into {name} {query}")


def verdicts(outcomes: Tables | None) -> VerdictChange:
    """Return which verdicts flipped; `outcomes` as from `judged`."""
    if outcomes is None:
        return {"by_category": [], "flips": [], "flow": []}
    return {
        "by_category": cast(list[VerdictCounts], outcomes.query("diff/verdict_counts")),
        "flips": cast(list[VerdictFlip], outcomes.query("diff/verdicts")),
        "flow": cast(list[FlowPart], outcomes.query("diff/flow")),
    }


class Written(TypedDict):
    """What a revision's own files say of a question, and how many turns it has."""

    category: str
    corpus: str
    turns: int


@cache
def questions(at: Revision) -> dict[str, Written]:
    """Return what there is of each question, by its id, from the files that people write: no DVC cache is needed.

    Raises:
        UserError: a file is not what it should be.
    """
    found: dict[str, Written] = {}
    try:
        for name, corpus in mapping(params_of(at).get("corpora")).items():
            if mapping(corpus).get("kind") != "question":
                continue
            for line in (at.read(str(mapping(corpus).get("source"))) or b"").split(b"\n"):
                if line.strip():
                    row = parse_json(line.decode("utf-8-sig"))
                    turns = 1 + len(row.get("follow_ups") or [])
                    found[str(row["id"])] = {"category": str(row.get("category", "")), "corpus": str(name), "turns": turns}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"the questions at {at.name} cannot be read: {error!r}; `seedbed check` shows the line") from None
    return found


def categories(at: Revision, corpus: str | None = None) -> dict[str, str]:
    """Return the category of each question of a revision, or of one corpus of it."""
    return {id: row["category"] for id, row in questions(at).items() if corpus in (None, row["corpus"])}
