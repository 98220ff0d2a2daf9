"""An event loop in a thread of its own."""

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

A = TypeVar("A")
R = TypeVar("R")


class BackgroundLoop:
    """A context manager: start coroutines, wait for their results, end them all on leaving."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._closers: list[Callable[[], Awaitable[None]]] = []
        self._fatal: BaseException | None = None
        self._tasks: set[asyncio.Task[Any] | None] = set()
        # A daemon, so that an interpreter that ends with an iterator left open still ends.
        self._thread = threading.Thread(target=self._run, name="byeori-endpoint", daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Await `closer()` after all coroutines have ended."""
        self._closers.append(closer)

    def start(self, work: Callable[[A], Awaitable[R]], argument: A) -> "Future[R]":
        """Run `work(argument)`; an exception in it ends all others."""
        return asyncio.run_coroutine_threadsafe(self._watched(work, argument), self._loop)

    async def _watched(self, work: Callable[[A], Awaitable[R]], argument: A) -> R:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            return await work(argument)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if self._fatal is None:
                self._fatal = error
                self._cancel(self._tasks - {task})
            raise
        finally:
            self._tasks.discard(task)

    @staticmethod
    def _cancel(tasks: "set[asyncio.Task[Any] | None]") -> "list[asyncio.Task[Any]]":
        """Only our own: the HTTP library ends its tasks itself, and better."""
        ended = [task for task in tasks if task is not None]
        for task in ended:
            task.cancel()
        return ended

    def result(self, future: "Future[R]") -> R:
        """Wait for a result, or raise what ended the loop's work."""
        if self._fatal is not None:
            raise self._fatal
        try:
            return future.result()
        except CancelledError:
            raise self._fatal or CancelledError() from None

    async def _finish(self) -> None:
        await asyncio.gather(*self._cancel(self._tasks), return_exceptions=True)
        for closer in self._closers:
            await closer()
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()

    def __enter__(self) -> "BackgroundLoop":
        self._thread.start()
        atexit.register(self._stop)
        return self

    def _stop(self) -> None:
        if not self._thread.is_alive():
            return
        try:
            asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __exit__(self, *error: object) -> None:
        atexit.unregister(self._stop)
        self._stop()
        self._loop.close()
