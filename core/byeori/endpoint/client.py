"""Asks an endpoint many questions at once and gives the outcomes in the order of the questions.

The event loop runs in a thread of its own, so that it works inside a notebook's loop, requests go
on while the caller works on an outcome, and the caller's iterator is read in the caller's thread.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

from pydantic import BaseModel

from byeori.context import Context
from byeori.endpoint.answering import Answerer
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.loop import BackgroundLoop
from byeori.endpoint.requests import Counts, Failure, Outcome, Request
from byeori.errors import StoppedError

T = TypeVar("T", bound=BaseModel)

WINDOW = 4
"""Requests taken from the input ahead of the outcome that is due, as a multiple of concurrency."""
FEWEST_REQUESTS = 20
"""The share of failures is not judged on fewer outcomes than these."""


class EndpointClient:
    """One endpoint. `counts` tells what the latest call of `answers` cost."""

    def __init__(self, config: EndpointConfig) -> None:
        self.config = config
        self.counts = Counts()

    def answers(
        self, requests: Iterable[Request[T]], context: Context
    ) -> Generator[Outcome[T], None, None]:
        """Yield one outcome per request, in the requests' order.

        Every answer is looked up in `context.answers` first and committed to it before it is used.
        At most `concurrency` requests are on the way, and `WINDOW` times as many are read ahead.
        Close the iterator (or use it up) to close the connections.

        Raises:
            StoppedError: the endpoint cannot be used (no connection, key refused, model unknown),
                too many requests failed, or the journal cannot be written. What was answered is
                kept; the same run goes on from there. Where too many failed, it asks again for
                the answers that could not be used.
            DataError: the journal is damaged.
        """
        self.counts = Counts()
        said: SimpleQueue[str] = SimpleQueue()
        failures = Failures(self.config)
        answerer: Answerer | None = None
        try:
            with BackgroundLoop() as loop:
                answerer = Answerer(self.config, context.answers, self.counts, said.put)
                loop.on_close(answerer.close)
                for outcome in self._in_order(requests, answerer, loop, failures):
                    _say_all(said, context)
                    yield outcome
        except StoppedError:
            if failures.too_many and answerer is not None:
                answerer.set_aside()
            raise
        _say_all(said, context)
        context.message(f"{self.config.name} at {self.config.base_url}: {self.counts}")

    def _in_order(
        self,
        requests: Iterable[Request[T]],
        answerer: Answerer,
        loop: BackgroundLoop,
        failures: "Failures",
    ) -> Iterator[Outcome[T]]:
        source, waiting = iter(requests), deque[Future[Outcome[T]]]()
        more = True
        while more or waiting:
            while more and len(waiting) < WINDOW * self.config.concurrency:
                request = next(source, None)
                more = request is not None
                if request is not None:
                    waiting.append(loop.start(answerer.outcome, request))
            if waiting:
                outcome = loop.result(waiting.popleft())
                self.counts.failed += outcome.error is not None
                failures.judge(outcome.error)
                yield outcome
        failures.judge_all()


class Failures:
    """Stops a run whose requests mostly fail, so that nobody pays for a broken one to its end.

    Attributes:
        too_many: the run was stopped here.
    """

    def __init__(self, config: EndpointConfig) -> None:
        self.too_many = False
        self._config = config
        self._last = Failure("")
        self._outcomes = 0
        self._failed = 0
        self._sent = 0

    def judge(self, error: Failure | None) -> None:
        """Count an outcome.

        Raises:
            StoppedError: more than `max_failures` of at least 20 failed.
        """
        self._outcomes += 1
        # A final failure without a status was never sent: the prompt cannot be.
        self._sent += error is None or error.status is not None or not error.final
        if error is None:
            return
        self._failed += 1
        self._last = error
        share = self._failed / self._outcomes
        if self._outcomes >= FEWEST_REQUESTS and share > self._config.max_failures:
            raise self._stopped(f"more than `max_failures: {self._config.max_failures:g}`")

    def judge_all(self) -> None:
        """At the end: an endpoint without one usable answer is broken, however few requests.

        Raises:
            StoppedError: all requests failed, and not because they could not be sent.
        """
        if self._sent and self._failed == self._outcomes:
            raise self._stopped("that is all of them")

    def _stopped(self, what: str) -> StoppedError:
        self.too_many = True
        error = self._last
        said = f" ({error.detail})" if error.detail else ""
        return StoppedError(
            f"{self._config.base_url}: {self._failed} of {self._outcomes} requests to "
            f"{self._config.name!r} failed, {what}; the last: {error.reason}{said}. "
            "Put it right and run again: the answers so far are kept, and only what got no usable "
            "answer is asked for again"
        )


def _say_all(said: "SimpleQueue[str]", context: Context) -> None:
    try:
        while True:
            context.message(said.get_nowait())
    except Empty:
        return
