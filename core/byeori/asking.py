"""What an evaluator sees of a model: prompts in, answers and their likelihoods out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from byeori.records import Turn

if TYPE_CHECKING:
    from byeori.decoding import Decoding
    from byeori.models.speed import Speed


class Prompt(Protocol):
    """What a model is asked, before its template is applied; `Item` and `Example` are prompts."""

    @property
    def instruction(self) -> str:
        """What the model is asked to do."""
        ...

    @property
    def input(self) -> str:
        """Further context, or empty."""
        ...

    @property
    def system(self) -> str:
        """System message, or empty."""
        ...

    @property
    def history(self) -> Sequence[Turn]:
        """Earlier turns, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class PlainText:
    """A prompt that a model is given as it stands, without its template: as base models are asked.

    Continuations of it are taken as they are, white space included, and are split into tokens
    together with it, as lm-evaluation-harness does, so that figures can be compared.

    Attributes:
        instruction: the whole text.
        id: what messages call it by, or empty.
    """

    instruction: str
    id: str = ""

    @property
    def input(self) -> str:
        """Empty: all is in the text."""
        return ""

    @property
    def system(self) -> str:
        """Empty: all is in the text."""
        return ""

    @property
    def history(self) -> Sequence[Turn]:
        """Empty: all is in the text."""
        return ()


@dataclass(frozen=True, slots=True)
class LogLikelihood:
    """Log-probability (nats) of a continuation after its prompt.

    Attributes:
        total: sum over the continuation's tokens.
        tokens: how many tokens those are.
    """

    total: float
    tokens: int


class Model(Protocol):
    """What an evaluator sees of a model; the core applies the model's own prompt template."""

    name: str

    def log_likelihoods(
        self, prefixes: Sequence[Prompt], continuations: Sequence[Sequence[str]]
    ) -> list[list[LogLikelihood]]:
        """Score each item's continuations (texts of an answer) after the item's prompt.

        After a `PlainText` no template is applied.
        """
        ...

    def text_log_likelihoods(
        self, texts: Sequence[str], *, window: int | None = None, stride: int | None = None
    ) -> list[LogLikelihood]:
        """Score whole documents as they stand; one longer than `window` tokens in several."""
        ...

    def generate(self, prompts: Sequence[Prompt], decoding: "Decoding") -> list[str]:
        """Answer each item; the text is stripped of the prompt and of special tokens."""
        ...


@runtime_checkable
class TimedModel(Protocol):
    """A model in this process, whose speed can be told."""

    def prompt_tokens(self, prompts: Sequence[Prompt]) -> list[int]:
        """How many tokens each prompt has, with its template."""
        ...

    def timed(self, prompts: Sequence[Prompt], new_tokens: int, batch_size: int) -> "Speed":
        """How fast prompts are answered, `batch_size` together, with so many tokens each."""
        ...
