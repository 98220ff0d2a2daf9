"""The decision of a gate, as a frozen dataclass."""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["not-excluded", "shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """One rule of `compare.fail_if`, decided for one tuned model.

    Attributes:
        evaluator, metric, model, baseline_model: what was asked of whom, against whom.
        direction: what is worse, a `drop` or a `rise`.
        limit: the largest change for the worse that is allowed, in the metric's unit.
        mode, confidence: as in the recipe's rule.
        items: pairs that were scored on both sides.
        documents: independent units among them, where items share documents; else None.
        dropped: items left out because either side has no score.
        unscored_share: share of the items that the model lacking more of them has no score for.
        worse_by: mean change for the worse, negative where the model got better; None without
            items.
        at_least, at_most: its one-sided bounds, each at `confidence`; None where there is none.
        method: of the bounds: Tango's score interval, the bootstrap, or none.
        items_needed: items with which a model that did not change passes with a chance of 80 %, at
            the spread seen; None where that is unknown.
        blocked: whether the rule forbids the model.
        reason: the decision in a sentence, with its figures.
    """

    evaluator: str
    metric: str
    model: str
    baseline_model: str
    direction: Literal["drop", "rise"]
    limit: float
    mode: Mode
    confidence: float
    items: int
    documents: int | None = None
    dropped: int = 0
    unscored_share: float = 0.0
    worse_by: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    method: Literal["score", "bootstrap", "none"] = "none"
    items_needed: int | None = None
    blocked: bool = True
    reason: str = ""
