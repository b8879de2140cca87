"""What looks like an API key: one may have been pasted anywhere, and is not repeated beyond its beginning."""

import re

PROVIDERS = re.compile(
    r"\bsk-[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bgsk_[A-Za-z0-9]{30,}|\bxai-[A-Za-z0-9]{30,}|\bAIza[A-Za-z0-9_-]{30,}"
)
"""Keys of the large providers, in any text."""
_PREFIXED = re.compile(
    r"(?:sk|pk|key)-[A-Za-z0-9_-]{12,}|(?:sk|pk|gsk|hf)_[A-Za-z0-9]{12,}|xai-[A-Za-z0-9]{12,}|AIza[\w-]{12,}"
)
_MAY_BE_KEY = re.compile(r"[A-Za-z0-9_-]{16,}")
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_LONGEST_WORD = 27
"""Letters and digits without a break: what is longer is no word, and no name of a variable."""
_CHANGES = re.compile(r"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])|[a-z](?=[A-Z])")
_MOST_CHANGES = 3
"""Between letters and digits, or to a capital, in what a person named: `AZUREOPENAI2024KEY1`."""


def is_key_like(word: str) -> bool:
    """Whether a word, which may be the name of a variable or a model, rather is a key: a provider's, or without any sense."""
    if _PREFIXED.fullmatch(word):
        return True
    return any(
        len(run) > _LONGEST_WORD or (len(_CHANGES.findall(run)) > _MOST_CHANGES and re.search("[0-9]", run))
        for run in _RUN.findall(word)
    )


def masked(text: str) -> str:
    """Return `text` with what looks like a key cut to its beginning."""
    return _MAY_BE_KEY.sub(lambda word: f"{word[0][:4]}…" if is_key_like(word[0]) else word[0], text)
