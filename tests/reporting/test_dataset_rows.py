"""The browser of a dataset's rows: what stands in it, what is marked; in a real browser, that it filters and leaks nothing."""

import gzip
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from seedbed.reporting import dataset_rows
from seedbed.reporting.dataset import load_tables
from seedbed.reporting.rows_page import write_rows_page
from seedbed.reporting.texts import Words
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows, write_rows
from tests.builds import Build
from tests.reporting.test_question_browser import CHANGED_AT_ONCE, HOSTILE


def rows_of(build: Build, most: int | None = None) -> list[dict[str, Any]]:
    """Return the rows that the page of a build embeds."""
    with build.written() as params:
        parts = dataset_rows.browsed_rows(load_tables(params), Words(), most)["browsed"]["parts"]
    return [row for part in parts for row in json.loads(json.loads(gzip.decompress(b64decode(part)))["value"])]


def change(build: Build, file: str, row: int, **values: Any) -> None:
    """Change a row of a build's file."""
    with build.written():
        path = Path("data/build") / f"{file}.jsonl"
        rows = list(read_rows(path, None))
        rows[row] |= values
        write_rows(path, rows, None)


def test_a_near_duplicate_stands_beside_its_neighbour_with_the_difference_marked(tmp_path: Path) -> None:
    build = Build(tmp_path / "a", rejected=["near_duplicate", "refusal"])
    near = {"instruction": "手紙を3つ書いてください。", "neighbour": "s00000-0", "score": 0.8, "detail": "too close"}
    change(build, "rejected/native", 0, **near)
    found = {row["id"]: row for row in rows_of(build)}
    assert found["r00000-0"]["texts"]["instruction"] == ["手紙を", ["", "3つ"], "書いてください。"]
    assert found["r00000-0"]["beside"] == "s00000-0"
    assert found["r00000-0"]["score"] == 0.8
    assert found["r00001-0"]["texts"] == {"instruction": "x", "output": "y"}
    assert found["s00000-0"] == {
        **{"source": "native", "id": "s00000-0", "result": "kept", "type": "email", "sets": ["native"]},
        **{"texts": {"instruction": "手紙を書いてください。", "output": "拝啓"}},
    }


def test_a_neighbour_may_be_a_seed_task_or_a_question_or_gone(tmp_path: Path) -> None:
    build = Build(tmp_path / "a", rejected=["near_duplicate"] * 3)
    for place, neighbour in enumerate(("seed-0", "q00", "nowhere")):
        change(
            build,
            "rejected/native",
            place,
            neighbour=neighbour,
            score=1.0,
            instruction="詩を書いてください。",
            input="",
            output="雪",
        )
    found = {row["id"]: row for row in rows_of(build)}
    assert found["r00000-0"]["same"] is True
    assert found["r00001-0"]["texts"]["instruction"] == [["なぜですか。", "詩を書いてください。"]]
    assert "same" not in found["r00002-0"]
    assert found["r00002-0"]["texts"]["instruction"] == "詩を書いてください。"


def test_a_translation_stands_before_and_after_the_edit_with_its_source(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    machine = {"instruction": "詩を1つ書いてください。", "input": "", "output": "雪"}
    change(
        build,
        "translated/seed_tasks",
        0,
        translation=machine,
        source={"instruction": "Write a poem.", "input": "", "output": "Snow"},
    )
    found = {row["id"]: row for row in rows_of(build)}
    assert found["seed-0"]["texts"] == {"instruction": ["詩を", ["1つ", ""], "書いてください。"], "output": "雪"}
    assert found["seed-0"]["english"] == {"instruction": "Write a poem.", "output": "Snow"}
    assert found["seed-0"]["sets"] == ["native"]
    assert found["q00"]["same"] is True
    assert (found["base-0"]["result"], found["base-0"]["sets"]) == ("translated", ["direct"])


def test_a_translation_that_failed_is_said_and_counted(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    change(build, "translated/baseline", 0, translation=None)
    assert {row["id"]: row["result"] for row in rows_of(build)}["base-0"] == "failed"
    assert [
        row["failed"] for row in build.dataset().tables.query("shared/provenance") if row["step"] == "translate@baseline"
    ] == [1]


def test_the_sample_is_drawn_by_the_id_alone(tmp_path: Path) -> None:
    texts = [("email", f"{number} 通目の手紙を書いてください。", "", "拝啓") for number in range(30)]
    ids = [[row["id"] for row in rows_of(Build(tmp_path / str(count), instructions=texts[:count]), 10)] for count in (30, 29)]
    kept = [{id for id in side if id.startswith("s0")} for side in ids]
    assert [len(side) for side in kept] == [10, 10]
    assert kept[0] - kept[1] <= {"s00029-0"}  # one row more takes at most one place
    assert any(id.startswith("r0") for id in ids[0])  # of each result its own


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build with hostile texts, and more kept rows than a page shows."""
    many = [("email", f"{number} 通目の手紙を書いてください。", "", "拝啓") for number in range(40)]
    made = Build(
        tmp_path_factory.mktemp("rows") / "a",
        instructions=[*many, *(("</td>", text, text, text) for text in HOSTILE)],
        rejected=["near_duplicate", "refusal"],
    )
    near = {
        "instruction": "0 通目の手紙を3つ書いてください。",
        "input": "",
        "output": "拝啓",
        "neighbour": "s00000-0",
        "score": 0.8,
    }
    near["detail"] = HOSTILE[0]
    change(made, "rejected/native", 0, **near)
    return made


def opened(browser: Browser, build: Build, state: str = "", whole: bool = True) -> tuple[Page, list[str]]:
    """Open the page of rows from a file; return it, and every complaint and every request that is not the page itself."""
    path = build.folder / "reports" / "rows.html"
    if not path.is_file():
        with build.written() as params:
            write_rows_page(params)
    tab = browser.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: complaints.append(request.url) if "rows.html" not in request.url else None)
    tab.goto(path.as_uri() + state)
    tab.wait_for_selector("[data-read=all]")
    return tab, complaints


def test_what_a_model_wrote_is_text_and_no_request_leaves_the_page(browser: Browser, build: Build) -> None:
    tab, complaints = opened(browser, build, "#rows?type=%3C%2Ftd%3E")
    tab.eval_on_selector_all(".item > summary", "all => all.forEach((one) => one.click())")
    shown = tab.eval_on_selector_all(".item .text", "all => all.map((one) => one.textContent)")
    assert {*HOSTILE} <= {*shown}
    tab.select_option("#r-type", "")
    tab.select_option("#r-result", "near_duplicate")
    tab.locator(".item > summary").click()
    expect(tab.locator(".facts")).to_contain_text(HOSTILE[0])
    assert tab.evaluate("window.bad") is None
    assert tab.locator("img, .item script, .item b").count() == 0
    assert complaints == []
    tab.close()


@pytest.mark.slow
def test_filters_stand_in_the_address_and_back_brings_them_again(browser: Browser, build: Build) -> None:
    tab, _ = opened(browser, build)
    assert tab.locator(".item").count() == 30
    tab.select_option("#r-result", "near_duplicate")
    expect(tab.locator(".item")).to_have_count(1)
    tab.locator(".item > summary").click()
    assert tab.locator(".pair del").count() == 0
    expect(tab.locator(".pair ins")).to_have_text(["3つ"])
    address = tab.url
    tab.locator(".facts a").click()  # the neighbour itself
    expect(tab.locator(".item[open]")).to_contain_text("s00000-0")
    tab.go_back()
    expect(tab.locator(".item")).to_have_count(1)
    assert tab.url == address
    again, _ = opened(browser, build, address[address.index("#") :])
    expect(again.locator(".item[open] ins")).to_have_text(["3つ"])
    assert again.input_value("#r-result") == "near_duplicate"
    again.click("button[type=reset]")
    expect(again.locator(".item")).to_have_count(30)
    again.click("#row-next")
    expect(again.locator("#row-page")).to_contain_text("2")
    again.fill("#r-text", "３９ 通目")  # width does not matter
    expect(again.locator(".item")).to_have_count(1)
    tab.close()
    again.close()


def test_changes_that_follow_each_other_at_once_are_all_kept(browser: Browser, build: Build) -> None:
    tab, _ = opened(browser, build, "#rows?result=near_duplicate")
    tab.evaluate(CHANGED_AT_ONCE, ["row-filters", {"text": "39 通目", "source": "native"}])
    expect(tab.locator(".item")).to_have_count(1)
    assert tab.evaluate("decodeURIComponent(location.hash)") == "#rows?source=native&text=39+通目"
    assert tab.input_value("#r-text") == "39 通目"
    tab.close()


def test_every_row_is_on_the_page_of_all_rows_in_parts(browser: Browser, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_rows, "_PART", 7)
    with build.written() as params:
        text = write_rows_page(params).read_text(encoding="utf-8")
    assert text.count("data-rows>") > 5
    tab, complaints = opened(browser, build)
    expect(tab.locator("#row-count")).to_have_text("58 of 58 rows")
    assert complaints == []
    tab.close()


def test_the_words_are_those_of_the_reports_language(tmp_path: Path) -> None:
    for language, words in (("ja", "データを読む"), ("en", "Rows")):
        report = {"bootstrap": 50, "confidence": 95, "seed": 0, "language": language}
        build = Build(tmp_path / language, changes={"report": report})
        with build.written() as params:
            page = write_rows_page(params).read_text(encoding="utf-8")
        assert f"<h2>{words}</h2>" in page


def test_what_is_not_built_is_said(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    with build.written() as params:
        Path("data/build/rejected/native.jsonl").unlink()
        with pytest.raises(UserError, match=r"rejected/native\.jsonl: no such file; `seedbed repro` builds it"):
            write_rows_page(params)
        assert not Path("reports/rows.html").exists()


def test_a_row_of_the_target_language_is_not_called_translated(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    results = {row["id"]: row["result"] for row in rows_of(build) if row["source"] == "baseline"}
    (id,) = [id for id, result in results.items() if result == "translated"][:1]
    rows = list(read_rows(tmp_path / "a" / "data/build/translated/baseline.jsonl", None))
    change(build, "translated/baseline", [row["id"] for row in rows].index(id), made_by=None)
    assert {row["id"]: row["result"] for row in rows_of(build) if row["source"] == "baseline"} == results | {id: "original"}
