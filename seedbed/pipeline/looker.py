"""Look up responses for `seedbed plan`, in the same places as a build, without sending requests."""

from collections.abc import Callable

from seedbed.exchange.responses import Response
from seedbed.project import paths
from seedbed.sending.looker import Looker
from seedbed.sending.refill import pays_again, pays_anyway
from seedbed.store.locked import Bring, bring_others, bring_transcripts
from seedbed.store.store import Store
from seedbed.store.transcripts import locked_transcripts, read_transcript, whole_blob


class StageLooker(Looker):
    """Settles the requests of one stage by what is there, in the store or where a build would bring it from.

    Args:
        stage: the stage whose transcripts may have what the store lacks.
        store: opened to read.
        locked: as from `locked_responses`, for all stages; what is brought is added.
        free: whether what is asked again costs nothing, so that nothing needs to be brought.
        max_attempts: how often a request is asked before it counts as failed.
        say: called with why the build would stop.
    """

    def __init__(
        self,
        stage: str,
        store: Store,
        locked: dict[str, Response],
        free: bool,
        max_attempts: int,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(self._from_anywhere, max_attempts)
        self._stage, self._store, self._locked, self._say = stage, store, locked, say
        self._places: list[Bring] = [] if free else [bring_transcripts, bring_others]

    def _from_anywhere(self, keys: list[str]) -> dict[str, Response]:
        responses = self._here(keys) | self._store.get(keys)
        while len(responses) < len({*keys}) and self._places:
            self._bring(self._places.pop(0))
            responses |= self._here(keys)
        return responses

    def _here(self, keys: list[str]) -> dict[str, Response]:
        return {key: self._locked[key] for key in keys if key in self._locked}

    def _bring(self, bring: Bring) -> None:
        """Bring what the build would bring at a miss."""
        brought, lacking = bring(self._stage, self._store.has_read)
        for digest in brought:
            self._locked |= {request.key: response for request, response in read_transcript(paths.blob(digest))}
        if not pays_anyway() and (words := pays_again(lacking)):
            self._say(f"the build would stop: {words}")


def locked_responses(store: Store) -> dict[str, Response]:
    """Return the responses of transcripts in the DVC cache that `dvc.lock` names and the store has not read, by key."""
    responses: dict[str, Response] = {}
    for _, digest in locked_transcripts(paths.DVC_LOCK):
        if not store.has_read(digest) and (blob := whole_blob(digest)):
            responses.update({request.key: response for request, response in read_transcript(blob)})
    return responses
