"""Paired values of one metric, and their figures by group."""

import statistics as plain
from collections.abc import Sequence
from dataclasses import dataclass

from byeori import statistics
from byeori.comparison.model import VarianceRatio
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

    @property
    def independent(self) -> int:
        """How many documents, or items that lie in none."""
        return len(set(self.units))

    @property
    def right_wrong(self) -> bool:
        """Whether all scores are 0 or 1."""
        return statistics.is_right_wrong([*self.baseline, *self.tuned])

    def only(self, members: Sequence[int]) -> "PairedValues":
        """Some of the items."""
        return PairedValues(
            [self.baseline[i] for i in members],
            [self.tuned[i] for i in members],
            [self.units[i] for i in members],
        )

    def means_by_unit(self) -> list[float]:
        """Mean difference of each document, in order of their ids."""
        members: dict[tuple[str, str], list[float]] = {}
        for unit, difference in zip(self.units, self.differences, strict=True):
            members.setdefault(unit, []).append(difference)
        return [plain.fmean(members[unit]) for unit in sorted(members)]

    def variance_ratio(self) -> VarianceRatio | None:
        """Tests of the spread, or None where a side does not vary."""
        try:
            test = statistics.variance_f_test(self.baseline, self.tuned)
        except ValueError:  # a side without variation has no ratio
            return None
        try:
            levene = statistics.levene_test(self.baseline, self.tuned)
        except ValueError:  # two values a side lie equally far from their median
            return VarianceRatio(test.statistic, test.p_value)
        return VarianceRatio(test.statistic, test.p_value, levene.statistic, levene.p_value)

    def t_test(self, confidence: float) -> statistics.PairedTTest:
        """Tuned against baseline, by document where items share any."""
        return statistics.paired_t_test(
            self.tuned, self.baseline, confidence=confidence, clusters=self.units
        )


def paired_values(pairs: Pairs, units: list[tuple[str, str]]) -> PairedValues:
    """Both sides' values, with what each item shares its luck with."""
    return PairedValues(scored_values(pairs.baseline), scored_values(pairs.tuned), units)


def scored_values(scores: Sequence[Score]) -> list[float]:
    """The values of scored rows."""
    return [float(score.value) for score in scores if score.value is not None]
