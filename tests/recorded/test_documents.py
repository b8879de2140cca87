"""Documents and their passages: what is read of each kind, where a text is cut, and which ids stay."""

import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seedbed.project import paths
from seedbed.project.material import read_passages
from seedbed.recorded.documents import text_of
from seedbed.recorded.import_documents import import_documents
from seedbed.recorded.passages import passages
from seedbed.util.errors import UserError
from tests.harness import ROOT

PAGE = """<html><head><title>x</title><script>steal()</script></head><body><nav>menu</nav>
<h2>Leave</h2><p>Five <b>days</b>\n a year &amp; more.</p><ul><li>one</li><li>two</li></ul></body></html>"""


def pdf(text: str) -> bytes:
    """Return a PDF of one page that shows a line."""
    drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of documents; the working folder is a project's."""
    (tmp_path / "project").mkdir()
    (tmp_path / "documents").mkdir()
    (tmp_path / "project" / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    with chdir(tmp_path / "project"):
        yield tmp_path / "documents"


def run(folder: Path, *, yes: bool = True, longest: int = 60, shortest: int = 1) -> str:
    return import_documents(folder, longest, shortest, None, None, yes=yes)


def test_a_page_is_read_as_a_reader_sees_it(folder: Path) -> None:
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    text = re.sub(r"\n\s*\n+", "\n\n", text_of(folder / "page.html")).strip()
    assert text == "## Leave\n\nFive days a year & more.\n\none\ntwo"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "<head><meta charset=utf-8><title>Hours</title>\n<body>\n<h1>Hours</h1>\n<p>On holidays closed.",
            "# Hours\n\nOn holidays closed.",
        ),
        ("<head><noscript><img src=x></noscript><title>T</title>\nNo <i>tag</i> of the body", "No tag of the body"),
        ("<head><title>T</title></head><div>One</div>", "One"),
        (
            "<table><tr><td>Coffee</td><td>2.50</td></tr>\n<tr>\n<th> Tea\n<td>\n<td>1 <b>€</b></table>",
            "Coffee | 2.50\nTea |  | 1 €",
        ),
        ("<table><tr><th></th><th>Mon</th><th>Tue</th></tr></table>", "| Mon | Tue"),
        ("<table><tr><td> </td><td><p>Set</p></td><td><p>by tables</p></td></tr></table>", "Set\n\nby tables"),
        ("<pre>\ndef f():\n    <b>return</b> 1\n</pre>After", "def f():\n    return 1\n\nAfter"),
        ("<details><summary>Sum</summary>Body text</details>Next", "Sum\nBody text\nNext"),
        ("<table><caption>Prices</caption>\n<tr><td>Tea</td></tr></table>", "Prices\nTea"),
    ],
)
def test_a_page_loses_no_text_and_runs_none_together(folder: Path, page: str, text: str) -> None:
    (folder / "page.html").write_text(page, encoding="utf-8")
    assert passages(text_of(folder / "page.html"), 200, 100) == [text]


def test_a_pdf_is_read(folder: Path) -> None:
    pytest.importorskip("pypdf", reason="the extra seedbed[documents] is not installed")
    (folder / "a.pdf").write_bytes(pdf("Five days a year."))
    assert text_of(folder / "a.pdf").strip() == "Five days a year."
    (folder / "a.pdf").write_bytes(pdf(""))
    with pytest.raises(UserError, match="contains no text; is it a scan"):
        text_of(folder / "a.pdf")
    (folder / "a.pdf").write_bytes(b"%PDF-1.4\nnothing")
    with pytest.raises(UserError, match=r"a\.pdf: this PDF cannot be read"):
        text_of(folder / "a.pdf")


def test_texts_of_any_encoding_that_says_itself(folder: Path) -> None:
    (folder / "a.txt").write_bytes("か\u3099\r\n".encode("utf-16"))
    assert text_of(folder / "a.txt") == "が\n"
    for content, words in (
        (b"a\nb\xff", r"a\.txt:2: not UTF-8"),
        (b"a\0", "a zero byte"),
        (b"\xef\xbb\xbf \n", "contains no text"),
    ):
        (folder / "a.txt").write_bytes(content)
        with pytest.raises(UserError, match=words):
            text_of(folder / "a.txt")


@settings(max_examples=60, deadline=None)
@example("````. `````", 5, 1)
@given(st.text(alphabet="ab 。.#`\n", max_size=400), st.integers(5, 60), st.integers(1, 5))
def test_passages_hold_all_of_a_text_and_none_is_too_long(text: str, longest: int, shortest: int) -> None:
    cut = passages(text, longest, shortest)
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert all(each.strip() and len(each) <= longest for each in cut)


def test_a_heading_is_no_passage_of_its_own_before_a_long_paragraph() -> None:
    text = "# Titel\n\n" + "Ein Satz mit einigen Wörtern. " * 70 + "\n\n## Zwei\n\nKurz."
    cut = passages(text, 1200, 200)
    assert cut[0].startswith("# Titel\n\nEin Satz")
    assert all(200 <= len(each) <= 1200 for each in cut)


def test_a_long_text_in_a_block_of_code_that_nobody_ends_is_cut_in_no_time() -> None:
    """It is one paragraph of 40,000 lines: looked at once, not once a line."""
    began = perf_counter()
    cut = passages("```\n" + "code\n\n" * 40_000, 1200, 200)
    assert perf_counter() - began < 5
    assert len(cut) > 100


def test_a_damaged_pdf_is_told_in_one_sentence(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("pypdf", reason="needs `pip install 'seedbed[documents]'`")
    for content in (b"", b"%PDF-1.4\ngarbage", pdf("x")[:200], pdf("x").replace(b"/Kids [3 0 R]", b"/Kids [9 0 R]")):
        (folder / "a.pdf").write_bytes(content)
        with pytest.raises(UserError, match=r"a\.pdf: "):
            text_of(folder / "a.pdf")
    assert not caplog.messages


def test_a_section_begins_a_passage() -> None:
    text = "# A\n\nfirst\n\n## B\n\nsecond\n\nthird\n\n```\n# no heading\n\ncode\n```\n"
    assert passages(text, 60, 5) == ["# A\n\nfirst", "## B\n\nsecond\n\nthird\n\n```\n# no heading\n\ncode\n```"]
    assert passages(text, 200, 12) == ["# A\n\nfirst\n\n## B\n\nsecond\n\nthird\n\n```\n# no heading\n\ncode\n```"]
    assert passages("あいう。えお。か", 5, 1) == ["あいう。", "えお。か"]


def test_ids_stay_where_texts_are_edited_moved_or_new(folder: Path) -> None:
    (folder / "a.md").write_text("# One\n\nfirst\n\n# Two\n\nsecond\n", encoding="utf-8")
    (folder / "b.md").write_text("# Three\n\nthird\n\n# One\n\nfirst\n", encoding="utf-8")
    (folder / "c.docx").write_bytes(b"x")
    (folder / ".hidden.md").write_text("x", encoding="utf-8")
    assert "Nothing was written yet" in run(folder, yes=False)
    assert not paths.MATERIAL.exists()
    shown = run(folder)
    assert "2 documents, 3 passages" in shown
    assert "1 passage left out: exact duplicates" in shown
    assert "1 file ignored, unsupported type: 1 .docx" in shown
    before = {row["text"]: id for id, row in read_passages().items()}

    (folder / "a.md").write_text("# One\n\nfirst, edited\n\n# Zero\n\nnew\n\n# Two\n\nsecond\n", encoding="utf-8")
    (folder / "b.md").unlink()
    (folder / "moved.md").write_text("# Three\n\nthird\n", encoding="utf-8")
    assert "2 as before, 1 edited, 1 new, 0 gone" in run(folder)
    after = {row["text"]: id for id, row in read_passages().items()}
    assert after["# Two\n\nsecond"] == before["# Two\n\nsecond"]
    assert after["# Three\n\nthird"] == before["# Three\n\nthird"]
    assert after["# One\n\nfirst, edited"] == before["# One\n\nfirst"]
    assert len({*after.values()}) == len(after)


def test_a_folder_without_documents_or_with_a_bad_one_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="no documents found"):
        run(folder)
    with pytest.raises(UserError, match="no such folder"):
        run(folder / "none")
    with pytest.raises(UserError, match=r"params\.yaml: a file; give the folder that contains your documents"):
        run(Path("params.yaml"))
    (folder / "a.md").write_text("fine", encoding="utf-8")
    (folder / "b.md").write_bytes(b"\xff")
    with pytest.raises(UserError, match=r"b\.md:1: not UTF-8"):
        run(folder)
    assert not paths.MATERIAL.exists()
