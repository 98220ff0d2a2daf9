"""An event loop in a thread of its own, and results that another thread waits for."""

import asyncio
import atexit
import gc
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from byeori.endpoint.turns import Turns

A = TypeVar("A")
R = TypeVar("R")

IDLE_SECONDS = 1.0
COLLECT_AFTER = (50_000, 20, 100)
"""`gc.set_threshold` while a loop runs: a request leaves no cycles, and looking for them among
those that are on the way took more than a third of its processor time."""


class Slot(Generic[R]):
    """Where one result will be."""

    __slots__ = ("done", "value")

    def __init__(self) -> None:
        self.done = False
        self.value: R


class LoopThread:
    """An event loop that runs in a thread: one for all of a process, as long as somebody uses it.

    Attributes:
        loop: the event loop.
        turns: the servers and who asks them; used inside the loop only.
    """

    _shared: "LoopThread | None" = None
    _users = 0
    _collector = (0, 0, 0)
    _lock = threading.Lock()

    def __init__(self) -> None:
        self.loop = new_event_loop()
        self.turns = Turns()
        # A daemon, so that an interpreter that ends with an iterator left open still ends.
        self._thread = threading.Thread(target=self._run, name="byeori-endpoint", daemon=True)
        self._thread.start()
        atexit.register(self._stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    @classmethod
    def join(cls) -> "LoopThread":
        """The process's loop, started for the first who uses it."""
        with cls._lock:
            if cls._shared is None:
                cls._shared = cls()
                cls._collector = gc.get_threshold()
                gc.set_threshold(*_seldom(cls._collector))
            cls._users += 1
            return cls._shared

    def leave(self) -> None:
        """End using it; with the last, connections are closed and the thread ends."""
        with self._lock:
            LoopThread._users -= 1
            if LoopThread._users == 0:
                LoopThread._shared = None
                gc.set_threshold(*self._collector)
                atexit.unregister(self._stop)
                self._stop()
                self.loop.close()

    def wait_for(self, work: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine in the loop and wait for what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def _stop(self) -> None:
        if not self._thread.is_alive():
            return
        try:
            self.wait_for(self._finish())
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()

    async def _finish(self) -> None:
        await self.turns.close()
        await self.loop.shutdown_asyncgens()
        await self.loop.shutdown_default_executor()


class Group:
    """Coroutines that belong together, in the process's loop: a context manager.

    Start them, wait for their results; leaving ends those that are left.
    """

    def __init__(self) -> None:
        self.thread = LoopThread.join()
        self._closers: list[Callable[[], Awaitable[None]]] = []
        self._fatal: BaseException | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = threading.Event()
        self._awaited: Slot[Any] | None = None
        self._idle: Callable[[], None] = lambda: None

    def on_idle(self, idle: Callable[[], None]) -> None:
        """Call `idle()` each second that a result is waited for, in the thread that waits."""
        self._idle = idle

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Await `closer()` after all coroutines have ended."""
        self._closers.append(closer)

    def start(self, work: Callable[[A], Awaitable[R]], arguments: Sequence[A]) -> list[Slot[R]]:
        """Run `work` with each of the arguments; an exception in one ends all others.

        One call wakes the loop once, however many arguments it has.
        """
        slots: list[Slot[R]] = [Slot() for _ in arguments]
        self.thread.loop.call_soon_threadsafe(self._begin, work, arguments, slots)
        return slots

    def _begin(
        self,
        work: Callable[[A], Awaitable[R]],
        arguments: Sequence[A],
        slots: Sequence[Slot[R]],
    ) -> None:
        for argument, slot in zip(arguments, slots, strict=True):
            if self._fatal is not None:
                return
            task = self.thread.loop.create_task(self._watched(work, argument, slot))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _watched(self, work: Callable[[A], Awaitable[R]], argument: A, slot: Slot[R]) -> None:
        try:
            slot.value = await work(argument)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if self._fatal is None:
                self._fatal = error
                self._cancel()
            self._news.set()
            return
        slot.done = True
        if slot is self._awaited:
            self._news.set()

    def _cancel(self) -> "list[asyncio.Task[None]]":
        """Only our own: the HTTP library ends its tasks itself, and better."""
        ended = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in ended:
            task.cancel()
        return ended

    def result(self, slot: Slot[R]) -> R:
        """Wait for a result, or raise what ended the group's work."""
        self._awaited = slot  # before the look at `done`, which the loop sets before it looks here
        while not slot.done and self._fatal is None:
            if not self._news.wait(IDLE_SECONDS):
                self._idle()
            self._news.clear()
        if self._fatal is not None:
            raise self._fatal
        return slot.value

    async def _finish(self) -> None:
        await asyncio.gather(*self._cancel(), return_exceptions=True)
        for closer in self._closers:
            await closer()

    def __enter__(self) -> "Group":
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.thread.wait_for(self._finish())
        finally:
            self.thread.leave()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's, a sixth faster here; asyncio's own on Windows, for which there is no uvloop."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def _seldom(thresholds: tuple[int, int, int]) -> tuple[int, int, int]:
    """Not more often than we want it, nor than whoever set these did; 0, which is off, stays."""
    if not thresholds[0]:
        return thresholds
    first, second, third = map(max, thresholds, COLLECT_AFTER)
    return first, second, third
