"""Whether an answer follows the instructions that its item has as data."""

from collections.abc import Mapping, Sequence
from typing import Any

from byeori import Item
from byeori_plugins.evaluators.instructions import followed
from byeori_plugins.evaluators.metrics.outcome import Measure, Outcome, unscored
from byeori_plugins.evaluators.metrics.settings import MetricSettings


def _following(*, loose: bool) -> Measure:
    def measure(answer: str, item: Item) -> Outcome:
        if not (instructions := item.metadata.get("instructions")):
            return unscored("it has no instructions that can be checked")
        found = followed(answer, instructions, loose=loose)
        return Outcome(float(all(found)), {"followed": found})

    return measure


def strict(settings: MetricSettings) -> Measure:
    """1 where all instructions of an item are followed (IFEval's strict, by prompt)."""
    return _following(loose=False)


def loose(settings: MetricSettings) -> Measure:
    """As `strict`, but what is put around an answer is forgiven (IFEval's loose)."""
    return _following(loose=True)


def share_followed(parts: Sequence[Mapping[str, Any]]) -> float:
    """The share of all instructions that are followed, from the items' metadata; 0 of none."""
    one_by_one = [bool(one) for part in parts for one in part["followed"]]
    return sum(one_by_one) / max(len(one_by_one), 1)
