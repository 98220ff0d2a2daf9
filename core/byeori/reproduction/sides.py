"""Rules about which side of each other figures lie on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from byeori.comparison.model import Estimate
from byeori.reproduction.printed import printed_number
from byeori.reproduction.rules import Rule
from byeori.reproduction.table import Ours, Place, Verdict

if TYPE_CHECKING:
    from byeori.reproduction.paper import Experiment


@dataclass(frozen=True)
class SameDirection(Rule):
    """Each row (or column) lies on the same side of one of them as in the paper.

    Attributes:
        against: label of the row or column that the others are set against, such as the base.
    """

    against: str
    short: ClassVar[str] = "in direction"

    @property
    def says(self) -> str:
        """The rule in a sentence."""
        return (
            f"A cell is reproduced where it lies on the same side of {self.against!r} as in the "
            "paper and the interval of our difference excludes 0; where the paper prints equal "
            "figures, where that interval holds 0."
        )

    def decide(self, experiment: "Experiment", ours: Ours) -> Mapping[Place, Verdict]:
        """Verdicts on all cells but those that the others are set against."""
        found = {}
        for place in ours.figures:
            other = self._other(experiment, place)
            if other is None or other not in ours.figures:
                continue
            here, there = (printed_number(experiment.printed(p)) for p in (place, other))
            if here is not None and there is not None:
                found[place] = self._verdict(here - there, ours.difference(place, other))
        return found

    def _other(self, experiment: "Experiment", place: Place) -> Place | None:
        row, column = place
        if self.against in place:
            return None
        return (row, self.against) if self.against in experiment.columns else (self.against, column)

    def _verdict(self, printed: Decimal, ours: Estimate | None) -> Verdict:
        if ours is None or ours.low is None or ours.high is None:
            return Verdict("different", "our difference has no interval, so its side is not known")
        theirs = f"the paper's difference is {printed:+f}, ours {_signed(ours)}"
        if ours.low <= 0 <= ours.high:
            if printed == 0:
                return Verdict("reproduced", theirs)
            return Verdict("different", f"{theirs}: the interval holds 0")
        same = printed != 0 and (printed > 0) == (ours.low > 0)
        return Verdict("reproduced" if same else "different", theirs)


@dataclass(frozen=True)
class Above(Rule):
    """A row (or column) lies above those that the paper's text says it lies above.

    Attributes:
        above: by label, the labels of those below it.
    """

    above: Mapping[str, tuple[str, ...]]
    short: ClassVar[str] = "in order"

    @property
    def says(self) -> str:
        """The rule in a sentence."""
        said = "; ".join(
            f"{one!r} above {', '.join(map(repr, b))}" for one, b in self.above.items()
        )
        return (
            f"What the paper says: {said}. It is reproduced where each of these differences of "
            "ours has an interval above 0."
        )

    def decide(self, experiment: "Experiment", ours: Ours) -> Mapping[Place, Verdict]:
        """Verdicts on the cells of those that are said to lie above others."""
        found = {}
        for place in ours.figures:
            pairs = list(self._pairs(place, ours))
            if pairs:
                found[place] = self._verdict(pairs)
        return found

    def _pairs(self, place: Place, ours: Ours) -> Iterator[tuple[str, Estimate | None]]:
        row, column = place
        for label in place:
            for lower in self.above.get(label, ()):
                other = (lower, column) if label == row else (row, lower)
                if other in ours.figures:
                    yield lower, ours.difference(place, other)

    def _verdict(self, pairs: list[tuple[str, Estimate | None]]) -> Verdict:
        told, fails = [], False
        for lower, difference in pairs:
            fails |= difference is None or difference.low is None or difference.low <= 0
            figures = "no interval" if difference is None else _signed(difference)
            told.append(f"over {lower}: {figures}")
        return Verdict("different" if fails else "reproduced", ", ".join(told))


def _signed(figure: Estimate) -> str:
    if figure.low is None:
        return f"{figure.value:+.4g}"
    return f"{figure.value:+.4g} [{figure.low:+.4g}, {figure.high:+.4g}]"
