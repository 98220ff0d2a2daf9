"""What a run took: the time of its stages, and what the models cost that they asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a stage took, in seconds; `reused` where an earlier run had made it.

    Attributes:
        measured: what it measured itself, by name with unit.
    """

    stage: str
    seconds: float
    reused: bool = False
    measured: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the models took that one stage asked.

    Attributes:
        stage: its id.
        answers: different answers it used.
        from_journal: of those, the ones that were there already when it was made.
        prompt_tokens, completion_tokens: of the answers, as the endpoint counted them.
        money: by the recipe's prices, in their currency; None where it gives none.
        sent: requests, those sent again among them.
        sent_again: after a passing failure.
        failed: requests without a usable answer.
        repeated: requests that a kill had lost, asked again.
    """

    stage: str
    answers: int
    from_journal: int
    prompt_tokens: int
    completion_tokens: int
    money: float | None
    sent: int
    sent_again: int
    failed: int
    repeated: int
