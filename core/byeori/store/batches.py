"""Batches of requests that an endpoint works on: written down before they are sent.

They lie in the journal's file, so that an answer is committed and its batch ended in one
transaction. What is here is paid for, or will be: it is fetched, never asked again.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from byeori.store.answer_rows import Question, Received, insert

TABLES = (
    "CREATE TABLE IF NOT EXISTS batches "
    "(name TEXT PRIMARY KEY, endpoint TEXT NOT NULL, file TEXT NOT NULL, id TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS batch_lines "
    "(batch TEXT NOT NULL, key TEXT NOT NULL, sample INTEGER NOT NULL, request TEXT NOT NULL, "
    "PRIMARY KEY (batch, key))",
    "CREATE INDEX IF NOT EXISTS batch_lines_by_key ON batch_lines (key)",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch that has not been fetched yet.

    Attributes:
        name: ours, under which the endpoint can be asked for it.
        endpoint: base URL.
        file: the endpoint's id of the uploaded file; empty until it is known.
        id: the endpoint's id of the batch; empty until it is known.
    """

    name: str
    endpoint: str
    file: str = ""
    id: str = ""


class BatchBook:
    """The batches of a journal; `AnswerJournal.batches`. Safe to use from several threads."""

    def __init__(
        self,
        query: Callable[[str, Sequence[str]], list[tuple[Any, ...]]],
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
    ) -> None:
        self._query = query
        self._transaction = transaction

    def keys(self, endpoint: str) -> dict[str, str]:
        """The name of the batch that each key of an endpoint's open batches is in."""
        query = "SELECT key, batch FROM batch_lines JOIN batches ON name = batch WHERE endpoint = ?"
        return dict(self._query(query, (endpoint,)))

    def get(self, name: str) -> Batch | None:
        """An open batch, or None."""
        query = "SELECT name, endpoint, file, id FROM batches WHERE name = ?"
        return next((Batch(*row) for row in self._query(query, (name,))), None)

    def questions(self, batch: Batch) -> dict[str, Question]:
        """What a batch asks, by key, in the order of its file."""
        query = "SELECT key, sample, request FROM batch_lines WHERE batch = ? ORDER BY rowid"
        return {
            key: Question(batch.endpoint, json.loads(text), sample, text, key)
            for key, sample, text in self._query(query, (batch.name,))
        }

    def begin(self, batch: Batch, questions: Sequence[Question]) -> None:
        """Write a batch down, before anything of it is sent.

        Raises:
            StoppedError: the journal cannot be written.
        """
        rows = [(batch.name, q.key, q.sample, q.text) for q in questions]
        with self._transaction() as writer:
            values = (batch.name, batch.endpoint, batch.file, batch.id)
            writer.execute("INSERT INTO batches VALUES (?, ?, ?, ?)", values)
            writer.executemany("INSERT INTO batch_lines VALUES (?, ?, ?, ?)", rows)

    def know(self, batch: Batch) -> None:
        """Write down the endpoint's ids of it, as far as they are known.

        Raises:
            StoppedError: the journal cannot be written.
        """
        values = (batch.file, batch.id, batch.name)
        with self._transaction() as writer:
            writer.execute("UPDATE batches SET file = ?, id = ? WHERE name = ?", values)

    def end(self, batch: Batch, received: Sequence[Received]) -> None:
        """Commit all its answers and forget it, both or neither.

        Raises:
            StoppedError: the journal cannot be written.
        """
        created = datetime.now(UTC).isoformat(timespec="seconds")
        with self._transaction() as writer:
            insert(writer, [answer.row(created) for answer in received])
            writer.execute("DELETE FROM batch_lines WHERE batch = ?", (batch.name,))
            writer.execute("DELETE FROM batches WHERE name = ?", (batch.name,))

    def pending(self, keys: Sequence[str]) -> set[str]:
        """Which of these are in an open batch."""
        query = "SELECT key FROM batch_lines WHERE key IN (SELECT value FROM json_each(?))"
        return {key for (key,) in self._query(query, (json.dumps(keys),))}
