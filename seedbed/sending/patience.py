"""How long a request waits before it is tried again, and how often."""

import random

from seedbed.exchange.result import T
from seedbed.project.params_types import Server
from seedbed.sending.client import Busy
from seedbed.sending.jobs import Job
from seedbed.util.errors import UserError

_RETRIES, _LIMITED_S = 8, 180.0
"""How often a request is tried again; a rate limit is waited out for longer than two of its windows of a minute."""
_FIRST_WAIT_S, _MOST_WAIT_S = 0.5, 30.0
_LONGEST_WAIT_S = 120.0
"""A server that asks for more patience than this is left alone."""


def retry_wait_s(job: Job[T], busy: Busy, server: Server, where: str) -> float:
    """Count a try in vain, and return how many seconds to wait before the next.

    Args:
        job: what was tried.
        busy: why it was in vain.
        server: how the endpoint is reached.
        where: stage and endpoint, the beginning of the message.

    Raises:
        UserError: it was tried often enough, or the server asks to wait too long.
    """
    wait_s = min(_FIRST_WAIT_S * 2**job.tries, _MOST_WAIT_S) * random.uniform(0.75, 1.25)
    wait_s = max(busy.wait_s, _FIRST_WAIT_S) if busy.wait_s is not None else wait_s  # a server may say 0 for ever
    if wait_s > _LONGEST_WAIT_S:
        raise UserError(f"{where}: the server asks to wait {wait_s:.0f} s ({busy}); run again then, all that arrived is kept")
    job.tries += 1
    job.limited_s += wait_s if busy.limited else 0.0
    most = server.get("max_retries", _RETRIES)
    if job.tries <= most or (busy.limited and "max_retries" not in server and job.limited_s < _LIMITED_S):
        return wait_s
    advice = "run again later, or lower requests_per_minute" if busy.limited else "run again later"
    raise UserError(
        f"{where}: {job.tries} tries of {job.request.id} failed, the last: {busy}; {advice}, all that arrived is kept"
    )
