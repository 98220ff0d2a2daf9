"""Answers one request: asks for text or data, and once more where the data cannot be used."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from byeori.endpoint import structured
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.errors import RefusedError, WithdrawnError
from byeori.endpoint.keeping import Keeper
from byeori.endpoint.reading import is_unicode, read
from byeori.endpoint.requests import Failure, Outcome, Request
from byeori.store.answers import Answer, Question

T = TypeVar("T", bound=BaseModel)

ATTEMPTS = 2
"""Answers a structured request may take: the first, and one after seeing what was wrong."""


class Answerer:
    """Turns requests into outcomes, several at a time, in one event loop."""

    def __init__(self, config: EndpointConfig, keeper: Keeper, say: Callable[[str], None]) -> None:
        self.config = config
        self._keeper = keeper
        self._say = say
        self._said: set[str] = set()
        self._refuses_format = False
        self._unusable: set[str] = set()

    async def outcome(self, request: Request[T]) -> Outcome[T]:
        """What comes of a request; a failure of this request alone is in `Outcome.error`.

        Raises:
            StoppedError: the endpoint or the journal cannot be used, or the budget is used up.
            DataError: the journal is damaged.
        """
        keys: list[str] = []
        texts = (request.prompt, request.system, *(turn.content for turn in request.history))
        if not all(map(is_unicode, texts)):
            unsendable = Failure("the prompt is not valid Unicode", final=True)
            return Outcome(request=request, error=unsendable)
        try:
            outcome = await self._answered(request, keys)
        except RefusedError as error:
            failure = Failure(error.reason, error.status, error.detail)
            outcome = Outcome(request=request, error=failure, keys=tuple(keys))
        if outcome.error is not None:
            self._unusable.update(keys)
        return outcome

    async def _answered(self, request: Request[T], keys: list[str]) -> Outcome[T]:
        messages = request.messages()
        if request.schema is not None:
            messages[-1]["content"] += structured.schema_prompt(request.schema)
        for _ in range(ATTEMPTS):
            answer = await self._ask(self.config.body(messages), request, keys)
            keys.append(answer.key)
            outcome, mistake = self._read(request, answer.response, tuple(keys))
            if not mistake:
                break
            messages += structured.correction(outcome.text, mistake)
        return outcome

    def _read(
        self, request: Request[T], response: Mapping[str, Any], keys: tuple[str, ...]
    ) -> tuple[Outcome[T], str]:
        return read(request, response, keys, max_tokens=self.config.max_tokens, say=self._say_once)

    async def _ask(self, body: dict[str, Any], request: Request[T], before: list[str]) -> Answer:
        """The answer to a body, with the schema enforced by the server where it can."""
        schema = request.schema
        plain = self._keeper.question(body, request.sample)
        if schema is None:
            return await self._asked(plain, request, before)
        body = {**body, "response_format": structured.response_format(schema)}
        formatted = self._keeper.question(body, request.sample)
        if kept := self._keeper.kept(formatted) or self._keeper.kept(plain):
            return kept
        if not self._refuses_format:
            try:
                return await self._asked(
                    formatted, request, before, wanted=lambda: not self._refuses_format
                )
            except WithdrawnError:
                pass
            except RefusedError as error:
                if not structured.refuses_response_format(error.status, error.detail):
                    raise
            self._refuses_format = True
            self._say_once("no response_format: the schema is asked for in the prompt alone")
        return await self._asked(plain, request, before)

    async def _asked(
        self,
        question: Question,
        request: Request[T],
        before: list[str],
        wanted: Callable[[], bool] = lambda: True,
    ) -> Answer:
        def cut_off(response: Mapping[str, Any]) -> None:
            outcome, mistake = self._read(request, response, (*before, question.key))
            if outcome.error is not None and (not mistake or len(outcome.keys) == ATTEMPTS):
                self._unusable.update(outcome.keys)

        return await self._keeper.answer(question, request.where, wanted, cut_off)

    def set_aside(self) -> None:
        """Let the next run ask again for what could not be used; the answers themselves stay.

        Call it when the run stops because of them, and after its last coroutine has ended.

        Raises:
            StoppedError: the journal cannot be written.
        """
        self._keeper.set_aside(self._unusable)

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._say(f"{self.config.name} at {self.config.base_url}: {text}")
