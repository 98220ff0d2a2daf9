"""One HTTP request to an endpoint: what went wrong, and whether to try again.

The `openai` SDK builds and sends the request; its own retries are off, so that every retry is
counted. The body of the answer is parsed here, because an endpoint may send anything.
"""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from byeori.endpoint.config import EndpointConfig
from byeori.errors import StoppedError

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, AsyncOpenAI

_PASSING = {408, 409, 425, 429}
_EXCERPT = 300
_SHORTEST_SECRET = 6


class TryAgainError(Exception):
    """The request failed and may succeed later.

    Attributes:
        reason: a short sentence.
        status: HTTP status, or None.
        after: seconds the endpoint asked to wait, or None.
        unreachable: no connection could be made at all.
        detail: what the endpoint said, an excerpt.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        after: float | None = None,
        unreachable: bool = False,
        detail: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.after = after
        self.unreachable = unreachable
        self.detail = detail


class RefusedError(Exception):
    """The endpoint will not answer this request, however often it is asked."""

    def __init__(self, reason: str, *, status: int | None = None, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.detail = detail


class Transport:
    """One long-lived client of one endpoint; opened at the first request, so that a run whose
    answers are all in the journal needs neither the endpoint nor its key."""

    def __init__(self, config: EndpointConfig) -> None:
        self.config = config
        self.answered = False
        self._key = "none"
        self._open: AsyncOpenAI | None = None

    def _client(self) -> "AsyncOpenAI":
        if self._open is None:
            self._key = _api_key(self.config)
            from openai import AsyncOpenAI

            self._open = AsyncOpenAI(
                api_key=self._key,
                base_url=self.config.base_url,
                timeout=self.config.timeout_seconds,
                max_retries=0,
            )
        return self._open

    async def send(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and return the answer's JSON, with at least one choice.

        Raises:
            TryAgainError: it may succeed later.
            RefusedError: this request will not be answered.
            StoppedError: no request will be answered until the user does something.
        """
        client = self._client()
        from openai import APIConnectionError, APIStatusError

        rest = {name: value for name, value in body.items() if name not in ("model", "messages")}
        try:
            async with asyncio.timeout(self.config.timeout_seconds):
                raw = await client.chat.completions.with_raw_response.create(
                    model=body["model"], messages=body["messages"], extra_body=rest
                )
        except TimeoutError:
            raise TryAgainError(f"no answer in {self.config.timeout_seconds:g} s") from None
        except APIStatusError as error:
            raise self._status_error(error) from None
        except APIConnectionError as error:
            raise self._connection_error(error) from None
        answer = _checked(self._hide(raw.content))
        self.answered = True
        return answer

    def _status_error(self, error: "APIStatusError") -> Exception:
        status, url = error.status_code, self.config.base_url
        detail = self._said(error)
        if status == 401 or (status == 403 and not self.answered):
            return StoppedError(f"{url} refused the key ({status}: {detail}); {self._key_advice()}")
        if status == 402 or error.code == "insufficient_quota":
            return StoppedError(f"{url}: the account has nothing left ({status}: {detail})")
        if status == 404:
            return StoppedError(
                f"{url} does not know {self.config.name!r} ({status}: {detail}); check the model's "
                "`name`, and that `base_url` ends with the API's version, such as /v1"
            )
        if status in _PASSING or status >= 500:
            after = retry_after(error.response.headers)
            return TryAgainError(f"HTTP {status}", status=status, after=after, detail=detail)
        return RefusedError(f"HTTP {status}", status=status, detail=detail)

    def _connection_error(self, error: "APIConnectionError") -> TryAgainError:
        causes: list[BaseException] = [error]
        while cause := causes[-1].__cause__ or causes[-1].__context__:
            causes.append(cause)
        names = {type(cause).__name__ for cause in causes}
        if names & {"ReadTimeout", "WriteTimeout", "PoolTimeout"}:
            return TryAgainError(f"no answer in {self.config.timeout_seconds:g} s")
        # By name, because the SDK's HTTP library is its own business and has changed before.
        unreachable = bool(names & {"ConnectError", "ConnectTimeout"})
        reason = "no connection" if unreachable else "the connection was lost"
        return TryAgainError(reason, unreachable=unreachable, detail=self._excerpt(str(causes[-1])))

    def _key_advice(self) -> str:
        if self.config.api_key_env is None:
            return "name the environment variable that holds one in `api_key_env`"
        return f"check the environment variable {self.config.api_key_env}"

    def _said(self, error: "APIStatusError") -> str:
        message = error.body.get("message") if isinstance(error.body, dict) else None
        text = message if isinstance(message, str) else error.response.text
        return self._excerpt(text)

    def _excerpt(self, text: str) -> str:
        """The beginning of an error's text, in one line and without the key."""
        hidden = self._hide(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return " ".join(hidden.split())[:_EXCERPT]

    def _hide(self, text: bytes) -> bytes:
        """What the endpoint said, without the key: some repeat it, as it is or in quotes."""
        if len(self._key) < _SHORTEST_SECRET:
            return text
        for shown in {self._key, json.dumps(self._key)[1:-1], repr(self._key)[1:-1]}:
            text = text.replace(shown.encode(), b"***")
        return text

    async def close(self) -> None:
        """Close the connections."""
        if self._open is not None:
            await self._open.close()


def _api_key(config: EndpointConfig) -> str:
    if config.api_key_env is None:
        return "none"
    key = os.environ.get(config.api_key_env, "").strip()
    if not key:
        raise StoppedError(
            f"the environment variable {config.api_key_env} is not set; it must hold the key of "
            f"{config.base_url} (`api_key_env: null` where the endpoint wants none)"
        )
    # What a header cannot carry fails deep in the HTTP library, with an error that shows the key.
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise StoppedError(
            f"the environment variable {config.api_key_env} does not hold a key that can be sent: "
            "there is a blank, a line break, another control character or a character that is not "
            "ASCII in it. Set it again; nothing was sent"
        )
    return key


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


def _checked(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
        message = answer["choices"][0]["message"]
        whole = isinstance(message.get("content"), str | None)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        whole = False
    if not whole:
        said = content[:_EXCERPT].decode("utf-8", "replace")
        raise TryAgainError("the answer was not a chat completion", status=200, detail=said)
    checked: dict[str, Any] = answer
    return checked
