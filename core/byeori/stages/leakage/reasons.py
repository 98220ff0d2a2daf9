"""Why something counts as leakage, and with which evaluator's items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from byeori.stages.leakage.runs import CHARACTERS, WORDS

SAME_DOCUMENT = "leakage: its document has an evaluation item"
ALIKE_DOCUMENT = "leakage: its document is a copy of one with an evaluation item"
SAME_QUESTION = "leakage: same question as an evaluation item"
ALIKE_QUESTION = "leakage: same question as an evaluation item but for spacing or particles"
SAME_WORDS = f"leakage: {WORDS} words in common with an evaluation item"
SAME_CHARACTERS = (
    f"leakage: {CHARACTERS} characters in common with an evaluation item but for spacing"
)
REASONS = (
    SAME_DOCUMENT,
    ALIKE_DOCUMENT,
    SAME_QUESTION,
    ALIKE_QUESTION,
    SAME_WORDS,
    SAME_CHARACTERS,
)
"""The surest first."""


@dataclass(frozen=True, slots=True)
class Leak:
    """What an example or a document overlaps with.

    Attributes:
        reason: one of `REASONS`, the surest.
        item: id of an item that it overlaps with for that reason.
        evaluators: whose items it overlaps with, each with its surest reason.
    """

    reason: str
    item: str
    evaluators: Mapping[str, str]


Hit = tuple[str, str, str]
"""Reason, evaluator and item."""


def leak_of(hits: Iterable[Hit]) -> Leak | None:
    """The surest reason of all, and of each evaluator; None where there is none."""
    ranked = sorted(hits, key=lambda hit: REASONS.index(hit[0]))
    if not ranked:
        return None
    evaluators: dict[str, str] = {}
    for reason, evaluator, _ in ranked:
        evaluators.setdefault(evaluator, reason)
    return Leak(ranked[0][0], ranked[0][2], evaluators)
