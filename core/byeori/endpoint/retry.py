"""Sends a request until it is answered, waiting as the endpoint asks, or longer each time."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random

from byeori.endpoint.config import EndpointConfig, ServerPlan
from byeori.endpoint.dialects import Dialect
from byeori.endpoint.errors import RefusedError, TryAgainError, WithdrawnError
from byeori.endpoint.requests import Counts
from byeori.endpoint.servers import Server
from byeori.endpoint.transport import Address
from byeori.endpoint.turns import Turns
from byeori.errors import StoppedError
from byeori.store.answers import Question

LONGEST_WAIT = 60.0
"""Seconds between two tries, at most, unless the endpoint asks for more."""
TRIES_AT_FIRST_CONTACT = 3
"""An endpoint that never answered in this run and cannot be reached is given up sooner."""
LONGEST_ASKED_WAIT = 900.0
"""An endpoint that asks for a longer wait, in seconds, stops the run."""


class PatientSender:
    """The requests of one task, retried, to the server whose turn it is."""

    def __init__(
        self, config: EndpointConfig, counts: Counts, turns: Turns, say: Callable[[str], None]
    ) -> None:
        self.config = config
        self.counts = counts
        self._say = say
        self._turns = turns
        self._claim = turns.claim(
            (
                Address(one.base_url, one.name, one.api_key_env, config.dialect),
                one.concurrency,
                one.weight,
            )
            for one in config.servers()
        )
        self._backoff = wait_exponential(
            multiplier=config.backoff_seconds, max=LONGEST_WAIT
        ) + wait_random(0, config.backoff_seconds)

    async def send(
        self, question: Question, begin: Callable[[], bool] = lambda: True
    ) -> dict[str, Any]:
        """The answer's JSON.

        Args:
            question: what is asked.
            begin: called before each try, when its turn has come; False if it is not wanted any
                more.

        Raises:
            WithdrawnError: `begin` said so.
            RefusedError: this request is not answered, for good or in `max_retries` retries.
            StoppedError: the endpoint cannot be used.
        """
        try:
            return await self._try(question, begin)
        except TryAgainError as error:
            return await self._again(question, begin, error)

    async def _again(
        self, question: Question, begin: Callable[[], bool], first: TryAgainError
    ) -> dict[str, Any]:
        tries = 1
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
                    if tries == 1:
                        raise first
                    return await self._try(question, begin)
        except TryAgainError as error:
            raise self._given_up(error, tries) from None
        raise AssertionError("tenacity ends with an answer or an error")

    async def _try(self, question: Question, begin: Callable[[], bool]) -> dict[str, Any]:
        server = await self._turns.enter(self._claim)
        try:
            if not begin():
                raise WithdrawnError
            self.counts.sent += 1
            started = asyncio.get_running_loop().time()
            answer = await server.transport.send(
                _body(question, server), self.config.timeout_seconds
            )
            server.succeeded()
        except TryAgainError as error:
            server.failed(error, started)
            self._not_too_long(error, server)
            self._set_aside(error, server)
            raise
        except StoppedError as error:
            raise self._refused(error, server) from None
        finally:
            self._turns.leave(server)
        return answer

    def _not_too_long(self, error: TryAgainError, server: Server) -> None:
        if error.after is not None and error.after > LONGEST_ASKED_WAIT:
            url = server.address.base_url
            stopped = StoppedError(
                f"{url} asks to wait {error.after:.0f} s ({error.reason}); "
                "run again later, the answers so far are kept"
            )
            raise self._refused(stopped, server)

    def _set_aside(self, error: TryAgainError, server: Server) -> None:
        """Where there are others, a failing server gets no requests for a while."""
        if len(self._claim.servers) > 1 and (seconds := server.rest(error)):
            self._say(f"{server.address.base_url}: {error.reason}; set aside for {seconds:g} s")

    def _refused(self, error: StoppedError, server: Server) -> Exception:
        """The end of the run, unless there are other servers."""
        if len(self._claim.servers) == 1:
            return error
        if server.refused is None:
            server.refused = error
            self._say(f"{error}; the other endpoints are asked")
        return TryAgainError("the endpoint can no longer be used", after=0.0)

    def _enough(self, state: RetryCallState) -> bool:
        servers = [server for server, _ in self._claim.servers]
        tries = self.config.max_retries + 1
        error = state.outcome.exception() if state.outcome else None
        unreachable = isinstance(error, TryAgainError) and error.unreachable
        if unreachable and not any(server.transport.answered for server in servers):
            tries = min(tries, TRIES_AT_FIRST_CONTACT * len(servers))
        return state.attempt_number >= tries

    def _wait(self, state: RetryCallState) -> float:
        """Seconds; none where another server can be asked, or this one has said when it can."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TryAgainError) and error.after is not None:
            return 0.0  # its turn comes when the server is open again
        now = asyncio.get_running_loop().time()
        some_closed = any(server.closed_until > now for server, _ in self._claim.servers)
        if some_closed and self._claim.free(now) is not None:
            return 0.0
        return float(self._backoff(state))

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
        """Take back what still waits; call it when none of its requests is on the way."""
        self._turns.drop(self._claim)


def _address(plan: ServerPlan, dialect: Dialect) -> Address:
    return Address(plan.base_url, plan.name, plan.api_key_env, dialect)


def _body(question: Question, server: Server) -> bytes:
    """What is sent; the model may have another name at this server."""
    if question.request.get("model", server.address.model) == server.address.model:
        return question.body.encode()
    return json.dumps({**question.request, "model": server.address.model}).encode()
