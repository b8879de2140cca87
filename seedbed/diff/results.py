"""The results of two revisions: the filter's decisions, the training sets, the answers, the verdicts."""

from functools import cache
from pathlib import Path

from seedbed.diff.datasets import SIDES, Loaded, load_output
from seedbed.diff.revisions import BUILD, Revision, params_of
from seedbed.pipeline.graph import mapping
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


def verdicts(outcomes: Tables | None) -> Row:
    """Return which verdicts flipped; `outcomes` as from `judged`.

    Returns:
        `{"by_category": [{"match", "corpus", "category", "judged", "compared", "verdicts", "outcomes", "better", "worse",
        "validity"}], "flips": [{"match", "question", "corpus", "category", "judge", "old", "new", "old_ab", "new_ab", "old_ba",
        "new_ba"}], "flow": [{"match", "corpus", "old", "new", "questions", "ids"}]}`.
    """
    if outcomes is None:
        return {"by_category": [], "flips": [], "flow": []}
    named = {"by_category": "verdict_counts", "flips": "verdicts", "flow": "flow"}
    return {name: outcomes.query(f"diff/{query}") for name, query in named.items()}


@cache
def questions(at: Revision) -> dict[str, Row]:
    """Return `{"category", "corpus", "turns"}` of each question, from the files that people write: no DVC cache is needed.

    Raises:
        UserError: a file is not what it should be.
    """
    found = {}
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
