"""Who takes part in a task, and is still there: the processes of a launch sign, and go on signing.

A worker whose peer has gone is not always told: a collective of NCCL may wait for it for hours.
"""

import time
from typing import Any

from byeori.errors import StoppedError

_EVERY = 1.0  # seconds between two signatures
SILENCE = 120.0  # seconds without one after which a process counts as gone


class Signer:
    """What a helper calls again and again while it works on a task."""

    def __init__(self, store: Any, task: int, rank: int) -> None:
        self._store, self._key, self._last = store, _key(task, rank), -_EVERY

    def __call__(self) -> None:
        """Sign, once a second at most."""
        if time.monotonic() >= self._last + _EVERY:
            self._store.add(self._key, 1)
            self._last = time.monotonic()


class Roll:
    """The first process's list of the others during one task.

    Args:
        store: of the meeting.
        task: its number.
        world: how many processes there are.
        patience: seconds to wait for the first signature of each.
    """

    def __init__(self, store: Any, task: int, world: int, patience: float) -> None:
        self._store, self._task, self._patience = store, task, patience
        self._world, self._checked = world, time.monotonic()
        self._counts = dict.fromkeys(range(1, world), 0)
        self._since = dict.fromkeys(range(1, world), self._checked)

    def __call__(self) -> None:
        """See who has signed, once a second at most.

        Raises:
            StoppedError: one did not come, or has not signed for long.
        """
        now = time.monotonic()
        if now < self._checked + _EVERY:
            return
        self._checked = now
        silent = [rank for rank in self._counts if self._is_silent(rank, now)]
        if silent:
            names = ", ".join(map(str, silent))
            how = "come" if not self._counts[silent[0]] else "been heard of"
            wait = SILENCE if self._counts[silent[0]] else self._patience
            raise StoppedError(
                f"process {names} of {self._world} has not {how} for {wait:.0f} s; see what the "
                "launcher says of it"
            )

    def _is_silent(self, rank: int, now: float) -> bool:
        count = self._store.add(_key(self._task, rank), 0)
        if count != self._counts[rank]:
            self._counts[rank], self._since[rank] = count, now
        return bool(now > self._since[rank] + (SILENCE if count else self._patience))


def _key(task: int, rank: int) -> str:
    return f"signed/{task}/{rank}"
