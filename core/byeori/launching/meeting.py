"""How the processes of one launch agree on work: the first runs the recipe, the others help it."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from byeori.errors import ExitCode, StoppedError
from byeori.launching.place import Place
from byeori.launching.rendezvous import PATIENCE, open_store
from byeori.launching.roll import Roll, Signer
from byeori.launching.workers import Task, WorkersFailedError, run_workers

_PERIOD = 0.2
_GOODBYE = 10.0
_SHARED = 60.0  # seconds after which all machines see what one wrote to a shared disk


class Meeting:
    """The processes of a launch, over a store that all of them reach.

    The first one calls `run`, once for each task; all run it together.

    Args:
        place: which process this is.
        patience: seconds to wait for the others.

    Raises:
        StoppedError: they cannot meet.
    """

    def __init__(self, place: Place, patience: float = PATIENCE) -> None:
        self.place = place
        self._patience = patience
        self._store = open_store(place, patience)
        self._tasks = 0

    def run(self, task: Task, poll: Callable[[], None]) -> None:
        """Run a task in all processes; of the first one.

        Raises:
            WorkersFailedError: it failed in one of them.
            StoppedError: one of them does not come, or goes, or does not see the task's folder.
        """
        self._tasks += 1
        self._store.set(f"task/{self._tasks}", json.dumps(asdict(task)))
        roll = Roll(self._store, self._tasks, self.place.world, self._patience)

        def poll_and_call() -> None:
            poll()
            roll()

        self._work(task, poll_and_call)

    def serve(self) -> int:
        """Take part in every task until the first process is done; returns its exit code."""
        try:
            while not self._there("end"):
                if self._there(f"task/{self._tasks + 1}"):
                    self._help()
                time.sleep(_PERIOD)
        except KeyboardInterrupt:
            # A launcher that stops all of them as one has ended is no reason of its own.
            if not self._there("end"):
                raise
        code = int(self._store.get("end"))
        self._store.add("gone", 1)  # the first process may be gone, and the store, from here on
        return code

    def end(self, code: int) -> None:
        """Let the others go, and wait until they have."""
        self._store.set("end", str(code))
        until = time.monotonic() + _GOODBYE
        while self._store.add("gone", 0) < self.place.world - 1 and time.monotonic() < until:
            time.sleep(_PERIOD)

    def _help(self) -> None:
        self._tasks += 1
        told = json.loads(self._store.get(f"task/{self._tasks}"))
        task = Task(**{**told, "arguments": tuple(told["arguments"])})
        with suppress(WorkersFailedError, StoppedError):  # the first process says why
            self._work(task, Signer(self._store, self._tasks, self.place.rank))

    def _work(self, task: Task, poll: Callable[[], None]) -> None:
        failed = f"failed/{self._tasks}"

        def watch() -> None:
            poll()
            if self._there(failed):
                raise _failure(json.loads(self._store.get(failed)))

        try:
            self._see(task, watch)
            run_workers(task, [self.place.rank], [self.place.local_rank], watch)
        except BaseException as error:
            if not self._there(failed):
                self._store.set(failed, json.dumps(_told(error, self.place.rank)))
            raise

    def _see(self, task: Task, watch: Callable[[], None]) -> None:
        """Wait until this machine sees the task's folder, which another one may have made."""
        folder, until = Path(task.logs).parent, time.monotonic() + _SHARED
        while not folder.is_dir():
            watch()
            if time.monotonic() > until:
                raise StoppedError(
                    f"process {self.place.rank} does not see {folder}; choose with --workspace a "
                    "folder that all machines share"
                )
            time.sleep(_PERIOD)

    def _there(self, key: str) -> bool:
        return bool(self._store.check([key]))


def _told(error: BaseException, rank: int) -> list[int | str]:
    if isinstance(error, WorkersFailedError):
        return [error.rank, error.exit_code, error.log]
    if isinstance(error, Exception):
        return [str(error) if isinstance(error, StoppedError) else f"process {rank}: {error!r}"]
    return [rank, ExitCode.STOPPED, ""]


def _failure(told: list[int | str]) -> Exception:
    if len(told) == 1:
        return StoppedError(str(told[0]))
    rank, exit_code, log = told
    return WorkersFailedError(int(rank), int(exit_code), str(log))


_current: list[Meeting] = []


def current_meeting() -> Meeting | None:
    """The meeting this process leads, or None where it was started alone."""
    return _current[-1] if _current else None


def lead(place: Place, work: Callable[[], int], patience: float = PATIENCE) -> int:
    """Do work as the first process of a launch, which can give tasks to the others.

    Args:
        place: of this process.
        work: returns the exit code with which all of them are to end.
        patience: seconds to wait for the others.

    Raises:
        StoppedError: the others cannot reach this process.
    """
    meeting = Meeting(place, patience)
    _current.append(meeting)
    code: int = ExitCode.INTERNAL
    try:
        code = work()
    finally:
        _current.remove(meeting)
        meeting.end(code)
    return code


def serve(place: Place, patience: float = PATIENCE) -> int:
    """Be a helper of the first process, until it ends; returns its exit code.

    Raises:
        StoppedError: it cannot be reached, or ended without a word.
    """
    meeting = Meeting(place, patience)
    from torch.distributed import DistError

    try:
        return meeting.serve()
    except DistError as error:
        reason = str(error).partition("\n")[0]
        raise StoppedError(
            f"process {place.rank}: the first process is gone ({reason}); its own output says why"
        ) from error
