"""What `seedbed review invite` does and says."""

from urllib.parse import urlencode

from seedbed.project import paths
from seedbed.review.invites import Invites
from seedbed.review.web.state import NAME_FORM, is_name
from seedbed.util.errors import UserError
from seedbed.util.words import few


def invite_person(name: str, address: str) -> str:
    """Make a link for one person, and return it with what to know about it.

    Args:
        name: who edits and votes by it.
        address: of the page, as that person reaches it.

    Raises:
        UserError: `name` can be no name, or is another's in other letters; or `address` is no address.
    """
    if not is_name(name):
        raise UserError(f"{name!r}: not a valid name; {NAME_FORM}")
    if not address.startswith(("http://", "https://")) or "?" in address or "#" in address:
        raise UserError(f"--at {address!r}: expected the page's address, such as http://192.0.2.1:8765")
    invites = Invites(paths.invites())
    known = invites.known(name)
    if known not in (None, name):
        raise UserError(
            f"{name}: {known} has a link already, and the two names would be the same person; choose another name, or revoke "
            "that link"
        )
    token = invites.invite(name)
    before = "; the earlier link is no longer valid" if known else ""
    return (
        f"{address.rstrip('/')}/?{urlencode({'token': token})}\n"
        f"This link is for {name} only and is shown only once{before}. Send it over a private channel."
    )


def revoke_person(name: str) -> str:
    """Have a person's link open nothing any more, and return what was done.

    Raises:
        UserError: nobody of that name has one.
    """
    invites = Invites(paths.invites())
    if name not in (people := invites.people()):
        has = f"links have {few(people, 10)}" if people else "nobody has one"
        raise UserError(f"--revoke {name}: no such link ({has})")
    invites.revoke(name)
    return f"{name}'s link is no longer valid"


def list_people() -> str:
    """Return who has a link, one a line."""
    return "\n".join(Invites(paths.invites()).people()) or "nobody has a link; make one with `seedbed review invite NAME`"
