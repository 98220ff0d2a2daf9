"""What a model's log-likelihoods say: its answer in every order, and the item's scores."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from byeori import Item, LogLikelihood, Score
from byeori_plugins.evaluators.choices.orders import ordered

Order = tuple[int, ...]
Normalise = Callable[[LogLikelihood, str], float]


@dataclass(frozen=True)
class Setting:
    """What all items of an evaluation share.

    Attributes:
        labels: what the places are called in figures by place; empty where they mean nothing.
        lettered: whether the choices are shown with letters.
        subjects: how many tasks the items have.
        permuted: whether items are asked in several orders.
        normalise: a choice's value from its log-likelihood and text.
    """

    labels: tuple[str, ...]
    lettered: bool
    subjects: int
    permuted: bool
    normalise: Normalise

    def about(self, item: Item) -> dict[str, Any]:
        """What the summary needs to know of an item."""
        found: dict[str, Any] = {"answer": item.answer}
        if self.labels:
            found |= {"labels": list(self.labels), "lettered": self.lettered}
        if self.subjects > 1:
            found |= {"task": item.task, "subjects": self.subjects}
        return found


def scores_of(
    item: Item, by_order: Sequence[tuple[Order, Sequence[LogLikelihood]]], setting: Setting
) -> list[Score]:
    """`accuracy`, and with several orders `consistency`; None where something is not finite."""
    places = [_chosen(item, order, found, setting.normalise) for order, found in by_order]
    known = [place for place in places if place is not None]
    named = [order[place] for (order, _), place in zip(by_order, known, strict=False)]
    whole = len(known) == len(places)
    most, count = Counter(named).most_common(1)[0] if whole else (None, 0)
    right = [order.index(item.answer or 0) for order, _ in by_order]
    hits = sum(one == two for one, two in zip(known, right, strict=False))
    metadata = setting.about(item) | {
        "log_likelihoods": [_finite(one.total) for one in by_order[0][1]],
        "chosen": most,
    }
    if whole and len(places) > 1:
        metadata["orders"] = {"chosen": known, "right": right}
    accuracy = Score(
        item_id=item.id,
        metric="accuracy",
        value=hits / len(places) if whole else None,
        prediction="" if most is None else item.choices[most],
        reference=item.reference,
        metadata=metadata,
    )
    share = count / len(places) if whole else None
    return [accuracy, *_consistency(item, share, setting)]


def unscored(item: Item, reason: str, setting: Setting) -> list[Score]:
    """The scores of an item that could not be asked."""
    accuracy = Score(
        item_id=item.id,
        metric="accuracy",
        value=None,
        reference=item.reference,
        metadata={**setting.about(item), "chosen": None, "unscored": reason},
    )
    return [accuracy, *_consistency(item, None, setting)]


def _consistency(item: Item, share: float | None, setting: Setting) -> list[Score]:
    if not setting.permuted:
        return []
    return [Score(item_id=item.id, metric="consistency", value=share)]


def _chosen(
    item: Item, order: Order, found: Sequence[LogLikelihood], normalise: Normalise
) -> int | None:
    """The place of the greatest value, the first of equals; None where one is not finite."""
    texts = ordered(item.choices, order)
    values = [normalise(one, text) for one, text in zip(found, texts, strict=True)]
    if not all(math.isfinite(value) for value in values):
        return None
    return max(range(len(values)), key=values.__getitem__)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
