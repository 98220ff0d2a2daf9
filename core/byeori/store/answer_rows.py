"""A question to a model and its answer, as a journal keeps them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byeori.store.answer_keys import answer_key, canonical_json, key_of_text, sha256, storable
from byeori.store.sqlite_errors import damaged

COLUMNS = (
    "key, endpoint, sample, request, response, digest, created, prompt_tokens, completion_tokens"
)

_TOGETHER = (64, 16, 4, 1)
"""Rows in one statement: each statement of its own takes and gives back Python's lock."""


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


_AS_IT_IS = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A request: its keys are sorted in what is hashed and kept, and as they are in what is sent.

    A model that is bound to a schema writes the fields in the schema's order: a question before its
    answer, and reasons before a verdict.

    Attributes:
        endpoint: base URL.
        request: the request's JSON body.
        sample: see `Answer`.
        text: the body's canonical JSON.
        key: what the answer is kept under.
    """

    endpoint: str
    request: Mapping[str, Any]
    sample: int
    text: str
    key: str

    @classmethod
    def of(cls, endpoint: str, request: Mapping[str, Any], sample: int = 0) -> "Question":
        """The question a request asks.

        Raises:
            TypeError, ValueError: the request is not JSON.
        """
        text = canonical_json(request)
        return cls(endpoint, request, sample, text, key_of_text(endpoint, text, sample))

    @property
    def body(self) -> str:
        """What is sent: the request's JSON, its keys in their own order."""
        return _AS_IT_IS.encode(self.request)

    def another(self, sample: int) -> "Question":
        """The same question for another sample."""
        key = key_of_text(self.endpoint, self.text, sample)
        return Question(self.endpoint, self.request, sample, self.text, key)


@dataclass(frozen=True, slots=True)
class Received:
    """An answer that is not committed yet."""

    question: Question
    response: Mapping[str, Any]
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def row(self, created: str) -> tuple[Any, ...]:
        """The values of `COLUMNS`."""
        asked, text = self.question, storable(self.response)
        return (
            asked.key,
            asked.endpoint,
            asked.sample,
            storable(asked.request, asked.text),
            text,
            sha256(text),
            created,
            self.prompt_tokens,
            self.completion_tokens,
        )

    def answer(self, created: str) -> Answer:
        """The answer, once it is committed."""
        asked, counted = self.question, (self.prompt_tokens, self.completion_tokens)
        return Answer(
            asked.key, asked.endpoint, asked.sample, asked.request, self.response, created, *counted
        )


def read_row(path: Path, row: tuple[Any, ...]) -> Answer:
    """The answer a row of `COLUMNS` holds.

    Raises:
        DataError: it is not what was written.
    """
    key, endpoint, sample, request, response, digest, *rest = row
    try:
        answer = Answer(key, endpoint, sample, json.loads(request), json.loads(response), *rest)
        whole = digest == sha256(response) and (
            key == key_of_text(endpoint, request, sample)
            # Where half a surrogate pair had to be escaped, the text is not the canonical one.
            or key == answer_key(endpoint, answer.request, sample)
        )
    except (TypeError, ValueError, RecursionError):
        whole = False
    if not whole:
        raise damaged(path, f"answer {str(key)[:16]} is not what was written")
    return answer


def insert(writer: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert the rows whose key is new; how many that were."""
    written, start = 0, 0
    for size in _TOGETHER:
        while len(rows) - start >= size:
            together = [value for row in rows[start : start + size] for value in row]
            marks = ",".join(["(?,?,?,?,?,?,?,?,?)"] * size)
            statement = f"INSERT OR IGNORE INTO answers ({COLUMNS}) VALUES {marks}"  # noqa: S608
            written += writer.execute(statement, together).rowcount
            start += size
    return written
