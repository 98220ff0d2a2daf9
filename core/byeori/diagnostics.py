"""What is known of a measurement itself: whether its scores can be trusted, and how far."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One figure about how scores came about; it says nothing of which model is better.

    Attributes:
        name: what was looked at, such as `length bias`.
        value: the figure, or None where it is not defined (`note` says why).
        unit: what it is, such as `Spearman's rho` or `share of judgements`.
        low, high: its interval, or None.
        count: how many things it was computed from.
        metric: the metric it is about, or empty for all.
        model: the model it is about, or empty for all.
        note: how to read it, in a sentence.
    """

    name: str
    value: float | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    count: int = 0
    metric: str = ""
    model: str = ""
    note: str = ""
