"""Gathers what the variants of a sweep found into its one table."""

import statistics as plain
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import byeori
from byeori import statistics
from byeori.bulk import Rows
from byeori.comparison.contests import Entry, contests
from byeori.comparison.correction import corrected
from byeori.comparison.model import Comparison, Estimate
from byeori.plan import PlannedVariant, Stage
from byeori.records import Item, Score
from byeori.report.sweep import (
    Repetition,
    Row,
    SweepReport,
    VariantSummary,
    first_words,
    gate_words,
)
from byeori.report.write import write_sweep_files
from byeori.run.record import recipe_text
from byeori.stages.items import ITEMS
from byeori.stages.scores import SCORES
from byeori.store.files import canonical_json

if TYPE_CHECKING:
    from byeori.run.engine import Run
    from byeori.run.sweep import SweepRun


@dataclass(frozen=True)
class _Found:
    """One comparison of one variant's report."""

    member: PlannedVariant
    run: "Run"
    comparison: Comparison

    def scored(self, model: str) -> Stage:
        """The stage that scored a model."""
        return self.run.plan.by_id[f"scores.{self.comparison.evaluator}.{model}"]

    @property
    def identity(self) -> tuple[str, ...]:
        """What the figures were made of: where it is equal, variants share one comparison."""
        c = self.comparison
        stages = self.scored(c.model), self.scored(c.baseline_model)
        return c.evaluator, c.metric, *(stage.fingerprint for stage in stages)


def write_sweep_report(run: "SweepRun") -> SweepReport:
    """Write `report.html`, `report.md` and `report.json` of a sweep into its folder.

    Args:
        run: with at least one finished variant.
    """
    recipe = next(iter(run.runs.values())).plan.recipe
    found = list(_found(run))
    several = any(len(done.plan.recipe.tuning) > 1 for done in run.runs.values())
    shared = _shared(found)
    rows = _rows(
        shared, corrected([same[0].comparison for same in shared], recipe.compare), several
    )
    entries = [
        _entry(row, same[0])
        for row, same in zip(rows, shared, strict=True)
        if row.comparison.kind == "metric"
    ]
    between = contests(entries, recipe.compare, clusters=_clusters(run), seed=recipe.seed)
    variants = tuple(_variants(run))
    repetitions = tuple(_repetitions(found, several))
    title, lines = first_words(variants, rows, between, recipe.compare)
    gates = {name: done.report.gates for name, done in run.runs.items() if done.report is not None}
    gates = {name: found for name, found in gates.items() if found}
    report = SweepReport(
        name=run.sweep.name,
        title=title,
        lines=(*lines, *gate_words(gates)),
        variants=variants,
        rows=rows,
        contests=tuple(between),
        repetitions=repetitions,
        gates=gates,
        confidence=recipe.compare.confidence,
        correction=recipe.compare.correction,
        byeori_version=byeori.__version__,
        plan=run.sweep.fingerprint,
        recipe=recipe_text(run.sweep.source),
    )
    write_sweep_files(report, run.folder)
    return report


def _found(run: "SweepRun") -> Iterator[_Found]:
    for member in run.sweep.members:
        done = run.runs.get(member.name)
        if done is not None and done.report is not None:
            for comparison in done.report.comparisons:
                yield _Found(member, done, comparison)


def _shared(found: Sequence[_Found]) -> list[list[_Found]]:
    """Comparisons made of the same scores together, ordered by evaluator and metric."""
    groups: dict[tuple[str, ...], list[_Found]] = {}
    for one in found:
        groups.setdefault(one.identity, []).append(one)
    metrics = list(dict.fromkeys(identity[:2] for identity in groups))
    return [groups[i] for i in sorted(groups, key=lambda identity: metrics.index(identity[:2]))]


def _rows(
    shared: Sequence[Sequence[_Found]], comparisons: Sequence[Comparison], several: bool
) -> tuple[Row, ...]:
    return tuple(
        Row(
            name=_model_name(same[0].member.name, comparison.model, several),
            variants=tuple(one.member.name for one in same),
            model=comparison.model,
            comparison=comparison,
        )
        for same, comparison in zip(shared, comparisons, strict=True)
    )


def _model_name(variant: str, model: str, several: bool) -> str:
    """The variant's name; with its tuning stage where the recipe has several."""
    return f"{variant} {model}" if several else variant


def _entry(row: Row, first: _Found) -> Entry:
    c, stage = row.comparison, first.scored(row.comparison.model)
    artifact = first.run.artifacts[stage.id]
    scores = [s for s in Rows(artifact.path(SCORES), Score) if s.metric == c.metric]
    kind = canonical_json([list(stage.identities), artifact.counts["computed_in"]])
    return Entry(row.name, c.evaluator, c.metric, kind, scores)


def _clusters(run: "SweepRun") -> dict[str, str]:
    """By item, its document, over all variants."""
    paths = {
        done.artifacts[stage.id].path(ITEMS)
        for done in run.runs.values()
        for stage in done.plan.stages
        if stage.kind == "items"
    }
    return {item.id: item.document_id for path in sorted(paths) for item in Rows(path, Item)}


def _variants(run: "SweepRun") -> Iterator[VariantSummary]:
    for member in run.sweep.members:
        yield VariantSummary(
            name=member.name,
            settings=dict(member.variant.settings),
            plan=member.plan.fingerprint,
            problem=str(run.failed.get(member.name, "")),
        )


def _repetitions(found: Sequence[_Found], several: bool) -> Iterator[Repetition]:
    """Mean and spread where variants differ by nothing but seeds, and their scores do."""
    groups: dict[tuple[str, str, str, str], dict[tuple[str, ...], _Found]] = {}
    for one in found:
        c, repeats = one.comparison, one.member.variant.repeats
        if c.tuned is not None and len(repeats) < len(one.member.variant.settings):
            name = _model_name(one.member.variant.common, c.model, several).strip() or c.model
            groups.setdefault((c.evaluator, c.metric, name, c.model), {})[one.identity] = one
    for (evaluator, metric, name, _), same in groups.items():
        if len(same) > 1:
            confidence = next(iter(same.values())).comparison.confidence
            yield _repetition(evaluator, metric, name, list(same.values()), confidence)


def _repetition(
    evaluator: str, metric: str, name: str, same: Sequence[_Found], confidence: float
) -> Repetition:
    values = [one.comparison.tuned.value for one in same if one.comparison.tuned]
    differences = [one.comparison.difference.value for one in same if one.comparison.difference]
    return Repetition(
        evaluator=evaluator,
        metric=metric,
        name=name,
        variants=tuple(one.member.name for one in same),
        values=tuple(values),
        differences=tuple(differences),
        value=_over_runs(values, confidence),
        difference=_over_runs(differences, confidence),
    )


def _over_runs(values: Sequence[float], confidence: float) -> Estimate:
    """Mean, spread and Student's interval of other runs of this kind."""
    mean, deviation = plain.fmean(values), plain.stdev(values)
    try:
        t = statistics.paired_t_test(values, [0.0] * len(values), confidence=confidence)
    except statistics.ConstantDifferenceError:
        return Estimate(mean, standard_deviation=deviation)
    return Estimate(mean, *t.interval, deviation)
