"""Renders the one table of a sweep as Markdown."""

from collections.abc import Iterator

from byeori.report import formats
from byeori.report.headline import side, verdict
from byeori.report.markdown import escape, fenced, figure, table
from byeori.report.sweep.model import Repetition, SweepReport
from byeori.report.sweep.tables import Line, MetricTable, metric_tables, standing

READING = {
    "no-difference": "no significant difference",
    "too-few": "too few items",
    "unreliable": "too many unscored",
}


def render_sweep_markdown(report: SweepReport) -> str:
    """Title, a table for each metric, repetitions, variants and recipe."""
    lines = [f"# {escape(report.name)}", "", f"**{escape(report.title)}**", ""]
    lines += [f"- {escape(line)}" for line in report.lines]
    for each in metric_tables(report):
        title = f"{escape(each.evaluator)} {escape(each.metric)}"
        lines += ["", f"## {title}", "", *_metric(each)]
    confidence = formats.percent(report.confidence)
    lines += ["", f"In brackets: {confidence} bootstrap intervals, not corrected for their number."]
    lines += ["", "## Repetitions", "", *_repeated(report)] if report.repetitions else []
    lines += ["", "## Variants" if report.kind == "sweep" else "## Runs", "", *_variants(report)]
    lines += ["", "## Recipe", "", *fenced(report.recipe)] if report.recipe else []
    return "\n".join(lines) + "\n"


def _metric(each: MetricTable) -> Iterator[str]:
    heads = ["model", "items", "base", "tuned", "difference", "adjusted p", "reading"]
    heads += ["against the best"] + ["set of items"] * (each.groups > 1)
    yield from table(heads, [_cells(line, each) for line in each.lines])


def _cells(line: Line, each: MetricTable) -> list[str]:
    c = line.row.comparison
    return [
        escape(line.row.name),
        formats.count(c.items) + (f" ({c.dropped} unscored)" if c.dropped else ""),
        figure(c.baseline),
        figure(c.tuned),
        figure(c.difference, difference=True),
        formats.p_value(c.test.p_adjusted if c.test else None),
        READING.get(verdict(c)) or side(c),
        str(standing(line)),
        *([str(line.group or formats.NONE)] if each.groups > 1 else []),
    ]


def _repeated(report: SweepReport) -> Iterator[str]:
    heads = ("model", "measure", "runs", "mean", "standard deviation", "from", "to", "difference")
    yield from table(heads, [_repetition(r) for r in report.repetitions])


def _repetition(r: Repetition) -> list[str]:
    spread = formats.number(r.difference.standard_deviation)
    return [
        escape(r.name),
        f"{escape(r.evaluator)} {escape(r.metric)}",
        str(len(r.values)),
        figure(r.value),
        formats.number(r.value.standard_deviation),
        formats.number(min(r.values)),
        formats.number(max(r.values)),
        f"{figure(r.difference, difference=True)}, sd {spread}",
    ]


def _variants(report: SweepReport) -> Iterator[str]:
    fields = list(dict.fromkeys(name for v in report.variants for name in v.settings))
    rows = [
        [
            escape(v.name),
            *(escape(v.settings.get(name, formats.NONE)) for name in fields),
            escape(v.problem) or "done",
        ]
        for v in report.variants
    ]
    yield from table(["variant", *(escape(name) for name in fields), "state"], rows)
