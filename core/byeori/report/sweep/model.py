"""Everything the table of a sweep shows, as frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from byeori.comparison.gate import GateDecision
from byeori.comparison.model import Comparison, Contest, Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSummary:
    """One variant of the sweep.

    Attributes:
        name: also of its folder, beside this report.
        settings: what the sweep sets in it: short field names and labels.
        plan: fingerprint of its plan, as in its own `report.json`.
        problem: why it could not be finished; empty for one that was.
    """

    name: str
    settings: Mapping[str, str]
    plan: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One tuned model against its own base by one metric.

    Attributes:
        name: of the model in the table: the variant's, with the stage's where there are several.
        variants: the variants that hold this very model and its scores, the first one first.
        model: id of the tuning stage.
        comparison: with its own baseline; the test is corrected for all rows of the table.
    """

    name: str
    variants: tuple[str, ...]
    model: str
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """One model trained again with other seeds, by one metric.

    Attributes:
        evaluator, metric: what was measured.
        name: what the repetitions have in common; the model's stage where there are several.
        variants: the repetitions.
        values, differences: of each, in the same order: its figure, and that minus its own base's.
        value, difference: mean and standard deviation over the repetitions, with Student's
            interval for the mean of endlessly many; none where all repetitions are alike.
    """

    evaluator: str
    metric: str
    name: str
    variants: tuple[str, ...]
    values: tuple[float, ...]
    differences: tuple[float, ...]
    value: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """The one table of a sweep.

    Attributes:
        name: the recipe's.
        title, lines: what a reader must know first.
        variants: all, in the order they ran.
        rows: every tuned model of every variant, by evaluator and metric as the recipe has them.
        contests: the same models among themselves, where they answered the same items.
        repetitions: mean and spread over seeds, where a seed was swept.
        kind: of what the table is: one recipe's variants, or finished runs.
        gates: by variant, what `compare.fail_if` decided; empty without rules.
        confidence, correction: of intervals and tests, from `compare:`.
        byeori_version, plan: what made this report, and the fingerprint of all variants' plans.
        recipe: its text, as given.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    variants: tuple[VariantSummary, ...]
    rows: tuple[Row, ...]
    contests: tuple[Contest, ...]
    repetitions: tuple[Repetition, ...] = ()
    kind: Literal["sweep", "runs"] = "sweep"
    gates: Mapping[str, tuple[GateDecision, ...]] = field(default_factory=dict)
    confidence: float = 0.95
    correction: str = "holm"
    byeori_version: str = ""
    plan: str = ""
    recipe: str = ""

    @property
    def tests_against_base(self) -> int:
        """P-values in `rows`, corrected together."""
        return sum(row.comparison.test is not None for row in self.rows)

    @property
    def tests_between(self) -> int:
        """P-values in `contests`, corrected together: a family of their own."""
        return sum(contest.pairs for contest in self.contests)
