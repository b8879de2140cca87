"""Responses that the store lacks, from transcripts: those in the DVC cache, and those that the DVC remote has.

Each place is looked at once, the nearest first, and only while something is missing.
"""

import os
import sys
from collections.abc import Sequence

from seedbed.project import paths
from seedbed.store.locked import Bring, Lacking, bring_others, bring_transcripts
from seedbed.store.store import Store
from seedbed.store.transcripts import read_transcript, warm_store
from seedbed.util.errors import UserError
from seedbed.util.words import count


class Refill:
    """Takes transcripts into the store, for one stage.

    Args:
        stage: its name, for messages.
        kept_by: the stage whose transcripts have the responses.
        store: opened to write.
    """

    def __init__(self, stage: str, kept_by: str, store: Store) -> None:
        self._stage, self._kept_by, self._store = stage, kept_by, store
        self._warmed = False
        self._places: list[tuple[Bring, str]] = [
            (bring_transcripts, "that dvc.lock names"),
            (bring_others, "of other branches or earlier commits"),
        ]
        self._lacking: list[Lacking] = []

    def more(self, fetch: bool) -> bool:
        """Take what the next place has that has anything new; return False where none is left.

        Args:
            fetch: whether transcripts that are not in the DVC cache are fetched.
        """
        if not self._warmed:
            self._warmed = True
            if warm_store(self._store):
                return True
        while fetch and self._places:
            if self._taken(*self._places.pop(0)):
                return True
        return False

    def _taken(self, bring: Bring, which: str) -> int:
        """Have transcripts brought, and return how many responses were new."""
        brought, lacking = bring(self._kept_by, self._store.has_read)
        self._lacking += lacking
        if brought:
            print(f"{self._stage}: brought {count(len(brought), 'transcript')} {which}", file=sys.stderr)
        return sum(self._store.warm(digest, self._kept_by, read_transcript(paths.blob(digest))) for digest in brought)

    def refuse_to_pay_again(self, missing: int) -> None:
        """Stop where what is missing may have been paid for; warn where nothing requires the transcript that may hold it.

        Raises:
            UserError: a DVC remote should have a transcript that `dvc.lock` names, and it cannot be had.
        """
        lacking, self._lacking = self._lacking, []
        if not lacking or pays_anyway():
            return
        if words := pays_again(lacking):
            raise UserError(f"{self._stage}: {count(missing, 'response is', 'responses are')} missing, and {words}")
        first = lacking[0]
        whose = f"of {first.branch} names" if first.branch else "names"
        where = (
            f"is neither in the DVC cache nor available from the DVC remote ({first.why})"
            if first.why
            else "is not in the DVC cache, and there is no DVC remote to download it from"
        )
        what = "of it is needed here" if first.branch else "it holds"
        words = f"the transcript {first.digest[:12]} that dvc.lock {whose} {where}: what {what} is paid for again"
        print(f"{self._stage}: {words}", file=sys.stderr)


def pays_anyway() -> bool:
    """Whether the user allows paying again for responses that cannot be fetched."""
    return os.environ.get("SEEDBED_PAY_AGAIN", "") not in ("", "0")


def pays_again(lacking: Sequence[Lacking]) -> str:
    """Return why nothing may be sent while transcripts are lacking that a DVC remote should have; empty without a remote."""
    missing = next((each for each in lacking if each.why is not None and each.branch is None), None)
    if missing is None:
        return ""
    return (
        f"the transcript {missing.digest[:12]} that dvc.lock names, which may hold them, is neither in the DVC cache nor "
        f"available from the DVC remote ({missing.why}); ask whoever built it to run `dvc push`, then run `dvc pull` here, or "
        "set SEEDBED_PAY_AGAIN=1 to pay for them again"
    )
