"""What a metric makes of one answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from byeori import Item


@dataclass(frozen=True, slots=True)
class Outcome:
    """One metric's verdict on one answer.

    Attributes:
        value: the score, or None where the metric says nothing of this item.
        metadata: what the figure over all items is made of, and reasons.
    """

    value: float | None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def unscored(reason: str) -> Outcome:
    """An item of which the metric says nothing: counted, never a zero."""
    return Outcome(None, {"unscored": reason})


Measure = Callable[[str, Item], Outcome]
"""A metric with its settings: the answer and the item it answers, to an outcome."""
