"""The lines of a batch: those that are sent, and those that come back."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byeori.endpoint.batch.api import PATH
from byeori.endpoint.errors import RefusedError, TryAgainError
from byeori.endpoint.reading import tokens
from byeori.endpoint.replies import Asked, is_completion
from byeori.errors import StoppedError
from byeori.store.answers import Question, Received

_SEPARATORS = {"\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""Some readers of lines end one there; in JSON they may be written so."""


def line_of(question: Question) -> bytes:
    """The line that asks a question; the journal's key is its `custom_id`."""
    body = question.body
    for separator, escaped in _SEPARATORS.items():
        body = body.replace(separator, escaped)
    head = f'{{"custom_id":"{question.key}","method":"POST","url":"{PATH}","body":'
    return f"{head}{body}}}\n".encode()


@dataclass(slots=True)
class Harvest:
    """What a batch brought.

    Attributes:
        received: answers, by key.
        failed: why there is none, by key: RefusedError for good, TryAgainError for now.
        odd: lines that are no good, by what is wrong with them.
        stopped: what says that the endpoint will not answer anything, or None.
    """

    received: dict[str, Received] = field(default_factory=dict)
    failed: dict[str, RefusedError | TryAgainError] = field(default_factory=dict)
    odd: Counter[str] = field(default_factory=Counter)
    stopped: StoppedError | None = None


def harvest(
    files: Iterable[Path], questions: Mapping[str, Question], asked: Asked, missing: str
) -> Harvest:
    """Read the files of a batch that has ended.

    Args:
        files: its output and its errors.
        questions: what it asked, by key.
        asked: for what is said of a failure.
        missing: why a question has no line.
    """
    found = Harvest()
    for file in files:
        with file.open("rb") as lines:
            for line in lines:
                if line.strip():
                    _read(asked.veil.hide(line), questions, asked, found)
    for key in questions:
        if key in found.received:
            found.failed.pop(key, None)
        elif key not in found.failed:
            found.failed[key] = TryAgainError(missing)
    return found


def _read(line: bytes, questions: Mapping[str, Question], asked: Asked, found: Harvest) -> None:
    try:
        row = json.loads(line)
        key = row["custom_id"]
        response, error = row.get("response"), row.get("error")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        found.odd["are not what the API promises"] += 1
        return
    question = questions.get(key) if isinstance(key, str) else None
    if question is None:
        found.odd["answer what the batch did not ask"] += 1
    elif key in found.received:
        found.odd["answer a request a second time"] += 1
    elif (outcome := _outcome(response, error, asked)) is None:
        body = response["body"]
        found.received[key] = Received(question, body, *tokens(body))
    elif isinstance(outcome, StoppedError):
        found.stopped = outcome
    else:
        found.failed[key] = outcome


def _outcome(
    response: Any, error: Any, asked: Asked
) -> RefusedError | TryAgainError | StoppedError | None:
    """Why a line holds no answer; None where it does."""
    if isinstance(response, dict) and response.get("status_code") == 200:
        if is_completion(response.get("body")):
            return None
        return TryAgainError("the answer was not a chat completion", status=200)
    if isinstance(response, dict) and isinstance(response.get("status_code"), int):
        content = json.dumps(response.get("body")).encode()
        return asked.failure(response["status_code"], {}, content, answered=True)
    said = error if isinstance(error, dict) else {}
    code, message = str(said.get("code") or ""), str(said.get("message") or "")
    reason = "the batch expired" if code == "batch_expired" else "its line in the batch failed"
    return TryAgainError(reason, detail=asked.veil.excerpt(f"{code}: {message}", 300))
