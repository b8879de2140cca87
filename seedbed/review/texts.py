"""The words of the page, in its two languages."""

from collections import Counter
from functools import cache
from pathlib import Path

from seedbed.review.queue.attention import Reason
from seedbed.util.yaml12 import load_yaml

_MOST_SEEN = 6


@cache
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = load_yaml(Path(__file__).with_name("texts.yaml"))
    return texts


def say(language: str, key: str, **values: object) -> str:
    """Return a text of the page, with its values in place."""
    return _texts()[key][language].format(**values)


def say_reason(language: str, reason: Reason) -> str:
    """Return what was seen, in words: each different thing once, the most frequent first, at most six."""
    counts, shown = Counter(reason.seen), []
    for seen, count in counts.most_common(_MOST_SEEN):
        words = say(language, seen.key, **dict(seen.values))
        shown.append(words if count == 1 else say(language, "seen_times", words=words, n=count))
    listed = say(language, "seen_comma").join(shown)
    more = len(counts) - _MOST_SEEN
    return say(language, "seen_more", words=listed, n=more) if more > 0 else listed
