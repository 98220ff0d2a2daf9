"""What an endpoint's reply means: an answer, a passing failure, or the end of the run."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from byeori.endpoint.errors import RefusedError, TryAgainError
from byeori.endpoint.secrets import Veil, key_advice
from byeori.errors import StoppedError

PASSING = {408, 409, 425, 429}
"""Refusals after which the same request may succeed; those of 500 and above may, too."""
_SPENT = {402, 456}
"""456 is DeepL's: the quota is used up."""
EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked, for what is said about it.

    Attributes:
        model: the model's name.
        base_url: where.
        key_variable: the environment variable of the key, or None.
        veil: hides the key.
    """

    model: str
    base_url: str
    key_variable: str | None
    veil: Veil

    def failure(
        self, status: int, headers: Mapping[str, str], content: bytes, *, answered: bool
    ) -> TryAgainError | RefusedError | StoppedError:
        """The error for a reply that is none.

        Args:
            status: 300 or above.
            headers: of any spelling, so a mapping that ignores case.
            content: the reply's body.
            answered: whether this endpoint has answered anything before.

        Returns:
            TryAgainError, RefusedError, or StoppedError where no request will be answered.
        """
        error, url = _error(content), self.base_url
        detail = self.veil.excerpt(str(error.get("message") or ""), EXCERPT)
        if not detail:
            detail = self.veil.excerpt(content.decode("utf-8", "replace"), EXCERPT)
        if status == 401 or (status == 403 and not answered):
            return StoppedError(
                f"{url} refused the key ({status}: {detail}); {key_advice(self.key_variable)}"
            )
        if status in _SPENT or error.get("code") == "insufficient_quota":
            return StoppedError(f"{url}: the account has nothing left ({status}: {detail})")
        if status == 404:
            return StoppedError(
                f"{url} does not know {self.model!r} ({status}: {detail}); check the model's "
                "`name`, and that `base_url` ends with the API's version, such as /v1"
            )
        if status in PASSING or status >= 500:
            after = retry_after(headers)
            return TryAgainError(f"HTTP {status}", status=status, after=after, detail=detail)
        return RefusedError(f"HTTP {status}", status=status, detail=detail)


def _error(content: bytes) -> Mapping[str, Any]:
    """The `error` of a reply in OpenAI's shape, or the whole; empty where it is no object."""
    try:
        reply = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    error = reply.get("error", reply) if isinstance(reply, dict) else None
    return error if isinstance(error, dict) else {"message": error if error else ""}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After` (RFC 9110, 10.2.3: seconds or a date), or None."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def completion(content: bytes) -> dict[str, Any]:
    """The chat completion in a reply with status 200, with at least one choice.

    Raises:
        TryAgainError: it is none.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if not is_completion(answer):
        said = content[:EXCERPT].decode("utf-8", "replace")
        raise TryAgainError("the answer was not a chat completion", status=200, detail=said)
    checked: dict[str, Any] = answer
    return checked


def is_completion(answer: Any) -> bool:
    """Whether a value is a chat completion with at least one choice."""
    try:
        return isinstance(answer["choices"][0]["message"].get("content"), str | None)
    except (LookupError, TypeError, AttributeError):
        return False
