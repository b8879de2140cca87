"""`reports/rows.html`: every row of the dataset to browse, where `reports/dataset.html` has a sample.

It is no output of a stage and not in git: `seedbed open rows` writes it.
"""

from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import edited_corpora
from seedbed.project.params_types import Params
from seedbed.reporting.dataset import load_tables, made_for_trying
from seedbed.reporting.dataset_page import SCRIPTS, STYLES
from seedbed.reporting.dataset_rows import browsed_rows
from seedbed.reporting.html import render
from seedbed.reporting.texts import Words, report_language
from seedbed.util.rows import write_text

ROWS = paths.REPORTS / "rows.html"


def write_rows_page(params: Params) -> Path:
    """Write the page of all rows and return its path.

    Raises:
        UserError: the project is not built.
    """
    corpora, generations = params["corpora"], params["generations"]
    for path in (
        *map(paths.translated, corpora),
        *(paths.edited(name, corpora[name]["kind"]) for name in edited_corpora(params)),
        *(of(name) for name in generations for of in (paths.instructions, paths.rejected)),
        *(paths.export(name) / "examples.parquet" for name in params["sets"]),
    ):
        paths.built(path)
    tables, say = load_tables(params), Words(report_language(params))
    page = render(
        "rows_page.html.j2",
        SCRIPTS,
        STYLES,
        say=say,
        sections=(),
        lead=say("lead_rows", language=say.language_name(params["language"])),
        language=params["language"],
        stand_in=made_for_trying(tables, say),
        **browsed_rows(tables, say, None),
    )
    write_text(ROWS, page)
    return ROWS
