"""What is asked of an endpoint, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from byeori.ledger import Ledger
from byeori.records import Turn

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Generic[T]):
    """One question to a model.

    Attributes:
        prompt: the user's message.
        system: system message, or empty.
        history: earlier turns, oldest first.
        schema: pydantic model of the answer, whose JSON schema the model is given; None for text.
        sample: 1, 2, ... for another answer to the same question.
        where: what it is about, for messages: a document's id.
        row: anything the caller wants back with the outcome.
    """

    prompt: str
    system: str = ""
    history: tuple[Turn, ...] = ()
    schema: type[T] | None = None
    sample: int = 0
    where: str = ""
    row: Any = None

    def messages(self) -> list[dict[str, str]]:
        """The conversation as the API wants it."""
        turns = [{"role": turn.role, "content": turn.content} for turn in self.history]
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, *turns, {"role": "user", "content": self.prompt}]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request got no usable answer.

    Attributes:
        reason: a short sentence; equal reasons are counted together.
        status: HTTP status of the last try, or None where there was none.
        detail: what the endpoint or the model said, an excerpt.
        final: asking again would not help: the model did answer, or the prompt cannot be sent.
    """

    reason: str
    status: int | None = None
    detail: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[T]):
    """What came of a request: `text` (and `value` where a schema was given), or `error`.

    Attributes:
        request: what was asked.
        text: the model's answer, empty where there is none.
        value: the answer as an instance of the schema, or None.
        error: why there is no usable answer, or None.
        keys: journal keys of every answer on the way, the one that was used last.
        cut: the answer ended because it had `max_tokens` tokens.
        repaired: the answer was not quite JSON and json-repair made it so.
    """

    request: Request[T]
    text: str = ""
    value: T | None = None
    error: Failure | None = None
    keys: tuple[str, ...] = ()
    cut: bool = False
    repaired: bool = False


@dataclass(slots=True)
class Counts:
    """What one pass over the requests cost.

    Attributes:
        sent: HTTP requests, retries among them.
        retries: of those, the ones sent again, by reason.
        journal: answers that were in the journal already.
        answered: answers received and committed.
        prompt_tokens, completion_tokens: of the answers received, as the endpoint counted them.
        failed: requests that ended without a usable answer.
    """

    sent: int = 0
    retries: Counter[str] = field(default_factory=Counter)
    journal: int = 0
    answered: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    failed: int = 0

    def account(self, ledger: Ledger) -> None:
        """Add what the endpoint alone knows to a stage's ledger; the rest stands there already."""
        ledger.sent += self.sent
        ledger.sent_again += self.retries.total()
        ledger.failed += self.failed

    def __str__(self) -> str:
        text = f"{self.answered} answers, {self.journal} more from the journal"
        if self.prompt_tokens or self.completion_tokens:
            text += f", {self.prompt_tokens} + {self.completion_tokens} tokens"
        for reason, count in sorted(self.retries.items()):
            text += f", {count} × sent again ({reason})"
        return text + (f", {self.failed} failed" if self.failed else "")
