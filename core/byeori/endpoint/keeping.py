"""Answers from the journal, or from the endpoint and into the journal first, each paid once."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from byeori.context import Context
from byeori.endpoint.budget import Purse
from byeori.endpoint.committing import Committer
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.errors import RefusedError, WithdrawnError
from byeori.endpoint.reading import tokens
from byeori.endpoint.requests import Counts
from byeori.store.answers import Answer, Question, Received
from byeori.store.asked import Asked


def _always() -> bool:
    return True


class Sender(Protocol):
    """Gets the answer to a request: a `PatientSender`, or a `BatchSender`."""

    counts: Counts

    async def send(self, question: Question, begin: Callable[[], bool] = _always) -> dict[str, Any]:
        """The answer's JSON; `begin` is called before each try, and may say no."""
        ...

    async def close(self) -> None:
        """Call it when none of its requests is on the way."""
        ...


class Keeper:
    """What one task has of a model's answers; used in one event loop."""

    def __init__(self, config: EndpointConfig, sender: Sender, context: Context) -> None:
        self._url = config.base_url
        self._sender = sender
        self._counts = sender.counts
        self._stage = context.stage
        self._journal = context.answers
        self._committer = None if context.answers is None else Committer(context.answers)
        self._ledger = context.ledger
        name = f"{config.name} at {config.base_url}"
        spent = self._ledger.of(name, priced=config.prices is not None)
        self._purse = Purse(config.budget, config.prices, spent)
        self._asking: dict[str, asyncio.Event] = {}

    def question(self, body: Mapping[str, Any], sample: int) -> Question:
        """What to look for: another sample where an earlier run stopped because of this one."""
        question = Question.of(self._url, body, sample)
        return question if self._journal is None else self._journal.current(question)

    def kept(self, question: Question) -> Answer | None:
        """The answer that is in the journal, or None."""
        answer = None if self._journal is None else self._journal.get(question.key)
        if answer is not None:
            self._counts.journal += 1
            if self._ledger.is_new(answer.key):
                self._ledger.from_journal += 1
                self._purse.pay(answer.prompt_tokens, answer.completion_tokens)
        return answer

    async def answer(
        self,
        question: Question,
        where: str,
        wanted: Callable[[], bool] = _always,
        cut_off: Callable[[Mapping[str, Any]], None] = lambda response: None,
    ) -> Answer:
        """From the journal or the endpoint; two equal questions at one time are asked once.

        Args:
            question: what is asked.
            where: what it is about, for the list of what was lost in a kill.
            wanted: see `PatientSender.send`.
            cut_off: told the response if the run ends while it is being committed.

        Raises:
            RefusedError, WithdrawnError: there is no answer to this question.
            StoppedError: the endpoint or the journal cannot be used, or the budget is used up.
        """
        while question.key in self._asking:
            await self._asking[question.key].wait()
        if kept := self.kept(question):
            return kept
        self._asking[question.key] = answered = asyncio.Event()
        reserved = None
        try:
            reserved = await self._purse.reserve(question)
            response = await self._sent(question, where, wanted)
            return await self._committed(question, response, cut_off)
        finally:
            self._purse.release(reserved)
            del self._asking[question.key]
            answered.set()

    async def _sent(
        self, question: Question, where: str, wanted: Callable[[], bool]
    ) -> dict[str, Any]:
        """The response, with the question on record as long as there is none."""
        if self._journal is None:
            return await self._sender.send(question, wanted)
        asked, interrupted = self._journal.asked, self._journal.interrupted

        def begin() -> bool:
            if not wanted():
                return False
            if question.key in interrupted:
                interrupted.remove(question.key)
                self._ledger.repeated += 1
            asked.add(Asked(question.key, self._stage, where))
            return True

        try:
            return await self._sender.send(question, begin)
        except (RefusedError, WithdrawnError):
            asked.given_up(question.key)
            raise

    async def _committed(
        self,
        question: Question,
        response: dict[str, Any],
        cut_off: Callable[[Mapping[str, Any]], None],
    ) -> Answer:
        received = Received(question, response, *tokens(response))
        if self._ledger.is_new(question.key):
            self._purse.pay(received.prompt_tokens, received.completion_tokens)
        self._counts.answered += 1
        self._counts.prompt_tokens += received.prompt_tokens or 0
        self._counts.completion_tokens += received.completion_tokens or 0
        if self._committer is None:
            return received.answer("")
        try:
            return await self._committer.commit(received)
        except asyncio.CancelledError:  # the run ends, but it is committed all the same
            cut_off(response)
            raise

    def set_aside(self, keys: Iterable[str]) -> None:
        """Let the next run ask again for these; the answers themselves stay.

        Raises:
            StoppedError: the journal cannot be written.
        """
        if self._journal is not None:
            self._journal.set_aside(keys)

    async def close(self) -> None:
        """Wait until all that was received is committed."""
        if self._committer is not None:
            await self._committer.close()
