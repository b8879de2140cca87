"""Invitations: one link per person; only its hash is stored, in a file that only the owner can read.

    {"key":"…","people":{"aki":"…"}}

A link holds a token. The visitor's cookie is the token's HMAC under `key`, which nobody can work out from a token that is
easy to guess, and the file holds the cookie's SHA-256: neither token nor cookie can be read from it.
"""

import hmac
import os
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

from seedbed.project import paths
from seedbed.project.sign_off import is_same_person
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.jsonl_edit import locked


class _Content(TypedDict):
    key: str
    people: dict[str, str]


class Invites:
    """The invitations of a project; the file is read at every question, so that a link that was revoked opens nothing.

    Args:
        path: the file; made where something is to be kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def people(self) -> list[str]:
        """Return who has a link, sorted.

        Raises:
            UserError: the file is damaged.
        """
        return sorted(self._read()["people"])

    def known(self, name: str) -> str | None:
        """Return the person with a link whose name this is, as it was written then; None where nobody has it."""
        return next((other for other in self.people() if is_same_person(name, other)), None)

    def invite(self, name: str) -> str:
        """Return a new token of a person's, in the place of the earlier one."""
        token = secrets.token_urlsafe(32)

        def add(content: _Content) -> None:
            content["people"][name] = _digest(_cookie(content["key"], token))

        self._change(add)
        return token

    def revoke(self, name: str) -> None:
        """Have a person's link open nothing any more."""
        self._change(lambda content: content["people"].pop(name, None))

    def cookie_of(self, token: str) -> str:
        """Return what a visitor keeps who has shown `token`."""
        if not self._path.is_file():
            self._change(lambda content: None)
        return _cookie(self._read()["key"], token)

    def person_of(self, cookie: str) -> str | None:
        """Return whose a cookie is; None where it is nobody's."""
        digest, found = _digest(cookie), None
        for name, known in self._read()["people"].items():
            if hmac.compare_digest(digest, known):
                found = name
        return found

    def _read(self) -> _Content:
        if not self._path.is_file():
            return {"key": "", "people": {}}
        try:
            content: Any = parse_json(self._path.read_text(encoding="utf-8"))
            assert isinstance(content["key"], str)
            assert all(isinstance(each, str) for each in content["people"].values())
        except (ValueError, OSError, TypeError, KeyError, AttributeError, AssertionError):
            raise UserError(f"{self._path}: damaged; delete it, and invite people again") from None
        return {"key": content["key"], "people": dict(content["people"])}

    def _change(self, change: Callable[[_Content], object]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with locked(self._path, paths.locks()):
            content = self._read()
            content["key"] = content["key"] or secrets.token_hex(32)
            change(content)
            part = self._path.with_suffix(".part")
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(canonical(content) + "\n")
            part.replace(self._path)


def _cookie(key: str, token: str) -> str:
    return hmac.new(key.encode(), f"seedbed review {token}".encode(), sha256).hexdigest()


def _digest(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()
