"""`seedbed review --demo`: on a copy that is gone in the end, and nothing of the project's is written."""

import os
from pathlib import Path

import pytest

from seedbed.review.demo import temporary_copy
from tests.review.project import write_edit
from tests.review.web.person import ROW, Person, edits


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("folder")
def test_a_demo_is_on_a_copy_of_the_projects_data_and_leaves_nothing() -> None:
    write_edit("fermi-02", "電車の長さは？")
    Path("dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    project, before, store = Path.cwd(), contents(Path.cwd()), os.environ["SEEDBED_STORE"]
    with temporary_copy() as what:
        copy = Path.cwd()
        assert what == f"a temporary copy of {project}"
        assert project not in (copy, *copy.parents)
        person = Person(demo=True)
        page = person.http.get(ROW).text
        assert "this page works on a temporary copy" in page
        person.post(f"{ROW}/draft", person.open(ROW) | {"field.text": "書きかけ"})
        person.post(ROW, person.open("/edits/questions/fermi-01") | {"go": "save", "field.text": "大阪のバス停の数は？"})
        assert edits().keys() == {"fermi-01", "fermi-02"}
    assert not copy.exists()
    assert (Path.cwd(), contents(project), os.environ["SEEDBED_STORE"]) == (project, before, store)


@pytest.mark.usefixtures("folder")
def test_a_page_that_is_no_demo_does_not_say_so() -> None:
    assert "temporary copy" not in Person().http.get(ROW).text
