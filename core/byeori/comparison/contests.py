"""Many models on the same items: which is best, and which cannot be told apart from it."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from byeori.comparison import pairing
from byeori.comparison.correction import corrected_tests
from byeori.comparison.measure import Measurement
from byeori.comparison.model import Comparison, Contender, Contest, Significance, Standing
from byeori.comparison.settings import CompareSettings
from byeori.records import LOWER_IS_BETTER, Score

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One model's scores by one metric, to be compared with others of the same evaluation.

    Attributes:
        name: of the model, unique in its evaluation.
        evaluator, metric: what was measured.
        kind: entries of one kind may be compared: same evaluator, settings and arithmetic.
        scores: one for each item.
    """

    name: str
    evaluator: str
    metric: str
    kind: str
    scores: Sequence[Score]


def contests(
    entries: Sequence[Entry],
    settings: CompareSettings,
    *,
    clusters: Mapping[str, str],
    seed: int = 0,
) -> list[Contest]:
    """Compare every model with every other that answered the same items.

    The best is chosen by the very scores that are tested. So that this choice finds no differences
    where there are none, *every* pair is tested and corrected for, not only the pairs with the
    best: whichever model comes out best, its comparisons are among those paid for.

    Args:
        entries: the models' scores; higher ones are better, unless the metric is named
            `LOWER_IS_BETTER`. Those of one evaluator, metric, kind and set of item ids are one
            contest.
        settings: test, correction and confidence; its baseline plays no part.
        clusters: by item id, its document id, as in `byeori.comparison.compare`.
        seed: of the bootstrap.

    Returns:
        One contest for each metric and set of items, in the order of the entries; a model that
        no other can be compared with has a contest of its own, without tests.
    """
    groups: dict[tuple[str, str, str, frozenset[str]], list[Entry]] = {}
    for entry in entries:
        items = frozenset(score.item_id for score in entry.scores)
        groups.setdefault((entry.evaluator, entry.metric, entry.kind, items), []).append(entry)
    measurement = Measurement(settings, {}, clusters, seed)
    fields = [_Field(measurement, tuple(group)) for group in groups.values()]
    pairs = [(field, pair) for field in fields for pair in field.pairs]
    tests = corrected_tests([field.test(pair) for field, pair in pairs], settings)
    found: dict[int, dict[Pair, Significance | None]] = {id(field): {} for field in fields}
    for (field, pair), test in zip(pairs, tests, strict=True):
        found[id(field)][pair] = test
    return [field.contest(found[id(field)]) for field in fields]


class _Field:
    """The entries of one contest."""

    def __init__(self, measurement: Measurement, entries: Sequence[Entry]) -> None:
        self.measurement, self.entries = measurement, entries
        self.rows = [{score.item_id: score for score in entry.scores} for entry in entries]
        self.pairs: list[Pair] = list(itertools.combinations(range(len(entries)), 2))

    def test(self, pair: Pair) -> Significance | None:
        return self.measurement.test(pairing.pairs(self.rows[pair[0]], self.rows[pair[1]]))

    def contest(self, tests: Mapping[Pair, Significance | None]) -> Contest:
        means = [self.measurement.mean(entry.scores) for entry in self.entries]
        known = [mean.value for mean in means if mean is not None]
        values = [mean.value if mean is not None else None for mean in means]
        extreme = min if LOWER_IS_BETTER in self.entries[0].metric else max
        best = values.index(extreme(known)) if known else None
        contenders = tuple(
            Contender(entry.name, mean, *self._against(number, best, tests))
            for number, (entry, mean) in enumerate(zip(self.entries, means, strict=True))
        )
        first, made = self.entries[0], sum(test is not None for test in tests.values())
        return Contest(first.evaluator, first.metric, len(self.rows[0]), made, contenders)

    def _against(
        self, number: int, best: int | None, tests: Mapping[Pair, Significance | None]
    ) -> tuple[Comparison | None, Standing]:
        if best is None:
            return None, "untested"
        if number == best:
            return None, "best"
        pairs = pairing.pairs(self.rows[best], self.rows[number])
        one, other = self.entries[best], self.entries[number]
        found = self.measurement.metric(one.evaluator, one.metric, other.name, pairs)
        test = tests[min(best, number), max(best, number)]
        found = replace(found, baseline_model=one.name)
        if test is None or found.test is None:
            return found, "untested"
        # The corrected test may have been made the other way round.
        found = replace(found, test=replace(test, statistic=found.test.statistic))
        return found, "apart" if test.significant else "tied"
