"""Every answer of a model, kept before it is used: nothing paid for is asked twice.

One SQLite file in write-ahead mode with `synchronous=FULL`: when `put` has returned, the answer
survives a kill and a power cut. The key is a hash of what was asked, so a changed prompt is another
question and an unchanged one is never sent again. No API key is ever given to this module.

An answer that made a run stop is set aside: it stays, and another one may be asked for.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from byeori.errors import DataError
from byeori.store.answer_keys import answer_key, canonical_json, sha256, storable
from byeori.store.sqlite_errors import BUSY_SECONDS, damaged, sqlite_errors

__all__ = ["Answer", "AnswerJournal", "answer_key", "canonical_json"]

APPLICATION_ID = 0x6279656F
"""`PRAGMA application_id` of a journal ("byeo"), so that another SQLite file is not written to."""
SCHEMA_VERSION = 1
_KEYS_PER_QUERY = 500
_TABLE = """
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
) WITHOUT ROWID
"""
_SET_ASIDE = "CREATE TABLE IF NOT EXISTS set_aside (key TEXT PRIMARY KEY) WITHOUT ROWID"
_NEXT_SAMPLE = 1_000_000
"""How far the sample that replaces one is from it: further than anybody's samples go."""
_COLUMNS = (
    "key, endpoint, sample, request, response, digest, created, prompt_tokens, completion_tokens"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it is kept.

    Attributes:
        key: `answer_key(endpoint, request, sample)`.
        endpoint: base URL it came from.
        sample: 0 for the first answer to a request, 1 for another one to the same request; a
            million more for each that was set aside before it.
        request: the request's JSON body.
        response: the response's JSON body.
        created: when it was committed, ISO 8601 in UTC.
        prompt_tokens, completion_tokens: as the endpoint counted them, or None.
    """

    key: str
    endpoint: str
    sample: int
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    created: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class AnswerJournal:
    """The answers of one workspace: a context manager, safe to use from several threads.

    Reading and writing have a connection each, so that a reader never waits for a writer's fsync.
    """

    def __init__(self, path: Path) -> None:
        """Open the journal, or make one where no file is; a file that cannot be used is left.

        Raises:
            DataError: the file is damaged, is not a journal, or cannot be opened.
        """
        self.path = path
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        with sqlite_errors(self.path):
            self._writer = self._connect()
        try:
            with sqlite_errors(self.path):
                self._prepare()
                self._reader = self._connect()
                self._reader.execute("PRAGMA query_only=ON")
        except BaseException:
            self._writer.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )

    def _prepare(self) -> None:
        (tables,) = self._writer.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = self._writer.execute("PRAGMA application_id").fetchone()
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        if tables and application != APPLICATION_ID:
            raise DataError(f"{self.path} is a database, but not an answer journal; move it away")
        if version > SCHEMA_VERSION:
            raise DataError(
                f"{self.path} has version {version} and this byeori knows {SCHEMA_VERSION}; "
                "upgrade byeori, or move the file away to start a new journal"
            )
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.execute("PRAGMA synchronous=FULL")
        if not tables:
            self._create()
        self._writer.execute(_SET_ASIDE)

    def _create(self) -> None:
        """All or nothing, so that a kill here leaves an empty file and not half a journal."""
        self._writer.execute("BEGIN IMMEDIATE")
        self._writer.execute(_TABLE)
        self._writer.execute(f"PRAGMA application_id={APPLICATION_ID}")
        self._writer.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        self._writer.execute("COMMIT")

    key = staticmethod(answer_key)

    def get(self, key: str) -> Answer | None:
        """The answer with this key, or None.

        Raises:
            DataError: the file is damaged.
        """
        return self.get_many([key]).get(key)

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
        return self._select("key >= ? AND key < ? ORDER BY key LIMIT 100", [low, low + "g"])

    def _select(self, condition: str, values: list[str]) -> list[Answer]:
        with self._read_lock, sqlite_errors(self.path):
            rows = self._reader.execute(
                f"SELECT {_COLUMNS} FROM answers WHERE {condition}",  # noqa: S608 (no user text)
                values,
            ).fetchall()
        return [self._answer(row) for row in rows]

    def _answer(self, row: tuple[Any, ...]) -> Answer:
        key, endpoint, sample, request, response, digest, *rest = row
        try:
            answer = Answer(key, endpoint, sample, json.loads(request), json.loads(response), *rest)
            whole = digest == sha256(response) and key == answer_key(
                endpoint, answer.request, sample
            )
        except (TypeError, ValueError, RecursionError):
            whole = False
        if not whole:
            raise damaged(self.path, f"answer {str(key)[:16]} is not what was written")
        return answer

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
        key = answer_key(endpoint, request, sample)
        text = storable(response)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        row = (key, endpoint, sample, storable(request), text, sha256(text), created)
        with self._write_lock, sqlite_errors(self.path):
            written = self._writer.execute(
                f"INSERT OR IGNORE INTO answers ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608
                (*row, prompt_tokens, completion_tokens),
            ).rowcount
        if not written and (kept := self.get(key)):
            return kept
        return Answer(
            key, endpoint, sample, request, response, created, prompt_tokens, completion_tokens
        )

    def set_aside(self, keys: Iterable[str]) -> None:
        """Keep these answers, but let the same be asked once more: see `current_sample`."""
        with self._write_lock, sqlite_errors(self.path):
            self._writer.execute(
                "INSERT OR IGNORE INTO set_aside "
                "SELECT key FROM answers WHERE key IN (SELECT value FROM json_each(?))",
                [json.dumps(sorted(keys))],
            )

    def current_sample(self, endpoint: str, request: Mapping[str, Any], sample: int = 0) -> int:
        """The sample to ask for: the one given, or what replaces it where it was set aside."""
        with self._read_lock, sqlite_errors(self.path):
            while self._reader.execute(
                "SELECT 1 FROM set_aside WHERE key = ?", [answer_key(endpoint, request, sample)]
            ).fetchone():
                sample += _NEXT_SAMPLE
        return sample

    def __len__(self) -> int:
        with self._read_lock, sqlite_errors(self.path):
            (count,) = self._reader.execute("SELECT count(*) FROM answers").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file."""
        with self._read_lock, self._write_lock:
            self._reader.close()
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
