"""The SQLite file of an answer journal: its tables, and how it is opened."""

import sqlite3
from pathlib import Path

from byeori.errors import DataError
from byeori.store import batches, sqlite_errors

APPLICATION_ID = 0x6279656F
"""`PRAGMA application_id` of a journal ("byeo"), so that another SQLite file is not written to."""
SCHEMA_VERSION = 1
CHECKPOINT_PAGES = 4000
"""Pages of the write-ahead log that are copied back at a time: 16 MB, a few thousand answers."""
_ANSWERS = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    sample INTEGER NOT NULL,
    request TEXT NOT NULL,
    response TEXT NOT NULL,
    digest TEXT NOT NULL,
    created TEXT NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER
)
"""

_SET_ASIDE = "CREATE TABLE IF NOT EXISTS set_aside (key TEXT PRIMARY KEY) WITHOUT ROWID"


def open_writer(path: Path) -> sqlite3.Connection:
    """The connection that writes; makes the file where there is none.

    Raises:
        DataError: the file is damaged, is not a journal, or cannot be opened. It is left.
        StoppedError: another process holds it.
    """
    with sqlite_errors.sqlite_errors(path):
        connection = _connect(path)
        try:
            _prepare(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads, so that it never waits for a writer's fsync."""
    with sqlite_errors.sqlite_errors(path):
        connection = _connect(path)
        connection.execute("PRAGMA query_only=ON")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=sqlite_errors.BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if tables and application != APPLICATION_ID:
        raise DataError(f"{path} is a database, but not an answer journal; move it away")
    if version > SCHEMA_VERSION:
        raise DataError(
            f"{path} has version {version} and this byeori knows {SCHEMA_VERSION}; "
            "upgrade byeori, or move the file away to start a new journal"
        )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    if not tables:
        _create(connection)
    for table in (_SET_ASIDE, *batches.TABLES):
        connection.execute(table)


def _create(connection: sqlite3.Connection) -> None:
    """All or nothing, so that a kill here leaves an empty file and not half a journal."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_ANSWERS)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")
