"""What has been asked and not answered yet, so that after a kill it can be said what was lost.

Lines are appended to a file before a request is sent, without waiting for the disk: they survive a
kill of the process, not a power cut.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

LONGEST = 1_000_000
"""Bytes; a longer file is written anew with what is still on the way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was sent.

    Attributes:
        key: what its answer is kept under.
        stage: who asked.
        where: what it is about: a document's id.
    """

    key: str
    stage: str
    where: str

    def line(self) -> bytes:
        """The line of the file."""
        return json.dumps([self.key, self.stage, self.where]).encode() + b"\n"


@dataclass
class AskedLog:
    """The file beside a journal. One process writes it, from one thread."""

    path: Path
    _open: dict[str, Asked] = field(default_factory=dict)
    _file: int | None = None
    _written: int = 0

    def add(self, asked: Asked) -> None:
        """Record a request before it is sent; once, however often it is sent again."""
        if asked.key in self._open:
            return
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._open[asked.key] = asked
        self._written += os.write(self._file, asked.line())
        if self._written > LONGEST:
            self._rewrite(self._open.values())

    def answered(self, key: str) -> None:
        """Its answer is in the journal, which says enough."""
        self._open.pop(key, None)

    def given_up(self, key: str) -> None:
        """It will not be answered, and somebody was told why."""
        if self._open.pop(key, None) is not None and self._file is not None:
            self._written += os.write(self._file, json.dumps([key]).encode() + b"\n")

    def left(self) -> list[Asked]:
        """What the file says was sent and not given up; a line that was cut by a kill is none."""
        found: dict[str, Asked] = {}
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        for line in lines:
            try:
                key, *rest = json.loads(line)
                found.pop(key, None)
                if rest:
                    found[key] = Asked(key, *rest)
            except (ValueError, TypeError):
                continue
        return list(found.values())

    def _rewrite(self, rest: Iterable[Asked]) -> None:
        """Replace the file whole, so that a kill here loses nothing."""
        new = self.path.with_name(self.path.name + ".new")
        content = b"".join(asked.line() for asked in rest)
        new.write_bytes(content)
        new.replace(self.path)
        self._written = len(content)
        if self._file is not None:
            os.close(self._file)
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)

    def forget(self) -> None:
        """Start an empty file: what was left has been listed."""
        if self.path.exists():
            self._rewrite(self._open.values())

    def close(self) -> None:
        """Close the file; it is removed where nothing is on the way."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            if not self._open:
                self.path.unlink(missing_ok=True)
