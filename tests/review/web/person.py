"""Somebody at the review page: a client without scripts, and what is in the files afterwards."""

import html
import re
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from seedbed.project.edits import read_edits
from seedbed.project.row_types import Edit
from seedbed.review.web.app import create_app
from seedbed.review.web.state import Settings

BASE = "http://127.0.0.1:8765"
EDITS = Path("data/edits/questions.ja.jsonl")
ROW = "/edits/questions/fermi-01"
Form = dict[str, str]


class Person:
    """Somebody's browser, without scripts."""

    def __init__(self, **settings: Any) -> None:
        self.app = create_app(Settings(**({"editor": "yuki", "annotator": "yuki"} | settings)))
        self.http = TestClient(self.app, base_url=BASE, headers={"origin": BASE}, follow_redirects=False)

    def open(self, url: str) -> Form:
        """Open a page and return its form's fields."""
        response = self.http.get(url)
        assert response.status_code == 200, response.text
        return fields_of(response.text)

    def post(self, url: str, form: Form, **headers: str) -> Any:
        """Post a form."""
        return self.http.post(url, data=form, headers=headers)


def fields_of(page: str) -> Form:
    """Return the fields of a page's form."""
    found = dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]* name="([\w.]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    return {name: html.unescape(value) for name, value in found.items()}


def edits() -> dict[str, Edit]:
    return read_edits(EDITS, "question")
