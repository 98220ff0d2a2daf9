"""One HTTP request to an endpoint, by aiohttp.

The `openai` SDK takes 2 to 4 milliseconds of processor time for a request, ten times as much
(`benchmarks/generation.py`); so it says what is sent (its base URL and headers, with the
environment variables it reads), and aiohttp sends it.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.request import getproxies, proxy_bypass

import truststore
from aiohttp import (
    BytesPayload,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

import byeori
from byeori.endpoint.dialects import CHAT, Dialect
from byeori.endpoint.errors import TryAgainError
from byeori.endpoint.replies import EXCERPT, Asked
from byeori.endpoint.secrets import Veil, api_key

KEEP_ALIVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Address:
    """A model at a server.

    Attributes:
        base_url: of the API.
        model: its name there.
        key_variable: the environment variable of the key, or None.
        dialect: how it is spoken to.
    """

    base_url: str
    model: str
    key_variable: str | None = None
    dialect: Dialect = CHAT


class Transport:
    """One long-lived client of one endpoint; opened at the first request, so that a run whose
    answers are all in the journal needs neither the endpoint nor its key."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.answered = False
        self._open: _Open | None = None

    async def send(self, body: bytes, seconds: float) -> dict[str, Any]:
        """Send one request and return the answer's JSON, with at least one choice.

        Args:
            body: the request's JSON, UTF-8.
            seconds: longest wait for the answer.

        Raises:
            TryAgainError: it may succeed later.
            RefusedError: this request will not be answered.
            StoppedError: no request will be answered until the user does something.
        """
        if self._open is None:
            self._open = _Open(self.address)
        opened = self._open
        try:
            async with asyncio.timeout(seconds):
                async with opened.session.post(
                    opened.url, data=BytesPayload(body), proxy=opened.proxy
                ) as reply:
                    content = await reply.read()
        except TimeoutError:
            raise TryAgainError(f"no answer in {seconds:g} s", slow=True) from None
        except (ClientError, OSError, ValueError) as error:
            raise opened.lost(error) from None
        if reply.status >= 300:
            raise opened.asked.failure(reply.status, reply.headers, content, answered=self.answered)
        answer = self.address.dialect.read(opened.asked.veil.hide(content))
        self.answered = True
        return answer

    async def close(self) -> None:
        """Close the connections."""
        if self._open is not None:
            await self._open.session.close()
            self._open = None


class _Open:
    """A client that is open: what it needs of the key and the environment, read once."""

    def __init__(self, address: Address) -> None:
        key = api_key(address.key_variable, address.base_url)
        headers = dict(address.dialect.headers(key, address.base_url))
        headers["User-Agent"] = f"byeori/{byeori.__version__}"
        self.asked = Asked(address.model, address.base_url, address.key_variable, Veil(key))
        self.url = URL(address.base_url + address.dialect.path)
        self.proxy = _proxy(self.url)
        # Reading the system's certificates takes tens of milliseconds.
        secure = "https" in (self.url.scheme, URL(self.proxy or "").scheme)
        self.session = _session(headers, _system_certificates() if secure else True)

    def lost(self, error: Exception) -> TryAgainError:
        """The error for a request that broke off."""
        unreachable = isinstance(error, ClientConnectorError)
        return TryAgainError(
            "no connection" if unreachable else "the connection was lost",
            unreachable=unreachable,
            detail=self.asked.veil.excerpt(str(error) or type(error).__name__, EXCERPT),
        )


def _system_certificates() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # as the SDK does


def _session(headers: dict[str, str], certificates: ssl.SSLContext | bool) -> ClientSession:
    connector = TCPConnector(
        limit=0,  # how many are on the way is decided before
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        ssl=certificates,
    )
    return ClientSession(
        connector=connector,
        headers=headers,
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=None, sock_connect=None),  # one limit for all, around it
    )


def _proxy(url: URL) -> str | None:
    """The proxy of HTTPS_PROXY and its like, as `urllib` reads them; aiohttp would do it for each
    request."""
    host = url.host or ""
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")
