"""What several runs have in common, and in what they were not made alike."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from byeori.comparison.contests import Entry
from byeori.errors import DataError
from byeori.finished.reading import FinishedRun
from byeori.records import Score

Metric = tuple[str, str]
ByItem = dict[str, Score]


def entries(runs: Sequence[FinishedRun]) -> tuple[list[Entry], list[str]]:
    """The tuned models of all runs on the items that all runs with this metric asked.

    Returns:
        The entries, and sentences on what is not in common.

    Raises:
        DataError: no two runs share a metric with common items.
    """
    tables = [_table(run) for run in runs]
    metrics = dict.fromkeys(metric for table in tables for metric in table)
    found: list[Entry] = []
    said: list[str] = []
    for metric in metrics:
        having = [(run, table[metric]) for run, table in zip(runs, tables, strict=True)
                  if metric in table]  # fmt: skip
        common = set.intersection(*(_items(models) for _, models in having))
        said += _said(metric, [(run, len(_items(models))) for run, models in having], len(common))
        if len(having) > 1 and common:
            found += [
                Entry(label(runs, run, model), *metric, "", [rows[item] for item in sorted(common)])
                for run, models in having
                for model, rows in models.items()
                if model != _baseline(run)
            ]
    if not found:
        raise DataError("these runs cannot be compared, they share no items: " + " ".join(said))
    return found, said


def label(runs: Sequence[FinishedRun], run: FinishedRun, model: str) -> str:
    """What a model is called: its run's name, with its stage's where the run has several."""
    models = {c.model for c in run.report.comparisons}
    return f"{run.name} {model}" if len(models) > 1 else run.name


def differences(runs: Sequence[FinishedRun]) -> Iterator[str]:
    """Settings and versions in which the runs differ, beside what was tuned, in sentences."""
    facts = [dict(_facts(run)) for run in runs]
    for name in dict.fromkeys(name for known in facts for name in known):
        values = {
            run.name: known[name] for run, known in zip(runs, facts, strict=True) if name in known
        }
        if len({repr(value) for value in values.values()}) > 1:
            told = ", ".join(f"{value} in {run}" for run, value in values.items())
            yield f"Not made alike: {name} is {told}."


def _baseline(run: FinishedRun) -> str:
    comparisons = run.report.comparisons
    return comparisons[0].baseline_model if comparisons else "base"


def _table(run: FinishedRun) -> dict[Metric, dict[str, ByItem]]:
    table: dict[Metric, dict[str, ByItem]] = {}
    for score in run.scores:
        models = table.setdefault((score.evaluator, score.metric), {})
        models.setdefault(score.model, {})[score.item_id] = score
    return table


def _items(models: Mapping[str, ByItem]) -> set[str]:
    return set(next(iter(models.values())))  # a run's models answered the very same items


def _said(metric: Metric, having: Sequence[tuple[FinishedRun, int]], common: int) -> Iterator[str]:
    what = f"{metric[0]} {metric[1]}"
    if len(having) == 1:
        yield f"{what}: only in {having[0][0].name}."
    elif any(count != common for _, count in having):
        counts = ", ".join(f"{count:,} in {run.name}" for run, count in having)
        left = "the others are left out between runs" if common else "so runs are not compared"
        yield f"{what}: {common:,} items in common ({counts}); {left}."


def _facts(run: FinishedRun) -> Iterator[tuple[str, Any]]:
    provenance = run.report.provenance
    yield "byeori", provenance.byeori_version
    yield "the base model", provenance.base_fingerprint or provenance.base_model
    yield "the prompt", run.plan.get("prompt")
    yield "the seed", provenance.seed
    yield from (("the confidence of intervals", c.confidence) for c in run.report.comparisons[:1])
    yield "the platform", provenance.platform
    yield from ((f"package {name}", version) for name, version in provenance.packages.items())
    for stage in run.plan.get("stages", ()):
        if stage.get("kind") == "items":
            for component in stage.get("components", ()):
                where = f"evaluator {component['step']}"
                yield f"{where}, component", component["component"]
                yield f"{where}, version", component["version"]
                yield from _flat(f"{where},", component["config"])


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(f"{path} {name}" if path.endswith(",") else f"{path}.{name}", part)
    else:
        yield path, value
