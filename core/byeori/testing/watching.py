"""Sees what code opens, connects to or starts, through Python's audit events (PEP 578)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from byeori.testing.auditing import Listeners

_CODE = (".py", ".pyc", ".so", ".pyd", ".pth")
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_EVENTS = {
    "open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir",
    "sqlite3.connect",
}  # fmt: skip


@dataclass(frozen=True)
class Access:
    """One thing that was opened, made, started or connected to.

    Attributes:
        event: name of the audit event, such as `open`.
        target: the file, address or program.
        writes: whether a file could be written.
    """

    event: str
    target: str
    writes: bool

    def __str__(self) -> str:
        return f"{self.event} {self.target}"


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _listeners or event not in _EVENTS:
        return
    target = arguments[1] if event == "socket.connect" else arguments[0]
    if isinstance(target, int):  # a file descriptor that is open already
        return
    text = os.fsdecode(target) if isinstance(target, str | bytes | os.PathLike) else str(target)
    if event == "open" and (text.endswith(_CODE) or "__pycache__" in text):
        return  # an import
    writes = event == "os.mkdir" or (event == "open" and _writes(arguments))
    _listeners.tell(Access(event, text, writes))


def _writes(arguments: tuple[object, ...]) -> bool:
    _, mode, flags = (*arguments, None, None)[:3]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING_FLAGS)


_listeners = Listeners[Access](_hook)


@contextmanager
def watched() -> Iterator[list[Access]]:
    """Collect what Python code of any thread accesses until the end of the block.

    Imports are left out, and so is what compiled libraries do by themselves.
    """
    with _listeners.listening() as accesses:
        yield accesses
