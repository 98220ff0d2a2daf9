"""A rule for a figure that is drawn and printed without numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from byeori.reproduction import Experiment, Mark, Ours, Place, Rule, Verdict


@dataclass(frozen=True)
class BelowAll(Rule):
    """Every row lies below one of them, which the paper says is the highest.

    Attributes:
        highest: label of that row.
    """

    highest: str
    short: ClassVar[str] = "in direction"

    @property
    def says(self) -> str:
        """The rule in a sentence."""
        return (
            f"The paper says which is the highest and prints no figures: a row is reproduced where "
            f"it is lower than {self.highest!r} and the interval of our difference excludes 0."
        )

    def decide(self, experiment: Experiment, ours: Ours) -> Mapping[Place, Verdict]:
        """Verdicts on all rows but the highest."""
        found = {}
        for row, column in ours.figures:
            if row != self.highest and (self.highest, column) in ours.figures:
                found[row, column] = self._verdict(ours, (row, column))
        return found

    def _verdict(self, ours: Ours, place: Place) -> Verdict:
        difference = ours.difference(place, (self.highest, place[1]))
        if difference is None or difference.low is None or difference.high is None:
            return Verdict("different", "our difference has no interval, so its side is not known")
        figures = f"{difference.value:+.4g} [{difference.low:+.4g}, {difference.high:+.4g}]"
        mark: Mark = "reproduced" if difference.high < 0 else "different"
        return Verdict(mark, f"ours is {figures} to it")
