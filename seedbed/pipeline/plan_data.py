"""What `plan` sees of the stages that prepare data: `translate`, `post_edit`, `as_translated`."""

from pathlib import Path

from seedbed.exchange.costs import GUESS
from seedbed.pipeline.planning import Known, Planning
from seedbed.project import paths
from seedbed.project.again import read_again
from seedbed.project.corpora import foreign, question_corpora, read_corpus, status_of
from seedbed.project.edits import read_edits
from seedbed.project.model_settings import model_settings
from seedbed.project.row_types import Edited
from seedbed.steps import post_editing, translating
from seedbed.steps.readers import reader_of
from seedbed.util.rows import Row, read_rows


def plan_translate(planning: Planning, name: str) -> Known:
    """Return the rows of `translate@name`; where a translation is not there yet, a text of its own stands for it."""
    corpus, plan = planning.params["corpora"][name], planning.add(f"translate@{name}")
    kind, to = corpus["kind"], model_settings(planning.params, "translate")
    if not plan.why:
        return Known(list(read_rows(paths.translated(name), f"translated_{kind}")), set())
    rows = list(read_corpus(Path(corpus["source"]), kind, planning.params))
    to_translate = foreign(rows, corpus, planning.params)
    if not to_translate:
        return Known(list(translating.translated(rows, kind, to, [])), set())
    shown = translating.beside(name, to_translate, kind, planning.params)
    requests = translating.build(to_translate, kind, to, translating.load_prompts(kind), read_again(plan.stage), shown)
    results = planning.looker(plan, to, planning.params["translate"]["max_attempts"]).ask(
        requests, reader_of(plan.stage, planning.params, rows)
    )
    planning.count(plan, results, set(), to, planning.params["translate"])
    open = {result.request.id for result in results if not result.settled}
    out = translating.translated(rows, kind, to, results, shown)
    return Known([row | {"translation": _guess(row["source"])} if row["id"] in open else row for row in out], open)


def plan_post_edit(planning: Planning, name: str, translated: Known) -> Known:
    """Return the rows of `post_edit@name`; one whose text is not known yet is open."""
    kind = planning.params["corpora"][name]["kind"]
    if not translated.open and not planning.status.why(f"post_edit@{name}"):
        return Known(list(read_rows(paths.edited(name, kind), f"edited_{kind}")), set())
    edits = read_edits(paths.edits(name, planning.params["language"]), kind)
    settings = planning.params["post_edit"]
    # An edit of a source that stands keeps its text, and a rejection holds, whatever the machine will say.
    status = {row["id"]: status_of(row, edits.get(row["id"])) for row in translated.rows}
    open = {id for id in translated.open if status[id] not in ("edited", "outdated", "rejected")}
    may_hold = open & edits.keys()  # a row without an edit is unreviewed, whatever the machine will say
    rows: list[Edited] = []
    for row in translated.rows:
        policy = "use" if row["id"] in may_hold else settings["unreviewed"]
        rows += post_editing.edited([row], edits, kind, policy, settings.get("require", "edited"))
    return Known(rows, open & {row["id"] for row in rows})


def plan_questions(planning: Planning, translated: dict[str, Known]) -> Known:
    """Return the edited questions of every corpus, in the order in which stages read them."""
    known = [plan_post_edit(planning, name, translated[name]) for name in sorted(question_corpora(planning.params))]
    return Known([row for each in known for row in each.rows], {id for each in known for id in each.open})


def plan_as_translated(translated: Known) -> Known:
    """Return the rows of `as_translated`."""
    return Known(list(post_editing.as_translated(translated.rows, "task")), translated.open)


def _guess(fields: Row) -> Row:
    """Return texts that stand for translations that are not there yet: in no request that was ever sent."""
    return {name: f"{text} {GUESS}" if text else text for name, text in fields.items()}
