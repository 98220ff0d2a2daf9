"""Decisions of reviewers in one SQLite file; a decision that was taken survives a power cut.

The log of decisions only grows: undoing marks one as undone. What holds now is in a table of its
own, which each decision and each undoing brings up to date in the same transaction.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from byeori.review.records import REVIEWER, Decision
from byeori.review.schema import connect, review_errors
from byeori.review.subject import Subject

_HELD = "example, reviewer, role, verdict, edits, note, at"


def lot(unit: str) -> float:
    """Where a document stands between 0 and 1, for good: the lowest are reviewed by everybody."""
    digest = hashlib.sha256(f"overlap\x1f{unit}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def now() -> str:
    """The time in UTC, ISO 8601 with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class ReviewStore:
    """The review of one run: a context manager, safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make one.

        Raises:
            DataError: the file is damaged or is no review.
            StoppedError: it cannot be written.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = connect(path)
        self._lock = threading.RLock()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when the block has ended."""
        with self._lock, review_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have undone it already
                    self._connection.execute("ROLLBACK")
                raise

    def read(self, query: str, **values: Any) -> list[sqlite3.Row]:
        """The rows of a query."""
        with self._lock, review_errors(self.path):
            return self._connection.execute(query, values).fetchall()

    def fact(self, name: str, default: str = "") -> str:
        """A setting that is kept with the review."""
        rows = self.read("SELECT value FROM facts WHERE name = :name", name=name)
        return str(rows[0][0]) if rows else default

    def keep_fact(self, name: str, value: str) -> None:
        """Keep a setting with the review."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def follow(self, subject: Subject) -> None:
        """Take over the examples that the run has now; decisions about others are kept.

        Examples keep their position; new ones come last.
        """
        if self.fact("examples") == subject.name:
            return
        with self.writing() as connection:
            connection.execute("UPDATE items SET place = NULL")
            (last,) = connection.execute("SELECT coalesce(max(position), -1) FROM items").fetchone()
            connection.executemany(
                "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET place = excluded.place",
                (
                    (last + 1 + place, id_, place, document, task, language, lot(document or id_))
                    for place, (id_, document, task, language) in enumerate(subject.heads())
                ),
            )
            connection.execute("DELETE FROM documents")
            ids = ((id_, place) for place, id_ in enumerate(subject.document_ids()))
            connection.executemany("INSERT INTO documents VALUES (?, ?)", ids)
            connection.execute(
                "INSERT OR REPLACE INTO facts VALUES ('examples', ?)", (subject.name,)
            )

    def decide(self, decision: Decision, nonce: str | None = None) -> None:
        """Commit a decision; one with a nonce that was committed before is not taken twice."""
        self.decide_all([decision], nonce)

    def decide_all(self, decisions: Iterable[Decision], nonce: str | None = None) -> None:
        """Commit decisions, all of them or none."""
        with self.writing() as connection:
            for one in decisions:
                edits = json.dumps(dict(one.edits), sort_keys=True, ensure_ascii=False)
                connection.execute(
                    f"INSERT OR IGNORE INTO decisions ({_HELD}, nonce) "  # noqa: S608
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (one.example, one.reviewer, one.role, one.verdict, edits, one.note,
                     one.at or now(), nonce),
                )  # fmt: skip
                _bring_up_to_date(connection, one.example, one.role, one.reviewer)
                connection.execute("DELETE FROM claims WHERE example = ?", (one.example,))

    def undo(self, reviewer: str, role: str = REVIEWER) -> Decision | None:
        """Undo the last decision of a reviewer that is not undone, and return it.

        Decisions about examples that the run does not have now stay as they are.
        """
        with self.writing() as connection:
            row = connection.execute(
                f"SELECT number, {_HELD} FROM decisions "  # noqa: S608
                "WHERE reviewer = ? AND role = ? AND undone IS NULL "
                "AND example NOT IN (SELECT id FROM items WHERE place IS NULL) "
                "ORDER BY number DESC LIMIT 1",
                (reviewer, role),
            ).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE decisions SET undone = ? WHERE number = ?", (now(), row["number"])
            )
            _bring_up_to_date(connection, row["example"], role, reviewer)
        return _decision(row)

    def of(self, example: str) -> list[Decision]:
        """What everybody decided about an example and did not undo, one decision each."""
        return list(self._current("WHERE c.example = :example", example=example))

    def current(self) -> Iterator[Decision]:
        """All decisions that hold, by the position of their example, role and reviewer."""
        yield from self._current("ORDER BY i.position, c.role DESC, c.reviewer")

    def _current(self, condition: str, **values: Any) -> Iterator[Decision]:
        columns = ", ".join(f"d.{name}" for name in _HELD.split(", "))
        rows = self.read(
            f"SELECT {columns} FROM current c JOIN decisions d USING (number) "  # noqa: S608
            f"LEFT JOIN items i ON i.id = c.example {condition}",
            **values,
        )
        for row in rows:
            yield _decision(row)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _decision(row: sqlite3.Row) -> Decision:
    values = {name: row[name] for name in _HELD.split(", ")}
    return Decision(**{**values, "edits": json.loads(row["edits"])})


def _bring_up_to_date(
    connection: sqlite3.Connection, example: str, role: str, reviewer: str
) -> None:
    whose = (example, role, reviewer)
    connection.execute("DELETE FROM current WHERE example = ? AND role = ? AND reviewer = ?", whose)
    connection.execute(
        "INSERT INTO current SELECT example, role, reviewer, number, verdict, edits FROM decisions "
        "WHERE example = ? AND role = ? AND reviewer = ? AND undone IS NULL "
        "ORDER BY number DESC LIMIT 1",
        whose,
    )
