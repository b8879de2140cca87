"""API keys in `params.yaml`, where they must not be: what is in it goes into `dvc.lock`, requests, transcripts and reports."""

from collections.abc import Iterator

from seedbed.util.keys import PROVIDERS, is_key_like
from seedbed.util.schemas import Problem

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
                if is_key_like(value):
                    yield [*field, name], _NO_NAME
            elif str(name).lower() in _FIELDS and not isinstance(value, dict | list):  # an entry may have any name
                yield [*field, name], f"no key may be in this file, which is committed and quoted in the build; {_INSTEAD}"
            else:
                yield from secret_problems(value, (*field, name))
    elif isinstance(document, list):
        for place, value in enumerate(document):
            yield from secret_problems(value, (*field, place))
    elif isinstance(document, str) and PROVIDERS.search(document):
        yield [*field], f"this looks like it holds an API key; {_INSTEAD}"
