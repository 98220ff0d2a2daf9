"""Sees what code opens, connects to or starts, through Python's audit events (PEP 578)."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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


_watchers: list[list[Access]] = []
_installed: list[bool] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _watchers or event not in _EVENTS:
        return
    target = arguments[1] if event == "socket.connect" else arguments[0]
    if isinstance(target, int):  # a file descriptor that is open already
        return
    text = os.fsdecode(target) if isinstance(target, str | bytes | os.PathLike) else str(target)
    if event == "open" and (text.endswith(_CODE) or "__pycache__" in text):
        return  # an import
    access = Access(event, text, event == "os.mkdir" or (event == "open" and _writes(arguments)))
    for accesses in _watchers:
        accesses.append(access)


def _writes(arguments: tuple[object, ...]) -> bool:
    _, mode, flags = (*arguments, None, None)[:3]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING_FLAGS)


@contextmanager
def watched() -> Iterator[list[Access]]:
    """Collect what Python code of any thread accesses until the end of the block.

    Imports are left out, and so is what compiled libraries do by themselves.
    """
    if not _installed:  # an audit hook cannot be removed again: one is enough
        sys.addaudithook(_hook)
        _installed.append(True)
    accesses: list[Access] = []
    _watchers.append(accesses)
    try:
        yield accesses
    finally:
        _watchers[:] = [other for other in _watchers if other is not accesses]
