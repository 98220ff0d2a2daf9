"""What the answers of models took: kept by stage, shown in the report and by `byeori show`."""

from collections import Counter
from dataclasses import dataclass, field

FIGURES = (
    "answers", "prompt_tokens", "completion_tokens", "answers_from_journal", "requests_sent",
    "requests_sent_again", "requests_failed", "requests_repeated_after_a_kill", "cost",
)  # fmt: skip
"""Names of what `Ledger.measured` tells; `cost` only where the recipe gives prices."""


@dataclass(slots=True)
class Spent:
    """What the answers used so far took, whether they were paid for now or in an earlier run.

    Attributes:
        answers: different answers, those that could not be used among them.
        prompt_tokens, completion_tokens: as the endpoint counted them.
        money: by the prices of the recipe, in their currency.
    """

    answers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    money: float = 0.0

    @property
    def tokens(self) -> int:
        """All tokens, read and written."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(slots=True)
class Ledger:
    """One stage's account of the models it asked.

    Attributes:
        by_model: what each model's answers took, by `NAME at URL`.
        from_journal: answers that lay in the journal already.
        sent: HTTP requests of this process, those sent again among them.
        sent_again: of those, after a passing failure.
        failed: requests without a usable answer.
        repeated: requests that were on the way when an earlier run was killed, asked again.
        priced: whether the recipe gave prices.
        usable: by model, requests that got a usable answer.
    """

    by_model: dict[str, Spent] = field(default_factory=dict)
    from_journal: int = 0
    sent: int = 0
    sent_again: int = 0
    failed: int = 0
    repeated: int = 0
    priced: bool = False
    usable: Counter[str] = field(default_factory=Counter)
    _seen: set[int] = field(default_factory=set)

    def of(self, model: str, *, priced: bool) -> Spent:
        """What a model's answers took so far in this stage."""
        self.priced |= priced
        return self.by_model.setdefault(model, Spent())

    def is_new(self, key: str) -> bool:
        """Whether an answer counts: each does once, however often it is used."""
        short = int(key[:15], 16)  # 60 bits: two of a million answers are one by chance of 1e-6
        if short in self._seen:
            return False
        self._seen.add(short)
        return True

    def measured(self) -> dict[str, float]:
        """The figures for `Context.measure`; none where no model was asked."""
        if not self._seen and not self.sent:
            return {}
        total: Counter[str] = Counter()
        for spent in self.by_model.values():
            total["answers"] += spent.answers
            total["prompt_tokens"] += spent.prompt_tokens
            total["completion_tokens"] += spent.completion_tokens
        figures: dict[str, float] = {
            "answers": total["answers"],
            "prompt_tokens": total["prompt_tokens"],
            "completion_tokens": total["completion_tokens"],
            "answers_from_journal": self.from_journal,
            "requests_sent": self.sent,
            "requests_sent_again": self.sent_again,
            "requests_failed": self.failed,
            "requests_repeated_after_a_kill": self.repeated,
        }
        if self.priced:
            figures["cost"] = sum(spent.money for spent in self.by_model.values())
        return figures
