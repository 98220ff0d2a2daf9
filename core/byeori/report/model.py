"""Everything a report shows, as frozen dataclasses; the runner fills them in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from byeori.comparison.gate import GateDecision
from byeori.comparison.model import Comparison
from byeori.diagnostics import Diagnostic
from byeori.report.answer_book import AnswerBook
from byeori.report.costs import Cost, Timing
from byeori.report.provenance import Provenance
from byeori.result_tables import ResultTable

Verdict = Literal[
    "better", "worse", "mixed", "no-difference", "too-few", "unreliable", "nothing-compared"
]


@dataclass(frozen=True, slots=True)
class Headline:
    """The first thing a reader sees.

    Attributes:
        verdict: of the first metric, over all tuned models.
        title: one sentence with the figures.
        lines: what else must be known at once: test, other comparisons, losses, items needed.
    """

    verdict: Verdict
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """One row that was not used.

    Attributes:
        where: `file:line` or an id; reason: why.
        text: an excerpt, or empty.
    """

    where: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class StepCounts:
    """How many rows a step let through, and why others were dropped.

    Attributes:
        stage: id of the stage.
        label: what a person would call it, such as `Documents` or `Leakage removal`.
        kept, dropped: rows after the step, and those it dropped.
        reasons: dropped rows by reason.
        examples_of_drops: a few of them.
        done: what was counted of the kept rows, such as redactions.
        parts: what the kept rows consist of, such as train, validation and test; or empty.
        unit: what is counted.
        overlaps: by evaluator and reason, the examples that overlap with its items.
    """

    stage: str
    label: str
    kept: int
    dropped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    examples_of_drops: tuple[Drop, ...] = ()
    done: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    unit: str = "rows"
    overlaps: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LossPoint:
    """One logged step of training; a loss that is not finite is None, and breaks the curve.

    Attributes:
        step: optimiser step.
        loss: mean training loss since the last log (nats a token), or None.
        validation_loss: on held-out examples, or None where it was not measured.
        learning_rate: at that step, or None.
    """

    step: int
    loss: float | None = None
    validation_loss: float | None = None
    learning_rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MixtureRow:
    """How often one group of examples was learnt from.

    Attributes:
        group: its name.
        available: examples it has.
        per_epoch: how many of them an epoch has, repetitions counted.
        seen: how many the whole run had.
        supervised_tokens_seen: the answer tokens of those.
    """

    group: str
    available: int
    per_epoch: int
    seen: int
    supervised_tokens_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningSummary:
    """How one model was tuned.

    Attributes:
        id: of the tuning stage.
        method: `plugin/component`.
        config: its settings, JSON values.
        start: what it started from: `base` or another stage's id.
        trainable_parameters, total_parameters: counts; None where nothing was trained.
        train_examples, train_documents: how many of them it learnt from; None where it was the
            other.
        supervised_tokens: tokens it learnt, in one pass: of answers, or of documents.
        steps: optimiser steps.
        losses: the loss curve, by step.
        mixture: the groups of examples that were mixed; empty where nothing was.
    """

    id: str
    method: str
    config: Mapping[str, Any]
    start: str = "base"
    trainable_parameters: int | None = None
    total_parameters: int | None = None
    train_examples: int | None = None
    train_documents: int | None = None
    supervised_tokens: int | None = None
    steps: int | None = None
    losses: tuple[LossPoint, ...] = ()
    mixture: tuple[MixtureRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What one model answered, and its score (None: could not be scored)."""

    model: str
    prediction: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPair:
    """One item with every model's answer, the baseline's first."""

    item_id: str
    evaluator: str
    metric: str
    instruction: str
    input: str = ""
    reference: str = ""
    choices: tuple[str, ...] = ()
    task: str = ""
    language: str = ""
    answers: tuple[ModelAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A metric with a range of its own, such as a judge's scale from 1 to 3.

    Attributes:
        evaluator, metric: what is measured on it.
        minimum, maximum: its ends.
    """

    evaluator: str
    metric: str
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run's report.

    Attributes:
        name: the recipe's.
        description: what was done, in a sentence or two; may be empty.
        headline: see `byeori.report.make_headline`.
        steps: counts from documents to training data, in order.
        tunings: the tuned models, in order.
        comparisons: see `byeori.comparison.compare`.
        gates: what `compare.fail_if` decided.
        scales: of the metrics that have one (`Score.metadata["scale"]`), for the radar.
        diagnostics: by evaluator, what it says of its own scores.
        tables: by evaluator, its own tables.
        answers: see `byeori.report.pick_answers`.
        provenance: where the figures come from.
        recipe: its text, as given.
        timings, costs: shown in the HTML only, so that figures are the same on every run.
        answer_book: every answer, for the HTML only; see `byeori.report.make_answer_book`.
    """

    name: str
    headline: Headline
    provenance: Provenance
    description: str = ""
    steps: tuple[StepCounts, ...] = ()
    tunings: tuple[TuningSummary, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    gates: tuple[GateDecision, ...] = ()
    scales: tuple[Scale, ...] = ()
    diagnostics: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    tables: Mapping[str, tuple[ResultTable, ...]] = field(default_factory=dict)
    answers: tuple[AnswerPair, ...] = ()
    recipe: str = ""
    timings: tuple[Timing, ...] = ()
    costs: tuple[Cost, ...] = ()
    answer_book: AnswerBook | None = None
