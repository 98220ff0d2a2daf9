"""What SQLite's errors mean to the user of an answer journal, and what to do about each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from byeori.errors import ByeoriError, DataError, StoppedError

BUSY_SECONDS = 30.0
"""How long a connection waits for another process's lock."""


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into one that names the file.

    Raises:
        DataError: the file is damaged or cannot be opened.
        StoppedError: it cannot be written, or another process holds it.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: sqlite3.Error) -> ByeoriError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, str(error))
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return DataError(f"{path} cannot be opened ({error}); is its folder there and writable?")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
        return StoppedError(
            f"{path} cannot be written ({error}); the answers in it are kept. "
            "Make room on the disk or make the file writable, then run again"
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoppedError(
            f"{path} was locked by another process for {BUSY_SECONDS:g} s; "
            "run again when that one is done"
        )
    return StoppedError(f"{path}: {error}")


def damaged(path: Path, what: str) -> DataError:
    """The error for a file that does not hold what was written to it."""
    return DataError(
        f"{path} is damaged ({what}); nothing in it was changed. Put back a copy of it, or save "
        f"what can be saved with `sqlite3 {path.name} .recover`, or move it away to start a new "
        "journal (its answers will be asked for again)"
    )
