"""The calls of the Batch API, by the `openai` SDK, retried by us and counted."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from openai import APIConnectionError, APIError, APIStatusError, AsyncOpenAI
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential

from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.errors import RefusedError, TryAgainError
from byeori.endpoint.replies import EXCERPT, Asked
from byeori.endpoint.requests import Counts
from byeori.endpoint.retry import LONGEST_WAIT
from byeori.endpoint.secrets import Veil, api_key
from byeori.errors import StoppedError

if TYPE_CHECKING:
    from openai.types import Batch

R = TypeVar("R")

PATH: Literal["/v1/chat/completions"] = "/v1/chat/completions"
NAME = "byeori"
"""The member of a batch's metadata that holds our name of it."""


class BatchApi:
    """One endpoint; opened at the first call, so that the key is not needed before."""

    def __init__(self, config: EndpointConfig, counts: Counts) -> None:
        self.config = config
        self._counts = counts
        self._sdk: AsyncOpenAI | None = None
        self.asked = Asked(config.name, config.base_url, config.api_key_env, Veil(""))
        self._backoff = wait_exponential(multiplier=config.backoff_seconds, max=LONGEST_WAIT)

    def _client(self) -> AsyncOpenAI:
        if self._sdk is None:
            config, key = self.config, api_key(self.config.api_key_env, self.config.base_url)
            self.asked = Asked(config.name, config.base_url, config.api_key_env, Veil(key))
            self._sdk = AsyncOpenAI(
                api_key=key,
                base_url=config.base_url,
                max_retries=0,  # every retry is ours, and counted
                timeout=config.timeout_seconds,
            )
        return self._sdk

    async def upload(self, name: str, content: bytes, *, known: bool) -> str:
        """The id of the file with the requests.

        Args:
            name: of the batch.
            content: the file.
            known: an earlier run may have uploaded it; then it is looked for first. So it is after
                a try that broke off.
        """
        file = f"{NAME}-{name}.jsonl"

        async def find() -> str:
            async for found in self._client().files.list(purpose="batch"):
                if found.filename == file and found.bytes == len(content):
                    return found.id
            return ""

        async def make() -> str:
            made = await self._client().files.create(file=(file, content), purpose="batch")
            return made.id

        return await self._once(find, make, known=known)

    async def create(self, name: str, file: str, *, known: bool) -> str:
        """The id of the batch of a file; see `upload`."""

        async def make() -> str:
            made = await self._client().batches.create(
                input_file_id=file,
                endpoint=PATH,
                completion_window="24h",
                metadata={NAME: name},
            )
            return made.id

        return await self._once(lambda: self.find(name), make, known=known)

    async def find(self, name: str) -> str:
        """The id of the batch that has our name, or empty."""
        async for found in self._client().batches.list(limit=100):
            if (found.metadata or {}).get(NAME) == name:
                return found.id
        return ""

    async def lookup(self, name: str) -> str:
        """`find`, retried."""
        return await self.tried(lambda: self.find(name))

    async def get(self, id_: str) -> "Batch | None":
        """How a batch stands; None if the endpoint does not know it any more."""
        return await self.tried(lambda: _or_none(self._client().batches.retrieve(id_)))

    async def download(self, file: str, to: Path) -> None:
        """Write a file's content; one that the endpoint does not know any more is empty."""
        to.touch()

        async def fetch() -> None:
            streamed = self._client().files.with_streaming_response.content(file)
            async with streamed as response:
                with to.open("wb") as out:
                    async for chunk in response.iter_bytes():
                        out.write(chunk)

        await self.tried(lambda: _or_none(fetch()))

    async def _once(
        self, find: Callable[[], Awaitable[str]], make: Callable[[], Awaitable[str]], *, known: bool
    ) -> str:
        """What `make` makes, unless an earlier try that broke off has made it."""
        perhaps = known

        async def work() -> str:
            nonlocal perhaps
            if perhaps and (found := await find()):
                return found
            perhaps = True
            return await make()

        return await self.tried(work)

    async def tried(self, work: Callable[[], Awaitable[R]]) -> R:
        """What comes of a call, after retries.

        Raises:
            StoppedError: it fails for good.
        """
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(self.config.max_retries + 1),
                wait=self._wait,
                retry=retry_if_exception_type(TryAgainError),
                before_sleep=self._count,
                reraise=True,
            ):
                with attempt:
                    return await self._call(work)
        except (TryAgainError, RefusedError) as error:
            said = f" ({error.detail})" if error.detail else ""
            raise StoppedError(
                f"{self.config.base_url}: the Batch API failed: {error.reason}{said}. Run again: "
                "the answers so far are kept, and batches that were sent are not sent again"
            ) from None
        raise AssertionError("tenacity ends with a result or an error")

    async def _call(self, work: Callable[[], Awaitable[R]]) -> R:
        try:
            return await work()
        except APIStatusError as error:
            reply = error.response
            if reply.status_code == 404:
                detail = self.asked.veil.excerpt(error.message, EXCERPT)
                raise StoppedError(
                    f"{self.config.base_url} has no Batch API, or does not know the file "
                    f"({detail}); use `mode: direct`, or another endpoint"
                ) from None
            raise self.asked.failure(
                reply.status_code, reply.headers, reply.content, answered=True
            ) from None
        except APIConnectionError as error:
            detail = self.asked.veil.excerpt(str(error.__cause__ or error), EXCERPT)
            raise TryAgainError("no connection", unreachable=True, detail=detail) from None
        except (APIError, ValueError) as error:
            detail = self.asked.veil.excerpt(str(error), EXCERPT)
            raise TryAgainError("the reply could not be read", detail=detail) from None

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.after if isinstance(error, TryAgainError) and error.after else 0.0
        return max(asked, self._backoff(state)) * (1 + random.random() / 10)

    def _count(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TryAgainError):
            self._counts.retries[error.reason] += 1

    async def close(self) -> None:
        """Close the connections."""
        if self._sdk is not None:
            await self._sdk.close()


async def _or_none(work: Awaitable[R]) -> R | None:
    """What a call gives; None where the endpoint answers 404."""
    try:
        return await work
    except APIStatusError as error:
        if error.status_code == 404:
            return None
        raise
