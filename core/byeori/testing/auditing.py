"""Collects what Python's audit events (PEP 578) tell, for as long as somebody listens."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Listeners(Generic[T]):
    """Lists that fill with what an audit hook hears, in any thread.

    The hook is installed with the first listener, once, because it cannot be removed again.
    """

    def __init__(self, hook: Callable[[str, tuple[object, ...]], None]) -> None:
        self._hook = hook
        self._lists: list[list[T]] = []
        self._installed = False

    def __bool__(self) -> bool:
        """Whether anybody listens."""
        return bool(self._lists)

    def tell(self, heard: T) -> None:
        """Add something to every list."""
        for one in self._lists:
            one.append(heard)

    @contextmanager
    def listening(self) -> Iterator[list[T]]:
        """A list of what is heard until the end of the block."""
        if not self._installed:
            sys.addaudithook(self._hook)
            self._installed = True
        heard: list[T] = []
        self._lists.append(heard)
        try:
            yield heard
        finally:
            self._lists[:] = [other for other in self._lists if other is not heard]
