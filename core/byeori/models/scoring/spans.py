"""What is scored: continuations, each after its prefix."""

from dataclasses import dataclass

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """One continuation: the token ids before it (at least one) and its own (at least one)."""

    prefix: Ids
    continuation: Ids
