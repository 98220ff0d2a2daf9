"""Answers one request: from the journal, or from the endpoint and into the journal first."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from byeori.endpoint import structured
from byeori.endpoint.committing import Committer
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.errors import RefusedError, WithdrawnError
from byeori.endpoint.requests import Failure, Outcome, Request
from byeori.endpoint.retry import PatientSender
from byeori.store.answers import Answer, Question, Received

if TYPE_CHECKING:
    from byeori.store.answers import AnswerJournal

T = TypeVar("T", bound=BaseModel)

ATTEMPTS = 2
"""Answers a structured request may take: the first, and one after seeing what was wrong."""
_EXCERPT = 300


class Answerer:
    """Turns requests into outcomes, several at a time, in one event loop."""

    def __init__(
        self,
        config: EndpointConfig,
        sender: PatientSender,
        journal: "AnswerJournal | None",
        say: Callable[[str], None],
    ) -> None:
        self.config = config
        self.counts = sender.counts
        self._journal = journal
        self._say = say
        self._said: set[str] = set()
        self._sender = sender
        self._committer = None if journal is None else Committer(journal)
        self._asking: dict[str, asyncio.Event] = {}
        self._refuses_format = False
        self._unusable: set[str] = set()

    async def outcome(self, request: Request[T]) -> Outcome[T]:
        """What comes of a request; a failure of this request alone is in `Outcome.error`.

        Raises:
            StoppedError: the endpoint or the journal cannot be used.
            DataError: the journal is damaged.
        """
        keys: list[str] = []
        texts = (request.prompt, request.system, *(turn.content for turn in request.history))
        if not all(map(_is_unicode, texts)):
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
        """The outcome, and what the model could put right by answering again."""
        text, refusal, reason = structured.content(response)
        cut = reason == "length"

        def failed(why: str, detail: str) -> Outcome[T]:
            error = Failure(why, 200, detail[:_EXCERPT], final=True)
            return Outcome(request=request, text=text, error=error, keys=keys, cut=cut)

        if refusal or reason == "content_filter":
            return failed("the model refused", refusal or reason), ""
        if not _is_unicode(text):
            return failed("the answer is not valid Unicode", ""), ""
        if request.schema is None:
            return Outcome(request=request, text=text, keys=keys, cut=cut), ""
        if cut:  # mended, it would be an answer that ends in the middle of a sentence
            return failed(self._cut(), text[-80:]), ""
        parsed = structured.parse(text, request.schema)
        if not parsed.was_json:
            self._say_once("answers that are not plain JSON, though a JSON schema was asked for")
        if parsed.value is None:
            return failed(parsed.error, text), parsed.error
        return Outcome(
            request=request, text=text, value=parsed.value, keys=keys, repaired=not parsed.was_json
        ), ""

    def _cut(self) -> str:
        if self.config.max_tokens is None:
            return "the answer was cut at the endpoint's own limit; raise it, or set `max_tokens`"
        return f"the answer was cut at {self.config.max_tokens} tokens; raise `max_tokens`"

    async def _ask(self, body: dict[str, Any], request: Request[T], before: list[str]) -> Answer:
        """The answer to a body, with the schema enforced by the server where it can."""
        schema = request.schema
        plain = self._question(body, request.sample)
        if schema is None:
            return await self._ask_once(plain, request, before)
        body = {**body, "response_format": structured.response_format(schema)}
        formatted = self._question(body, request.sample)
        if kept := self._kept(formatted) or self._kept(plain):
            return kept
        if not self._refuses_format:
            try:
                return await self._ask_once(
                    formatted, request, before, wanted=lambda: not self._refuses_format
                )
            except WithdrawnError:
                pass
            except RefusedError as error:
                if not structured.refuses_response_format(error.status, error.detail):
                    raise
            self._refuses_format = True
            self._say_once("no response_format: the schema is asked for in the prompt alone")
        return await self._ask_once(plain, request, before)

    def _question(self, body: dict[str, Any], sample: int) -> Question:
        """What to look for: another sample where an earlier run stopped because of this one."""
        question = Question.of(self.config.base_url, body, sample)
        return question if self._journal is None else self._journal.current(question)

    def _kept(self, question: Question) -> Answer | None:
        if self._journal is None:
            return None
        answer = self._journal.get(question.key)
        self.counts.journal += answer is not None
        return answer

    async def _ask_once(
        self,
        question: Question,
        request: Request[T],
        before: list[str],
        wanted: Callable[[], bool] = lambda: True,
    ) -> Answer:
        """From the journal or the endpoint; two equal questions at one time are asked once."""
        while question.key in self._asking:
            await self._asking[question.key].wait()
        if kept := self._kept(question):
            return kept
        self._asking[question.key] = answered = asyncio.Event()
        try:
            response = await self._sender.send(question, wanted)
            return await self._commit(question, request, before, response)
        finally:
            del self._asking[question.key]
            answered.set()

    async def _commit(
        self, question: Question, request: Request[T], before: list[str], response: dict[str, Any]
    ) -> Answer:
        received = Received(question, response, *_tokens(response))
        self.counts.answered += 1
        self.counts.prompt_tokens += received.prompt_tokens or 0
        self.counts.completion_tokens += received.completion_tokens or 0
        if self._committer is None:
            return received.answer("")
        try:
            return await self._committer.commit(received)
        except asyncio.CancelledError:  # the run ends, but it is committed all the same
            outcome, mistake = self._read(request, response, (*before, question.key))
            if outcome.error is not None and (not mistake or len(outcome.keys) == ATTEMPTS):
                self._unusable.update(outcome.keys)
            raise

    def set_aside(self) -> None:
        """Let the next run ask again for what could not be used; the answers themselves stay.

        Call it when the run stops because of them, and after its last coroutine has ended.

        Raises:
            StoppedError: the journal cannot be written.
        """
        if self._journal is not None:
            self._journal.set_aside(self._unusable)

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._say(f"{self.config.name} at {self.config.base_url}: {text}")

    async def close(self) -> None:
        """Wait until all that was received is committed."""
        if self._committer is not None:
            await self._committer.close()


def _tokens(response: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Of the prompt and of the answer, as the endpoint counted them."""
    usage = response.get("usage")
    counted = usage if isinstance(usage, dict) else {}
    prompt, completion = (
        value if isinstance(value, int) else None
        for value in (counted.get("prompt_tokens"), counted.get("completion_tokens"))
    )
    return prompt, completion


def _is_unicode(text: str) -> bool:
    """Half a surrogate pair cannot be sent or stored as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
