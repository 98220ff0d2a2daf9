"""The tables of a review, and how its file is opened: every commit is on the disk."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from byeori.errors import DataError, StoppedError

APPLICATION_ID = 0x62797276
"""`PRAGMA application_id` of a review ("byrv")."""
VERSION = 1
BUSY_SECONDS = 30.0

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE items (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, place INTEGER, document TEXT NOT NULL,
    task TEXT NOT NULL, language TEXT NOT NULL, lot REAL NOT NULL
);
CREATE TABLE documents (id TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, example TEXT NOT NULL, reviewer TEXT NOT NULL,
    role TEXT NOT NULL, verdict TEXT NOT NULL, edits TEXT NOT NULL, note TEXT NOT NULL,
    at TEXT NOT NULL, nonce TEXT UNIQUE, undone TEXT
);
CREATE INDEX decisions_of ON decisions (example, role, reviewer);
CREATE TABLE current (
    example TEXT NOT NULL, role TEXT NOT NULL, reviewer TEXT NOT NULL, number INTEGER NOT NULL,
    verdict TEXT NOT NULL, edits TEXT NOT NULL, PRIMARY KEY (example, role, reviewer)
) WITHOUT ROWID;
CREATE INDEX current_by ON current (reviewer, role);
CREATE TABLE claims (example TEXT PRIMARY KEY, reviewer TEXT NOT NULL, at REAL NOT NULL)
    WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open a review, or make one where no file is.

    Raises:
        DataError: the file is no review, or one of a later version, or damaged.
        StoppedError: it cannot be written.
    """
    with review_errors(path):
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if tables and (application, version) != (APPLICATION_ID, VERSION):
        connection.execute("ROLLBACK")
        raise DataError(f"{path} is not a review that this byeori can read; move it away")
    if not tables:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")


@contextmanager
def review_errors(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into one that names the file and what to do.

    Raises:
        DataError: the file is damaged.
        StoppedError: it cannot be written, or another process holds it.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise DataError(
                f"{path} is damaged ({error}); nothing in it was changed. Put back a copy, save "
                f"what can be saved with `sqlite3 {path.name} .recover`, or move it away and bring "
                "exported decisions back with --import"
            ) from error
        raise StoppedError(
            f"{path}: {error}; decisions made so far are kept. Make room, or let the other "
            "process end, and try again"
        ) from error
