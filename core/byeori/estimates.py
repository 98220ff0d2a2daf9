"""What a component can tell of its work before doing it, for `byeori run --dry-run`."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure of work that is still to be done.

    Attributes:
        name: what it is, with its unit: `steps`, `seconds`, `memory_bytes`, `cost_usd`.
        low, high: what it lies between; equal where it is known exactly. `high` is infinite where
            it is known only how much it is at least.
        text: the same for people, with what it was made from: `12 steps of 32 examples`.
    """

    name: str
    low: float
    high: float
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high or math.isinf(self.low):
            raise ValueError(f"{self.name}: {self.low} to {self.high} are no bounds")


def exactly(name: str, value: float, text: str) -> Estimate:
    """A figure that is known."""
    return Estimate(name, value, value, text)
