"""How the processes of one launch agree on work: the first runs the recipe, the others help it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from byeori.errors import ByeoriError, ExitCode, StoppedError
from byeori.launching.place import Place
from byeori.launching.workers import Task, WorkersFailedError, run_workers

_WAIT = timedelta(minutes=10)
_PERIOD = 0.2
_GOODBYE = 10.0


class Meeting:
    """The processes of a launch, over a store that all of them reach.

    The first one calls `run`, once for each task; all run it together.
    """

    def __init__(self, place: Place) -> None:
        from torch import distributed

        torch: Any = distributed
        server = place.rank == 0 and not place.hosted
        store = torch.TCPStore(place.host, place.port, None, server, _WAIT, wait_for_workers=False)
        self.place = place
        self._store: Any = torch.PrefixStore("byeori", store)
        self._tasks = 0

    def run(self, task: Task, poll: Callable[[], None]) -> None:
        """Run a task in all processes; of the first one."""
        self._tasks += 1
        self._store.set(f"task/{self._tasks}", json.dumps(asdict(task)))
        self._work(task, poll)

    def serve(self) -> int:
        """Take part in every task until the first process is done; returns its exit code."""
        while True:
            following = f"task/{self._tasks + 1}"
            if self._there(following):
                self._tasks += 1
                task = Task(**json.loads(self._store.get(following)))
                with suppress(WorkersFailedError):  # the first process says why
                    self._work(task, lambda: None)
            elif self._there("end"):
                self._store.add("gone", 1)
                return int(self._store.get("end"))
            time.sleep(_PERIOD)

    def end(self, code: int) -> None:
        """Let the others go, and wait until they have."""
        self._store.set("end", str(code))
        until = time.monotonic() + _GOODBYE
        while self._store.add("gone", 0) < self.place.world - 1 and time.monotonic() < until:
            time.sleep(_PERIOD)

    def _work(self, task: Task, poll: Callable[[], None]) -> None:
        failed = f"failed/{self._tasks}"

        def watch() -> None:
            poll()
            if self._there(failed):
                raise WorkersFailedError(*json.loads(self._store.get(failed)))

        try:
            run_workers(task, [self.place.rank], [self.place.local_rank], watch)
        except WorkersFailedError as error:
            if not self._there(failed):
                self._store.set(failed, json.dumps([error.rank, error.exit_code, error.log]))
            raise
        except BaseException:
            self._store.set(failed, json.dumps([self.place.rank, ExitCode.STOPPED, ""]))
            raise

    def _there(self, key: str) -> bool:
        return bool(self._store.check([key]))


_current: list[Meeting] = []


def current_meeting() -> Meeting | None:
    """The meeting this process leads, or None where it was started alone."""
    return _current[-1] if _current else None


@contextmanager
def attending(place: Place | None) -> Iterator[None]:
    """While the block runs, other processes of the launch can be given work; they end with it."""
    if place is None:
        yield
        return
    meeting = Meeting(place)
    _current.append(meeting)
    code: int = ExitCode.STOPPED
    try:
        yield
        code = ExitCode.DONE
    except ByeoriError as error:
        code = error.exit_code
        raise
    finally:
        _current.remove(meeting)
        meeting.end(code)


def serve(place: Place) -> int:
    """Be a helper of the first process, until it ends; returns its exit code.

    Raises:
        StoppedError: it ended without a word.
    """
    from torch.distributed import DistError

    try:
        return Meeting(place).serve()
    except DistError as error:
        raise StoppedError(
            f"process {place.rank}: the first process is gone ({error}); its own output says why"
        ) from error
