"""Puts requests together into batches, and gives each its answer when its batch is done."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from byeori.endpoint.batch.api import BatchApi
from byeori.endpoint.batch.following import Follower
from byeori.endpoint.batch.lines import Harvest, line_of
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.errors import RefusedError, TryAgainError, WithdrawnError
from byeori.endpoint.requests import Counts
from byeori.store.answers import AnswerJournal, Question
from byeori.store.batches import Batch


@dataclass(eq=False, slots=True)
class _Asked:
    """A question somebody waits for.

    Attributes:
        question: what is asked.
        begin: see `PatientSender.send`.
        answer: the answer's JSON.
        batches: how many batches it was in without an answer.
    """

    question: Question
    begin: Callable[[], bool]
    answer: asyncio.Future[dict[str, Any]]
    batches: int = 0


class BatchSender:
    """The requests of one task, in batches; takes the place of a `PatientSender`.

    A batch is written into the journal before it is sent. A question that an earlier run's batch
    asks waits for that batch. Use it in one event loop.
    """

    def __init__(
        self,
        config: EndpointConfig,
        counts: Counts,
        journal: AnswerJournal,
        say: Callable[[str], None],
    ) -> None:
        self.counts = counts
        self._settings = config.batch
        self._url = config.base_url
        self._book = journal.batches
        self._api = BatchApi(config, counts)
        self._follower = Follower(self._api, self._book, say)
        self._in_batch = self._book.keys(config.base_url)
        self._asked: dict[str, _Asked] = {}
        self._next: list[_Asked] = []
        self._bytes = 0
        self._timer: asyncio.Handle | None = None
        self._followed: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(
        self, question: Question, begin: Callable[[], bool] = lambda: True
    ) -> dict[str, Any]:
        """The answer's JSON; see `PatientSender.send`.

        Raises:
            WithdrawnError: `begin` said that it is not wanted any more.
            RefusedError: this request is not answered, for good or in `batch.retries` more batches.
            StoppedError: no batch can be sent, or the endpoint refused one.
        """
        answer = asyncio.get_running_loop().create_future()
        asked = self._asked[question.key] = _Asked(question, begin, answer)
        if (name := self._in_batch.get(question.key)) is None:
            self._gather(asked)
        elif name not in self._followed:
            self._start(self._resume(name))
            self._followed.add(name)
        try:
            response: dict[str, Any] = await answer
            return response
        finally:
            self._asked.pop(question.key, None)

    def _gather(self, asked: _Asked) -> None:
        size = len(line_of(asked.question))
        most = self._settings.megabytes * 1e6
        if size > most:
            asked.answer.set_exception(
                RefusedError(f"the request is larger than {self._settings.megabytes:g} MB")
            )
            return
        if self._bytes + size > most:
            self._flush()
        self._next.append(asked)
        self._bytes += size
        if self._timer is not None:
            self._timer.cancel()
        if len(self._next) >= self._settings.requests:
            self._flush()
        else:
            seconds = self._settings.gather_seconds
            self._timer = asyncio.get_running_loop().call_later(seconds, self._flush)

    def _flush(self) -> None:
        """Send what was gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        together, self._next, self._bytes = self._next, [], 0
        if together:
            self._start(self._begin(together))

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watched(self, work: Any) -> None:
        """What ends the work ends the run: everybody who waits is told."""
        try:
            await work
        except Exception as error:
            for asked in list(self._asked.values()):
                _fail(asked, error)

    async def _begin(self, together: list[_Asked]) -> None:
        begun = []
        for asked in together:
            if asked.answer.done():  # cancelled: the run ends
                continue
            if asked.begin():
                begun.append(asked)
            else:
                _fail(asked, WithdrawnError())
        if not begun:
            return
        batch = Batch(uuid4().hex, self._url)
        await asyncio.to_thread(self._book.begin, batch, [asked.question for asked in begun])
        self.counts.sent += len(begun)
        self._settle(await self._follower.bring(batch, fresh=True))

    async def _resume(self, name: str) -> None:
        batch = await asyncio.to_thread(self._book.get, name)
        if batch is not None:
            self._settle(await self._follower.bring(batch, fresh=False))

    def _settle(self, found: Harvest) -> None:
        """Give everybody what came for them; what has no answer yet goes into the next batch."""
        for key, received in found.received.items():
            self._in_batch.pop(key, None)
            if (asked := self._asked.get(key)) and not asked.answer.done():
                asked.answer.set_result(dict(received.response))
        for key, error in found.failed.items():
            self._in_batch.pop(key, None)
            if (asked := self._asked.get(key)) is None or asked.answer.done():
                continue
            asked.batches += 1
            if isinstance(error, RefusedError):
                _fail(asked, error)
            elif asked.batches > self._settings.retries:
                _fail(asked, _given_up(error, asked.batches))
            else:
                self.counts.retries[error.reason] += 1
                self._gather(asked)

    async def close(self) -> None:
        """End the work; what was sent is fetched by the next run."""
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._api.close()


def _given_up(error: TryAgainError, batches: int) -> RefusedError:
    return RefusedError(
        f"{error.reason}, {batches} times", status=error.status, detail=error.detail
    )


def _fail(asked: _Asked, error: Exception) -> None:
    if not asked.answer.done():
        asked.answer.set_exception(error)
        asked.answer.exception()  # who waits may have been cancelled: nothing to warn about
