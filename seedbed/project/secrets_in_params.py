"""API keys in `params.yaml`, where they must not be: what is in it goes into `dvc.lock`, requests, transcripts and reports."""

import re
from collections.abc import Iterator

from seedbed.util.schemas import Problem

_KEY = re.compile(
    r"\bsk-[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bgsk_[A-Za-z0-9]{30,}|\bxai-[A-Za-z0-9]{30,}|\bAIza[A-Za-z0-9_-]{30,}"
)
"""What providers' keys look like."""
_KEY_AS_NAME = re.compile(r"(?:sk|pk|hf|gsk|xai)_(?=\w*\d)\w{16,}|[0-9a-f]{32,}|(?=\w*\d)(?=\w*[a-z])\w{28,}")
"""A key that could be the name of a variable, since it has no other signs than letters, digits and _."""
_FIELDS = frozenset({"api_key", "apikey", "api-key", "authorization", "password", "secret", "access_token", "auth_token"})
_NO_NAME = (
    "expected the name of an environment variable, found what looks like a key; put the key into a variable such as "
    "OPENAI_API_KEY, and write that name here"
)
_INSTEAD = "put the key into an environment variable, and its name into servers.<id>.api_key_env"


def secret_problems(document: object, field: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Yield where a key is, or seems to be, in the values of `params.yaml`; no part of it is repeated.

    Args:
        document: the values.
        field: where they are.
    """
    if isinstance(document, dict):
        for name, value in document.items():
            if isinstance(value, str) and (name == "api_key_env" or field[-1:] == ("headers",)):  # a variable's name
                if _KEY.search(value) or _KEY_AS_NAME.fullmatch(value):
                    yield [*field, name], _NO_NAME
            elif str(name).lower() in _FIELDS and not isinstance(value, dict | list):  # an entry may have any name
                yield [*field, name], f"no key may be in this file, which is committed and quoted in the build; {_INSTEAD}"
            else:
                yield from secret_problems(value, (*field, name))
    elif isinstance(document, list):
        for place, value in enumerate(document):
            yield from secret_problems(value, (*field, place))
    elif isinstance(document, str) and _KEY.search(document):
        yield [*field], f"this looks like it holds an API key; {_INSTEAD}"
