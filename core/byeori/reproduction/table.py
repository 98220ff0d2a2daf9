"""Our side of a table, and what is decided about each of its cells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from byeori.comparison.model import Estimate

Place = tuple[str, str]
"""A cell: its row's and its column's label."""

Figure = Estimate | str
"""What stands in a cell of ours: a number, with an interval where it was measured, or a text."""

Mark = Literal["reproduced", "different", "not runnable here", ""]
"""What is decided about a cell or a table; empty where there is nothing to decide."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule decides about one cell.

    Attributes:
        mark: reproduced or different; empty where the paper prints nothing to compare with.
        why: the figures that decided it, in a short sentence; never empty for `different`.
    """

    mark: Mark
    why: str = ""


def _no_difference(one: Place, other: Place) -> Estimate | None:
    return None


@dataclass(frozen=True, slots=True)
class Ours:
    """Our figures of one table.

    Attributes:
        figures: by cell.
        missing: by cell, why there is no figure.
        difference: the first cell's figure minus the second's, with an interval where one can be
            given; None where either is no number.
    """

    figures: Mapping[Place, Figure] = field(default_factory=dict)
    missing: Mapping[Place, str] = field(default_factory=dict)
    difference: Callable[[Place, Place], Estimate | None] = _no_difference
