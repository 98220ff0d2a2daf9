"""The one table of several runs: each against its own base, and against each other."""

from collections.abc import Iterator, Sequence

import byeori
from byeori.comparison import CompareSettings
from byeori.comparison.contests import contests
from byeori.comparison.correction import corrected
from byeori.finished.common import differences, entries, label
from byeori.finished.reading import FinishedRun
from byeori.report.sweep import Row, SweepReport, VariantSummary, first_words
from byeori.store.files import fingerprint


def compare_runs(
    runs: Sequence[FinishedRun], settings: CompareSettings, *, seed: int = 0
) -> SweepReport:
    """Compare the tuned models of finished runs, on the items they have in common.

    Args:
        runs: two or more.
        settings: test, correction and confidence of the comparisons between runs; those of a model
            with its own base are the run's own, corrected together.
        seed: of the bootstrap.

    Raises:
        DataError: the runs share no items.
    """
    found, said = entries(runs)
    rows = _rows(runs, settings, {(entry.evaluator, entry.metric) for entry in found})
    clusters = {item: document for run in runs for item, document in run.clusters.items()}
    between = contests(found, settings, clusters=clusters, seed=seed)
    summaries = tuple(_summary(run) for run in runs)
    title, lines = first_words(summaries, rows, between, settings)
    return SweepReport(
        kind="runs",
        name=" against ".join(run.name for run in runs),
        title=title,
        lines=(*lines, *said, *differences(runs), *_stale(runs)),
        variants=summaries,
        rows=rows,
        contests=tuple(between),
        gates={run.name: run.report.gates for run in runs if run.report.gates},
        confidence=settings.confidence,
        correction=settings.correction,
        byeori_version=byeori.__version__,
        plan=fingerprint([run.report.provenance.plan for run in runs]),
    )


def _rows(
    runs: Sequence[FinishedRun], settings: CompareSettings, shared: set[tuple[str, str]]
) -> tuple[Row, ...]:
    """Every model against its own base, shared metrics first; corrected together."""
    all_of = [(run, comparison) for run in runs for comparison in run.report.comparisons]
    order = {metric: number for number, metric in enumerate(
        dict.fromkeys((c.evaluator, c.metric) for _, c in all_of)
    )}  # fmt: skip
    all_of.sort(
        key=lambda pair: (
            (pair[1].evaluator, pair[1].metric) not in shared,
            order[pair[1].evaluator, pair[1].metric],
        )
    )
    tested = corrected([comparison for _, comparison in all_of], settings)
    return tuple(
        Row(name=label(runs, run, c.model), variants=(run.name,), model=c.model, comparison=c)
        for (run, _), c in zip(all_of, tested, strict=True)
    )


def _summary(run: FinishedRun) -> VariantSummary:
    provenance = run.report.provenance
    methods = ", ".join(f"{tuning.id}: {tuning.method}" for tuning in run.report.tunings)
    settings = {"base model": provenance.base_model, "tuned by": methods or "nothing"}
    return VariantSummary(name=run.name, settings=settings, plan=provenance.plan)


def _stale(runs: Sequence[FinishedRun]) -> Iterator[str]:
    for run in runs:
        if run.stale:
            yield (
                f"{run.name}: its recipe was changed since; these are the figures of the last "
                "finished run."
            )
