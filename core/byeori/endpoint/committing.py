"""Commits answers as they come: those of a hundredth of a second go together, with one fsync."""

import asyncio

from byeori.store.answers import Answer, AnswerJournal, Received

SECONDS_BETWEEN = 0.01
"""From one commit to the next, at least; an answer that comes after a pause does not wait."""


class Committer:
    """Writes to a journal from one event loop, without ever making the loop wait for the disk."""

    def __init__(self, journal: AnswerJournal) -> None:
        self.journal = journal
        self._waiting: list[tuple[Received, asyncio.Future[Answer]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._written = 0.0

    async def commit(self, received: Received) -> Answer:
        """Return what is kept, once it is on the disk. If cancelled, it is committed all the same.

        Raises:
            StoppedError: the journal cannot be written.
        """
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append((received, committed))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        answer: Answer = await committed
        return answer

    async def _write(self) -> None:
        time = asyncio.get_running_loop().time
        try:
            while self._waiting:
                if (pause := self._written + SECONDS_BETWEEN - time()) > 0:
                    await asyncio.sleep(pause)
                together, self._waiting = self._waiting, []
                await self._write_together(together)
                self._written = time()
        finally:
            self._writing = None

    async def _write_together(
        self, together: list[tuple[Received, "asyncio.Future[Answer]"]]
    ) -> None:
        received = [answer for answer, _ in together]
        try:
            kept = await asyncio.to_thread(self.journal.put_all, received)
        except Exception as error:
            for _, committed in together:
                if not committed.done():
                    committed.set_exception(error)
            return
        for (_, committed), answer in zip(together, kept, strict=True):
            self.journal.asked.answered(answer.key)
            if not committed.done():  # cancelled: the run ends
                committed.set_result(answer)

    async def close(self) -> None:
        """Wait until all is on the disk."""
        while self._writing is not None:
            await self._writing
