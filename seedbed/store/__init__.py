"""The response store of this machine, and the transcripts that share it.

from seedbed.store import Store

with Store(path, read_only=True) as store:
    responses = store.get(keys)
"""

from typing import TYPE_CHECKING

from seedbed.util.lazy import exports

if TYPE_CHECKING:
    from seedbed.store.store import Store
    from seedbed.store.transcripts import read_transcript, warm_store

__all__ = ["Store", "read_transcript", "warm_store"]
__getattr__ = exports(__name__, {"Store": "store", **dict.fromkeys(("read_transcript", "warm_store"), "transcripts")})
