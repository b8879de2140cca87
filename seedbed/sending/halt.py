"""Why a stage stops sending, and how long it waits for requests in flight."""

import asyncio
import signal
from contextlib import suppress

from seedbed.sending.build_process import Parent
from seedbed.sending.progress import Progress
from seedbed.util.errors import UserError

_GRACE_S = 1.5
"""How long an interrupted stage waits for the requests under way."""


class Halt:
    """The first reason to send nothing more, from whatever side it comes.

    Args:
        stage: the stage's name, for messages.
        parent: the process whose death ends the sending.

    Attributes:
        reason: None where nothing stands against sending.
    """

    def __init__(self, stage: str, parent: Parent) -> None:
        self.reason: UserError | None = None
        self._stage, self._parent = stage, parent
        self._interrupts = 0
        self._hurry = False

    def stop(self, reason: UserError) -> None:
        """Send nothing more; a second reason is passed over."""
        self.reason = self.reason or reason

    def why(self) -> UserError | None:
        """Return the reason, for those that ask again and again."""
        return self.reason

    async def guard(self, sending: "asyncio.Task[None]", progress: Progress) -> None:
        """Wait for the end of `sending`; end it earlier on an interrupt, on the parent's death, or where there is a reason."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._interrupt, sending, progress)
        watcher = asyncio.create_task(self._watch(sending, progress))
        try:
            await sending
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():  # Ctrl-C before our handlers stood: the runner makes a KeyboardInterrupt of it
                raise
        finally:
            watcher.cancel()
            with suppress(NotImplementedError, RuntimeError, ValueError):
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)

    def _interrupt(self, sending: "asyncio.Task[None]", progress: Progress) -> None:
        self._interrupts += 1
        if self._interrupts > 1:
            sending.cancel()
            return
        self._hurry = True
        progress.say(
            f"stopping: waiting {_GRACE_S:g} s for the {progress.under_way} requests in flight; press Ctrl-C again to drop "
            "them now"
        )
        self.stop(UserError(f"{self._stage}: interrupted; every response that arrived is kept, run again to continue"))

    async def _watch(self, sending: "asyncio.Task[None]", progress: Progress) -> None:
        """End the sending where there is a reason to.

        What is under way is waited for, since it is paid for; not for long where a person or the build's end is the reason,
        for the server may hang.
        """
        stopped_s = 0.0
        while True:
            await asyncio.sleep(0.1)
            progress.tick()
            try:
                self._parent.check()
            except UserError as error:
                self._hurry = True
                self.stop(error)
            if self.reason:
                stopped_s += 0.1
                if not progress.under_way or (self._hurry and stopped_s >= _GRACE_S):
                    sending.cancel()
                    return
