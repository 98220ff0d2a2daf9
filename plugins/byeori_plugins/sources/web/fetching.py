"""Fetches pages politely: one at a time, each once, waiting as a server asks."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, JsonValue
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential

import byeori
from byeori import Config, Context
from byeori.endpoint.errors import TryAgainError
from byeori.endpoint.replies import retry_after
from byeori.errors import StoppedError
from byeori.store.cache import CacheFolder

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

LONGEST_WAIT = 60.0
"""Seconds between two tries, at most, unless the server asks for more."""
LONGEST_ASKED_WAIT = 900.0
"""A server that asks for a longer wait, in seconds, stops the run."""
LARGEST = 64 * 2**20
"""Bytes of one page, at most."""
_PASSING = {408, 425, 429}


MANNER: dict[str, JsonValue] = {"identity": False}
"""Of settings that change how pages are fetched, not what is in them: nothing is fetched anew."""


class FetchConfig(Config):
    """How pages are fetched."""

    contact: str = Field(
        "",
        description="Address or URL that the server sees, for its owners to write to.",
        json_schema_extra=MANNER,
    )
    delay_seconds: float = Field(
        1.0,
        ge=0,
        description="Shortest time between two requests to one server.",
        json_schema_extra=MANNER,
    )
    timeout_seconds: float = Field(
        60.0, gt=0, description="Longest wait for an answer.", json_schema_extra=MANNER
    )
    max_retries: int = Field(
        5, ge=0, description="Tries after the first, for one page.", json_schema_extra=MANNER
    )
    accessed: str = Field(
        "",
        description="Date of access, kept as metadata. Another one fetches anew; pages fetched "
        "under the same one come from the workspace's cache.",
    )


class RefusedError(Exception):
    """The server has no such page, or will not give it.

    Attributes:
        status: HTTP status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Fetcher:
    """Fetches pages with one connection, and keeps them in the workspace's cache.

    A page that is in the cache is not asked for again, so a run that was killed goes on where it
    was. What a server needs as a key is sent, and stands in no cache, message or origin.

    Args:
        config: how.
        context: its `cache` keeps the pages (its `scratch` where there is none).
        secret: parameters that are sent with every request and never shown.
        headers: the same, as headers.
    """

    def __init__(
        self,
        config: FetchConfig,
        context: Context,
        *,
        secret: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.config = config
        self._secret = dict(secret or {})
        self._headers = dict(headers or {})
        self._cache = CacheFolder((context.cache or context.scratch) / "pages")
        self._next: dict[str, float] = {}
        self._delays: dict[str, float] = {}
        self._client: httpx2.Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._client.close()

    def at_least(self, url: str, seconds: float) -> None:
        """Leave at least so much time between requests to a URL's server."""
        self._delays[_server(url)] = seconds

    def get(
        self, url: str, parse: Callable[[bytes], T], params: Mapping[str, str | int] | None = None
    ) -> T:
        """A page, parsed; from the cache where it was fetched before.

        Args:
            url: without what `params` hold.
            parse: raises `ValueError` where the answer is not what it should be; it is then asked
                for again, and not kept.
            params: of the query.

        Raises:
            RefusedError: the server has no such page, or will not give it.
            StoppedError: the server cannot be used now; the pages fetched so far are kept.
        """
        asked = {name: str(value) for name, value in (params or {}).items()}
        what = json.dumps([url, sorted(asked.items()), self.config.accessed])
        key = hashlib.sha256(what.encode()).hexdigest()[:32]
        if (kept := self._cache.get(key)) is not None:
            with suppress(ValueError):  # what an earlier version of `parse` let pass
                return parse(kept.read_bytes())
        body, parsed = self._retried(url, asked, parse)
        self._cache.put(key, lambda path: path.write_bytes(body))
        return parsed

    def _retried(
        self, url: str, params: Mapping[str, str], parse: Callable[[bytes], T]
    ) -> tuple[bytes, T]:
        try:
            for attempt in Retrying(
                stop=stop_after_attempt(self.config.max_retries + 1),
                wait=self._wait,
                retry=retry_if_exception_type(TryAgainError),
                reraise=True,
            ):
                with attempt:
                    return self._parsed(url, params, parse)
        except TryAgainError as error:
            raise StoppedError(
                f"{url}: {error.reason}, {self.config.max_retries + 1} times "
                f"({self._hidden(error.detail)}); run again later, the pages so far are kept"
            ) from None
        raise AssertionError("tenacity ends with a page or an error")

    def _parsed(
        self, url: str, params: Mapping[str, str], parse: Callable[[bytes], T]
    ) -> tuple[bytes, T]:
        body = self._sent(url, params)
        try:
            return body, parse(body)
        except ValueError as error:
            excerpt = " ".join(body[:200].decode("utf-8", "replace").split())
            raise TryAgainError(f"the answer is wrong: {error}", detail=excerpt) from error

    def _sent(self, url: str, params: Mapping[str, str]) -> bytes:
        import httpx2

        self._pause(url)
        try:
            with self._opened().stream("GET", url, params={**params, **self._secret}) as answer:
                body = b""
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        raise RefusedError(f"{url}: larger than {LARGEST} bytes", 413)
                status, headers = answer.status_code, answer.headers
        except httpx2.TimeoutException:
            raise TryAgainError(f"no answer in {self.config.timeout_seconds:g} s") from None
        except httpx2.HTTPError as error:
            raise TryAgainError("the connection failed", detail=str(error)) from None
        if status < 300:
            return body
        raise self._failure(url, status, headers, body)

    def _failure(self, url: str, status: int, headers: Mapping[str, str], body: bytes) -> Exception:
        detail = self._hidden(" ".join(body[:300].decode("utf-8", "replace").split()))
        if status in _PASSING or status >= 500:
            after = retry_after(headers)
            return TryAgainError(f"HTTP {status}", status=status, after=after, detail=detail)
        return RefusedError(f"{url}: HTTP {status} ({detail})", status)

    def _pause(self, url: str) -> None:
        server = _server(url)
        time.sleep(max(0.0, self._next.get(server, 0.0) - time.monotonic()))
        delay = max(self.config.delay_seconds, self._delays.get(server, 0.0))
        self._next[server] = time.monotonic() + delay

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TryAgainError) and error.after is not None:
            if error.after > LONGEST_ASKED_WAIT:
                raise StoppedError(
                    f"the server asks to wait {error.after:.0f} s ({error.reason}: "
                    f"{error.detail}); run again later, the pages so far are kept"
                )
            return error.after
        shortest = max(self.config.delay_seconds, 0.01)
        return float(wait_exponential(multiplier=shortest, max=LONGEST_WAIT)(state))

    def _opened(self) -> "httpx2.Client":
        if self._client is None:
            import httpx2

            agent = f"byeori/{byeori.__version__}"
            if self.config.contact:
                agent += f" ({self.config.contact})"
            self._client = httpx2.Client(
                headers={"User-Agent": agent, **self._headers},
                timeout=self.config.timeout_seconds,
                follow_redirects=True,
            )
        return self._client

    def _hidden(self, text: str) -> str:
        for value in (*self._secret.values(), *self._headers.values()):
            text = text.replace(value, "***") if len(value) > 5 else text
        return text


def _server(url: str) -> str:
    return urlsplit(url).netloc
