"""Paired values of one metric, and their figures by group."""

import statistics as plain
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from byeori import statistics
from byeori.comparison.model import GroupFigures, VarianceRatio
from byeori.comparison.pairing import Pairs
from byeori.records import Score


@dataclass(frozen=True, slots=True)
class PairedValues:
    """Both models' scores of the same items, and the document (or item) each belongs to."""

    baseline: list[float]
    tuned: list[float]
    units: list[tuple[str, str]]

    @property
    def differences(self) -> list[float]:
        """Tuned minus baseline."""
        return [t - b for t, b in zip(self.tuned, self.baseline, strict=True)]

    @property
    def shared(self) -> bool:
        """Whether any two items lie in one document."""
        return len(set(self.units)) < len(self.units)

    def means_by_unit(self) -> list[float]:
        """Mean difference of each document, in order of their ids."""
        members: dict[tuple[str, str], list[float]] = {}
        for unit, difference in zip(self.units, self.differences, strict=True):
            members.setdefault(unit, []).append(difference)
        return [plain.fmean(members[unit]) for unit in sorted(members)]

    def variance_ratio(self) -> VarianceRatio | None:
        """F-test of variances, or None where a side does not vary."""
        try:
            test = statistics.variance_f_test(self.baseline, self.tuned)
        except ValueError:  # a side without variation has no ratio
            return None
        return VarianceRatio(test.statistic, test.p_value)


def paired_values(pairs: Pairs, units: list[tuple[str, str]]) -> PairedValues:
    """Both sides' values, with what each item shares its luck with."""
    return PairedValues(scored_values(pairs.baseline), scored_values(pairs.tuned), units)


def scored_values(scores: Sequence[Score]) -> list[float]:
    """The values of scored rows."""
    return [float(score.value) for score in scores if score.value is not None]


def by_group(
    items: Sequence[str], values: PairedValues, groups: Mapping[str, tuple[str, str]]
) -> tuple[GroupFigures, ...]:
    """Means by task and by language, each only where there is more than one."""
    found: list[GroupFigures] = []
    kinds: tuple[tuple[int, Literal["task", "language"]], ...] = ((0, "task"), (1, "language"))
    for position, by in kinds:
        members: dict[str, list[int]] = {}
        for index, item in enumerate(items):
            name = groups.get(item, ("", ""))[position]
            members.setdefault(name, []).append(index)
        if len(members) > 1:
            found += [_group(by, name, members[name], values) for name in sorted(members)]
    return tuple(found)


def _group(
    by: Literal["task", "language"], name: str, members: Sequence[int], values: PairedValues
) -> GroupFigures:
    baseline = plain.fmean(values.baseline[i] for i in members)
    tuned = plain.fmean(values.tuned[i] for i in members)
    return GroupFigures(by, name, len(members), baseline, tuned, tuned - baseline)
