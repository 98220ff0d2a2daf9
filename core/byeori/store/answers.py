"""Every answer of a model, kept before it is used: nothing paid for is asked twice.

One SQLite file in write-ahead mode with `synchronous=FULL`: when `put` has returned, the answer
survives a kill and a power cut. The key is a hash of what was asked, so a changed prompt is another
question and an unchanged one is never sent again. No API key is ever given to this module.

An answer that made a run stop is set aside: it stays, and another one may be asked for.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from byeori.store.answer_file import open_reader, open_writer
from byeori.store.answer_keys import answer_key, canonical_json
from byeori.store.answer_rows import COLUMNS, Answer, Question, Received, insert, read_row
from byeori.store.asked import Asked, AskedLog
from byeori.store.batches import BatchBook
from byeori.store.sqlite_errors import sqlite_errors

__all__ = ["Answer", "AnswerJournal", "Question", "Received", "answer_key", "canonical_json"]

_KEYS_PER_QUERY = 500
_NEXT_SAMPLE = 1_000_000
"""How far the sample that replaces one is from it: further than anybody's samples go."""


class AnswerJournal:
    """The answers of one workspace: a context manager, safe to use from several threads.

    Reading and writing have a connection each, so that a reader never waits for a writer's fsync.
    One process writes at a time: the one that holds the workspace.
    """

    def __init__(self, path: Path) -> None:
        """Open the journal, or make one where no file is; a file that cannot be used is left.

        Raises:
            DataError: the file is damaged, is not a journal, or cannot be opened.
        """
        self.path = path
        self.asked = AskedLog(path.with_suffix(".asked"))
        self.interrupted: set[str] = set()
        self.batches = BatchBook(self._query, self._transaction)
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._writer = open_writer(path)
        try:
            self._reader = open_reader(path)
            self._aside = {key for (key,) in self._query("SELECT key FROM set_aside", ())}
        except BaseException:
            self._writer.close()
            raise

    key = staticmethod(answer_key)

    def get(self, key: str) -> Answer | None:
        """The answer with this key, or None.

        Raises:
            DataError: the file is damaged.
        """
        return next(iter(self._select("key = ?", (key,))), None)

    def get_many(self, keys: Iterable[str]) -> dict[str, Answer]:
        """The answers there are to these keys; keys without one are left out.

        Raises:
            DataError: the file is damaged.
        """
        wanted, found = list(dict.fromkeys(keys)), dict[str, Answer]()
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            part = wanted[start : start + _KEYS_PER_QUERY]
            marks = ",".join("?" * len(part))
            for answer in self._select(f"key IN ({marks})", part):
                found[answer.key] = answer
        return {key: found[key] for key in wanted if key in found}

    def lookup(self, prefix: str) -> list[Answer]:
        """The answers whose key starts with these hexadecimal digits, by key; at most 100."""
        if not prefix or set(prefix.lower()) - set("0123456789abcdef"):
            return []
        low = prefix.lower()
        return self._select("key >= ? AND key < ? ORDER BY key LIMIT 100", (low, low + "g"))

    def _select(self, condition: str, values: Sequence[str]) -> list[Answer]:
        rows = self._query(f"SELECT {COLUMNS} FROM answers WHERE {condition}", values)  # noqa: S608
        return [read_row(self.path, row) for row in rows]

    def _query(self, query: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        with self._read_lock, sqlite_errors(self.path):
            return self._reader.execute(query, values).fetchall()

    def put(
        self,
        endpoint: str,
        request: Mapping[str, Any],
        response: Mapping[str, Any],
        *,
        sample: int = 0,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
    ) -> Answer:
        """Commit an answer, then return what is kept: where there was one already, that one.

        Raises:
            StoppedError: the disk is full or the file cannot be written; earlier answers are kept.
            TypeError, ValueError: request or response is not JSON.
        """
        question = Question.of(endpoint, request, sample)
        received = Received(question, response, prompt_tokens, completion_tokens)
        return self.put_all([received])[0]

    def put_all(self, received: Sequence[Received]) -> list[Answer]:
        """Commit answers together, with one wait for the disk; see `put`."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [answer.row(created) for answer in received]
        with self._transaction() as writer:
            written = insert(writer, rows)
        if written == len(rows):
            return [answer.answer(created) for answer in received]
        kept = self.get_many(answer.question.key for answer in received)
        return [kept[answer.question.key] for answer in received]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        with self._write_lock, sqlite_errors(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:  # a full disk has ended it already
                    self._writer.execute("ROLLBACK")
                raise

    def set_aside(self, keys: Iterable[str]) -> None:
        """Keep these answers, but let the same be asked once more: see `current`."""
        kept = list(self.get_many(sorted(keys)))
        with self._transaction() as writer:
            writer.execute(
                "INSERT OR IGNORE INTO set_aside SELECT value FROM json_each(?)", [json.dumps(kept)]
            )
        self._aside.update(kept)

    def current(self, question: Question) -> Question:
        """The question to ask: the one given, or what replaces it where it was set aside."""
        while question.key in self._aside:
            question = question.another(question.sample + _NEXT_SAMPLE)
        return question

    def find_interrupted(self) -> list[Asked]:
        """What was on the way when the last run was killed or stopped, and in no open batch.

        Only the process that holds the workspace may call it. `interrupted` has the keys then. Call
        `asked.forget` once it has been told.
        """
        left = self.asked.left()
        kept = self.get_many(asked.key for asked in left)
        lost = [asked for asked in left if asked.key not in kept]
        pending = self.batches.pending([asked.key for asked in lost])
        lost = [asked for asked in lost if asked.key not in pending]
        self.interrupted = {asked.key for asked in lost}
        return lost

    def __len__(self) -> int:
        ((count,),) = self._query("SELECT count(*) FROM answers", ())
        return int(count)

    def close(self) -> None:
        """Close the files."""
        self.asked.close()
        with self._read_lock, self._write_lock:
            self._reader.close()
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
