"""Sends a request until it is answered, waiting as the endpoint asks, or longer each time."""

import asyncio
from collections.abc import Mapping
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random

from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.requests import Counts
from byeori.endpoint.transport import RefusedError, Transport, TryAgainError
from byeori.errors import StoppedError

LONGEST_WAIT = 60.0
"""Seconds between two tries, at most, unless the endpoint asks for more."""
TRIES_AT_FIRST_CONTACT = 3
"""An endpoint that never answered in this run and cannot be reached is given up sooner."""
LONGEST_ASKED_WAIT = 900.0
"""An endpoint that asks for a longer wait, in seconds, stops the run."""


class PatientSender:
    """One endpoint's requests, retried; a wait the endpoint asks for holds for all of them."""

    def __init__(self, config: EndpointConfig, counts: Counts) -> None:
        self.config = config
        self.counts = counts
        self._transport = Transport(config)
        self._closed_until = 0.0
        self._backoff = wait_exponential(
            multiplier=config.backoff_seconds, max=LONGEST_WAIT
        ) + wait_random(0, config.backoff_seconds)

    async def send(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's JSON.

        Raises:
            RefusedError: this request is not answered, for good or in `max_retries` retries.
            StoppedError: the endpoint cannot be used.
        """
        tries = 0
        try:
            async for attempt in AsyncRetrying(
                stop=self._enough,
                wait=self._wait,
                retry=retry_if_exception_type(TryAgainError),
                before_sleep=self._count_retry,
                reraise=True,
            ):
                tries = attempt.retry_state.attempt_number
                with attempt:
                    return await self._try(body)
        except TryAgainError as error:
            raise self._given_up(error, tries) from None
        raise AssertionError("tenacity ends with an answer or an error")

    async def _try(self, body: Mapping[str, Any]) -> dict[str, Any]:
        now = asyncio.get_running_loop().time
        while (left := self._closed_until - now()) > 0:
            await asyncio.sleep(left)
        self.counts.sent += 1
        return await self._transport.send(body)

    def _enough(self, state: RetryCallState) -> bool:
        tries = self.config.max_retries + 1
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TryAgainError) and error.unreachable and not self._transport.answered:
            tries = min(tries, TRIES_AT_FIRST_CONTACT)
        return state.attempt_number >= tries

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        backoff = float(self._backoff(state))
        if not isinstance(error, TryAgainError) or error.after is None:
            return backoff
        if error.after > LONGEST_ASKED_WAIT:
            raise StoppedError(
                f"{self.config.base_url} asks to wait {error.after:.0f} s ({error.reason}); "
                "run again later, the answers so far are kept"
            )
        until = asyncio.get_running_loop().time() + error.after
        self._closed_until = max(self._closed_until, until)
        return error.after

    def _count_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TryAgainError):
            self.counts.retries[error.reason] += 1

    def _given_up(self, error: TryAgainError, tries: int) -> Exception:
        if error.unreachable:
            return StoppedError(
                f"no connection to {self.config.base_url} in {tries} tries ({error.detail}); is "
                "the endpoint running? Run again when it is, the answers so far are kept"
            )
        return RefusedError(
            f"{error.reason}, {tries} times", status=error.status, detail=error.detail
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()
