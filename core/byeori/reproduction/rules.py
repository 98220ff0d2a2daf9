"""When a cell counts as reproduced: rules that are stated, never a judgement by hand."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, ClassVar

from byeori.comparison.model import Estimate
from byeori.reproduction.printed import decimals, printed_number
from byeori.reproduction.table import Figure, Ours, Place, Verdict

if TYPE_CHECKING:
    from byeori.reproduction.paper import Experiment

HALF = Decimal("0.5")
WORDS = 8
"""Of a text, how many are shown from where it is another."""
ROUNDING = Decimal("1e-9")
"""Of a printed unit: what binary floats may add to an exact half."""


class Rule(ABC):
    """Decides about the cells of a table that have a figure of ours.

    Attributes:
        short: in what sense, in two or three words that follow `reproduced`.
    """

    short: ClassVar[str]

    @property
    @abstractmethod
    def says(self) -> str:
        """The rule in a sentence, shown with every table that is decided by it."""

    @abstractmethod
    def decide(self, experiment: "Experiment", ours: Ours) -> Mapping[Place, Verdict]:
        """Verdicts by cell; a cell that is left out has nothing to decide."""


class _CellRule(Rule):
    """A rule that looks at one cell at a time; where the paper prints nothing, nothing is said."""

    def decide(self, experiment: "Experiment", ours: Ours) -> Mapping[Place, Verdict]:
        """Verdicts on the cells in which the paper prints something."""
        return {
            place: self.cell(experiment.printed(place), figure)
            for place, figure in ours.figures.items()
            if experiment.printed(place)
        }

    @abstractmethod
    def cell(self, printed: str, figure: Figure) -> Verdict:
        """The verdict on one cell."""


@dataclass(frozen=True)
class PrintedDigits(_CellRule):
    """Ours, rounded to the digits the paper prints, is what the paper prints."""

    short: ClassVar[str] = "to every printed digit"

    @property
    def says(self) -> str:
        """The rule in a sentence."""
        return "A cell is reproduced where ours, rounded to the printed digits, is the printed one."

    def cell(self, printed: str, figure: Figure) -> Verdict:
        """The verdict on one cell."""
        number = printed_number(printed)
        if number is None or isinstance(figure, str):
            return _same_text(printed, figure)
        unit = Decimal(1).scaleb(-decimals(number))
        if abs(_exactly(figure.value) - number) <= unit * (HALF + ROUNDING):
            return Verdict("reproduced")
        return Verdict("different", f"{figure.value:.{decimals(number)}f} instead of {printed}")


@dataclass(frozen=True)
class SameSettings(_CellRule):
    """The recipe has the setting that the paper tells."""

    short: ClassVar[str] = "as settings"

    @property
    def says(self) -> str:
        """The rule in a sentence."""
        return "A setting is reproduced where the recipe has the paper's own."

    def cell(self, printed: str, figure: Figure) -> Verdict:
        """The verdict on one cell."""
        own = printed_number(figure) if isinstance(figure, str) else _exactly(figure.value)
        number = printed_number(printed)
        if number is None or own is None:
            return _same_text(printed, figure)
        alike = {number, number / 100} if "%" in printed else {number}
        if any(abs(own - one) <= abs(one) * ROUNDING for one in alike):
            return Verdict("reproduced")
        return Verdict("different", f"{plain(figure)} instead of {printed}")


@dataclass(frozen=True)
class SameText(_CellRule):
    """Ours is the printed text, whatever its spaces and line ends."""

    short: ClassVar[str] = "word for word"

    @property
    def says(self) -> str:
        """The rule in a sentence."""
        return "A text is reproduced where ours is the printed one, word for word."

    def cell(self, printed: str, figure: Figure) -> Verdict:
        """The verdict on one cell."""
        return _same_text(printed, figure)


def _exactly(value: float) -> Decimal:
    return Decimal(repr(float(value)))  # a numpy float would show its type


def _same_text(printed: str, figure: Figure) -> Verdict:
    own = plain(figure)
    if own.split() == printed.split() or own.casefold() == printed.casefold():
        return Verdict("reproduced")
    return Verdict("different", _where(own.split(), printed.split()))


def _where(own: Sequence[str], printed: Sequence[str]) -> str:
    """The words from the first one on that is another."""
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, printed, strict=False))
    )
    texts = [" ".join(words[same : same + WORDS]) or "nothing" for words in (own, printed)]
    before = "… " if same else ""
    return f"{before}{texts[0]} instead of {before}{texts[1]}"


@dataclass(frozen=True)
class WithinInterval(_CellRule):
    """The printed figure lies within our interval."""

    short: ClassVar[str] = "within our interval"

    @property
    def says(self) -> str:
        """The rule in a sentence."""
        return "A cell is reproduced where the printed figure lies within our interval."

    def cell(self, printed: str, figure: Figure) -> Verdict:
        """The verdict on one cell."""
        number = printed_number(printed)
        if number is None or isinstance(figure, str):
            return _same_text(printed, figure)
        if figure.low is None or figure.high is None:
            return Verdict("different", f"{plain(figure)} has no interval to hold {printed}")
        if figure.low <= float(number) <= figure.high:
            return Verdict("reproduced")
        return Verdict("different", f"{printed} is outside {_span(figure)}")


def plain(figure: Figure) -> str:
    """A figure as a short text."""
    if isinstance(figure, str):
        return figure
    return f"{figure.value:.6g}" + ("" if figure.low is None else f" {_span(figure)}")


def _span(figure: Estimate) -> str:
    return f"[{figure.low:.4g}, {figure.high:.4g}]"
