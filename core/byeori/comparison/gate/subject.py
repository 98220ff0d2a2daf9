"""What a rule is decided on: the pairs of one evaluator, or of those that are averaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from byeori.comparison import pairing
from byeori.comparison.measure import Measurement
from byeori.comparison.model import average_name
from byeori.comparison.settings import AVERAGE
from byeori.comparison.values import PairedValues, paired_values


@dataclass(frozen=True, slots=True)
class GateSubject:
    """One metric of one tuned model.

    Attributes:
        evaluator, metric, model: as a report names them.
        parts: by evaluator, its paired values; more than one are an average.
        dropped: items left out because either side has no score.
        unscored_share: of the items, those the model lacking more of them has no score for; of an
            average that of the evaluator where it is largest.
    """

    evaluator: str
    metric: str
    model: str
    parts: Mapping[str, PairedValues]
    dropped: int
    unscored_share: float

    @property
    def items(self) -> int:
        """Pairs that were scored on both sides."""
        return sum(len(part.units) for part in self.parts.values())

    @property
    def documents(self) -> int | None:
        """Independent units, where any items share documents."""
        if not any(part.shared for part in self.parts.values()):
            return None
        return sum(part.independent for part in self.parts.values())


def evaluators_of(rule: str, average: Sequence[str], table: pairing.Table) -> tuple[str, ...]:
    """The evaluators a rule's `evaluator` stands for; none where nothing was scored by it."""
    scored = {evaluator for evaluator, _ in table}
    if rule == AVERAGE and AVERAGE not in scored:
        return tuple(average)
    return (rule,) if rule in scored else ()


def metrics_of(evaluators: Sequence[str], table: pairing.Table) -> list[str]:
    """The metrics that all of them have, in the first one's order."""
    own = [[metric for name, metric in table if name == evaluator] for evaluator in evaluators]
    return [metric for metric in own[0] if all(metric in other for other in own)] if own else []


def subject(
    measurement: Measurement,
    table: pairing.Table,
    what: tuple[Sequence[str], str, str],
) -> GateSubject:
    """The pairs of some evaluators by one metric of one model.

    Args:
        measurement: what the run's comparisons share.
        table: all scores.
        what: evaluators, metric and model.
    """
    evaluators, metric, model = what
    baseline = measurement.settings.baseline
    found = {}
    for name in evaluators:
        rows = table[name, metric]
        found[name] = pairing.pairs(rows[baseline], rows[model])
    parts = {
        name: paired_values(pairs, measurement.units(pairs.items)) for name, pairs in found.items()
    }
    single = len(evaluators) == 1
    return GateSubject(
        evaluators[0] if single else average_name(len(evaluators)),
        metric,
        model,
        parts,
        sum(pairs.dropped for pairs in found.values()),
        max(_unscored_share(pairs) for pairs in found.values()),
    )


def _unscored_share(pairs: pairing.Pairs) -> float:
    total = len(pairs.items) + pairs.dropped
    return max(pairs.unscored_baseline, pairs.unscored_tuned) / total if total else 1.0
