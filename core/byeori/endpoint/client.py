"""Asks an endpoint many questions at once and gives the outcomes in the order of the questions.

The event loop runs in a thread of its own, so that it works inside a notebook's loop, requests go
on while the caller works on an outcome, and the caller's iterator is read in the caller's thread.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from byeori.context import Context
from byeori.endpoint.answering import Answerer
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.failures import Failures
from byeori.endpoint.keeping import Keeper, Sender
from byeori.endpoint.loop import Group, Slot
from byeori.endpoint.requests import Counts, Outcome, Request
from byeori.endpoint.retry import PatientSender
from byeori.endpoint.turns import Turns
from byeori.errors import StoppedError

if TYPE_CHECKING:
    from byeori.store.answers import AnswerJournal

T = TypeVar("T", bound=BaseModel)

WINDOW = 4
"""Requests taken from the input ahead of the outcome that is due, as a multiple of concurrency."""
HANDED_OVER = 32
"""Requests handed to the event loop at a time: each time wakes it, which costs a system call."""
SLOW_INPUT_SECONDS = 0.002
"""An input that takes longer for the next request is not waited for with the last ones."""


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
        failures = Failures(self.config, context.ledger)
        answerer: Answerer | None = None
        try:
            with Group() as group:
                sender = group.thread.wait_for(
                    self._sender(group.thread.turns, context.answers, said.put)
                )
                group.on_close(sender.close)
                keeper = Keeper(self.config, sender, context)
                group.on_close(keeper.close)
                answerer = Answerer(self.config, keeper, said.put)
                group.on_idle(lambda: _say_all(said, context))
                for outcome in self._in_order(requests, answerer, group, failures):
                    _say_all(said, context)
                    yield outcome
        except StoppedError:
            if failures.too_many and answerer is not None:
                answerer.set_aside()
            raise
        finally:
            self.counts.account(context.ledger)
        _say_all(said, context)
        context.message(f"{self.config.name} at {self.config.base_url}: {self.counts}")

    async def _sender(
        self, turns: Turns, journal: "AnswerJournal | None", say: Callable[[str], None]
    ) -> Sender:
        if self.config.mode == "direct":
            return PatientSender(self.config, self.counts, turns, say)
        if journal is None:
            raise StoppedError("`mode: batch` needs a journal to keep batches in (a run has one)")
        from byeori.endpoint.batch.sender import BatchSender  # the SDK takes a second to import

        return BatchSender(self.config, self.counts, journal, say)

    def _in_order(
        self,
        requests: Iterable[Request[T]],
        answerer: Answerer,
        group: Group,
        failures: Failures,
    ) -> Iterator[Outcome[T]]:
        source, in_flight = iter(requests), self.config.in_flight()
        waiting = deque(self._more(source, answerer, group, WINDOW * in_flight))
        while waiting:
            outcome = group.result(waiting.popleft())
            self.counts.failed += outcome.error is not None
            failures.judge(outcome.error)
            yield outcome
            room = WINDOW * in_flight - len(waiting)
            if room >= min(HANDED_OVER, in_flight):
                waiting.extend(self._more(source, answerer, group, room))
        failures.judge_all()

    def _more(
        self, source: Iterator[Request[T]], answerer: Answerer, group: Group, room: int
    ) -> Iterator[Slot[Outcome[T]]]:
        """Start what the input has next, up to `room`: together, as long as it comes fast."""
        together: list[Request[T]] = []
        since = time.monotonic()
        for request in islice(source, room):
            together.append(request)
            if len(together) == HANDED_OVER or time.monotonic() - since > SLOW_INPUT_SECONDS:
                yield from group.start(answerer.outcome, together)
                together, since = [], time.monotonic()
        if together:
            yield from group.start(answerer.outcome, together)


def _say_all(said: "SimpleQueue[str]", context: Context) -> None:
    try:
        while True:
            context.message(said.get_nowait())
    except Empty:
        return
