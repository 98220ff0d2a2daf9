"""Figures by task and by language, and averages in which every group counts the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from byeori import statistics
from byeori.comparison.estimates import estimate
from byeori.comparison.model import Estimate, GroupFigures
from byeori.comparison.values import PairedValues

RESAMPLES = 1999
"""Fewer than for all items: there may be dozens of groups."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How intervals of groups are found.

    Attributes:
        names: by item id, its task and language.
        confidence, seed: of the intervals.
    """

    names: Mapping[str, tuple[str, str]]
    confidence: float
    seed: int

    def figures(self, items: Sequence[str], values: PairedValues) -> tuple[GroupFigures, ...]:
        """Means by task and by language, each where there is more than one, and of all tasks."""
        found: list[GroupFigures] = []
        kinds: tuple[tuple[int, Literal["task", "language"]], ...] = ((0, "task"), (1, "language"))
        for position, by in kinds:
            members: dict[str, list[int]] = {}
            for index, item in enumerate(items):
                name = self.names.get(item, ("", ""))[position]
                members.setdefault(name, []).append(index)
            if len(members) < 2:
                continue
            parts = {name: values.only(members[name]) for name in sorted(members)}
            found += [self._group(by, name, part) for name, part in parts.items()]
            if by == "task":
                found += self._average(parts)
        return tuple(found)

    def _group(
        self, by: Literal["task", "language"], name: str, part: PairedValues
    ) -> GroupFigures:
        def of(values: Sequence[float], scale: Literal["share", "difference"]) -> Estimate:
            return estimate(
                values,
                part.units,
                self.confidence,
                self.seed,
                scale=scale if part.right_wrong else "any",
                resamples=RESAMPLES,
            )

        return GroupFigures(
            by,
            name,
            len(part.units),
            of(part.baseline, "share"),
            of(part.tuned, "share"),
            of(part.differences, "difference"),
        )

    def _average(self, parts: Mapping[str, PairedValues]) -> list[GroupFigures]:
        if any(part.independent < 2 for part in parts.values()):
            return []
        sides = average(parts, self.confidence, self.seed)
        items = sum(len(part.units) for part in parts.values())
        return [GroupFigures("average", f"of {len(parts)} tasks", items, *sides)]


def average(
    parts: Mapping[str, PairedValues], confidence: float, seed: int
) -> tuple[Estimate, Estimate, Estimate]:
    """Baseline, tuned and difference, every part counting the same; two units in each at least."""

    def of(side: Callable[[PairedValues], list[float]]) -> Estimate:
        found = statistics.macro_average(
            {name: side(part) for name, part in parts.items()},
            clusters={name: part.units for name, part in parts.items()},
            confidence=confidence,
            seed=seed,
        )
        if found.method == "constant":
            return Estimate(found.statistic)
        return Estimate(found.statistic, found.low, found.high)

    return of(lambda p: p.baseline), of(lambda p: p.tuned), of(lambda p: p.differences)
