"""Renders the report's summary as Markdown, for a repository or a mail."""

import re
from collections.abc import Iterator, Sequence

from byeori.comparison.model import Comparison, Estimate
from byeori.report import formats
from byeori.report.model import Report, StepCounts, TuningSummary
from byeori.report.provenance import Provenance
from byeori.report.trust import notes


def render_markdown(report: Report) -> str:
    """Headline, comparisons, counts, tuning, provenance and recipe; no timings."""
    lines = [f"# {escape(report.name)}", ""]
    if report.description:
        lines += [escape(report.description), ""]
    lines += [f"**{escape(report.headline.title)}**", ""]
    lines += [f"- {escape(line)}" for line in report.headline.lines]
    sections: dict[str, list[str]] = {
        "Base against tuned": list(_comparisons(report.comparisons)),
        "Tables of the evaluations": list(_tables(report)),
        "How far the scores can be trusted": list(_diagnostics(report)),
        "From documents to training data": list(_steps(report.steps)),
        "Tuning": list(_tunings(report.tunings)),
        "Provenance": list(_provenance(report.provenance)),
        "Recipe": list(fenced(report.recipe)),
    }
    for title, body in sections.items():
        if body:
            lines += ["", f"## {title}", "", *body]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text on one line in which nothing is Markdown or HTML."""
    flat = " ".join(formats.visible(text).split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|~#!])", r"\\\1", flat)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; cells must be escaped."""
    for cells in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(cells)} |"


def _comparisons(comparisons: Sequence[Comparison]) -> Iterator[str]:
    if not comparisons:
        return
    heads = ("evaluator", "metric", "model", "items", "baseline", "tuned", "difference")
    rows = [
        (
            escape(c.evaluator),
            escape(c.metric),
            f"{escape(c.model)} against {escape(c.baseline_model)}",
            formats.count(c.items) + (f" ({c.dropped} unscored)" if c.dropped else ""),
            figure(c.baseline),
            figure(c.tuned),
            figure(c.difference, difference=True),
            _test(c),
            formats.number(c.effect_size, 2),
        )
        for c in comparisons
    ]
    yield from table((*heads, "test (adjusted p)", "effect size g"), rows)
    yield ""
    confidence = formats.percent(comparisons[0].confidence)
    yield f"In brackets: {confidence} bootstrap intervals. How to read them is in `report.html`."


def _diagnostics(report: Report) -> Iterator[str]:
    for number, (evaluator, diagnostics) in enumerate(report.diagnostics.items()):
        yield from [""] * bool(number)
        rows = [
            (
                escape(d.name),
                escape(", ".join(filter(None, (evaluator, d.metric, d.model)))),
                figure(None if d.value is None else Estimate(d.value, d.low, d.high)),
                escape(d.unit),
                formats.count(d.count),
            )
            for d in diagnostics
        ]
        yield from table(("what", "of", "figure", "unit", "computed from"), rows)
        yield ""
        yield from (f"- {escape(name)}: {escape(note)}" for name, note in notes(diagnostics))


def _tables(report: Report) -> Iterator[str]:
    for evaluator, tables in report.tables.items():
        for number, one in enumerate(tables):
            yield from [""] * bool(number)
            yield f"**{escape(evaluator)}: {escape(one.title)}**"
            yield ""
            rows = [[escape(formats.cell(cell)) for cell in row] for row in one.rows]
            yield from table([escape(head) for head in one.columns], rows)
            yield from ("", escape(one.note)) if one.note else ()


def figure(estimate: Estimate | None, *, difference: bool = False) -> str:
    """A figure with its interval."""
    if estimate is None:
        return formats.NONE
    value = formats.signed(estimate.value) if difference else formats.number(estimate.value)
    span = formats.interval(estimate, with_sign=difference)
    return f"{value} ({span or formats.NO_INTERVAL})"


def _test(c: Comparison) -> str:
    if c.test is None:
        return formats.NONE
    return f"{formats.p_value(c.test.p_adjusted)}, {escape(c.test.name)}"


def _steps(steps: Sequence[StepCounts]) -> Iterator[str]:
    if not steps:
        return
    rows = []
    for step in steps:
        reasons = "; ".join(
            f"{escape(reason)}: {formats.count(n)}" for reason, n in formats.ranked(step.reasons)
        )
        counted = {**step.parts, **step.done}
        parts = ", ".join(f"{escape(k)} {formats.count(n)}" for k, n in counted.items())
        kept = formats.count(step.kept) + (f" ({parts})" if parts else "")
        rows.append((escape(step.label), kept, formats.count(step.dropped), reasons))
    yield from table(("step", "kept", "dropped", "why"), rows)
    for step in steps:
        yield from _overlaps(step)


def _overlaps(step: StepCounts) -> Iterator[str]:
    if not step.overlaps:
        return
    yield ""
    yield "Training examples that overlap with an evaluator's items:"
    yield ""
    yield from table(
        ("evaluator", "overlap", "examples"),
        [tuple(map(escape, row)) for row in formats.overlap_rows(step.overlaps)],
    )


def _tunings(tunings: Sequence[TuningSummary]) -> Iterator[str]:
    if not tunings:
        return
    heads = ("id", "method", "from", "trainable parameters", "learnt from", "steps", "last loss")
    rows = []
    for t in tunings:
        losses = [point.loss for point in t.losses if point.loss is not None]
        rows.append(
            (
                escape(t.id),
                escape(t.method),
                escape(t.start),
                f"{formats.count(t.trainable_parameters)} of {formats.count(t.total_parameters)}",
                _learnt_from(t),
                formats.count(t.steps),
                formats.number(losses[-1] if losses else None),
            )
        )
    yield from table(heads, rows)
    for t in tunings:
        yield from _mixture(t)


def _mixture(tuning: TuningSummary) -> Iterator[str]:
    if not tuning.mixture:
        return
    heads = ("group of examples", "available", "in an epoch", "in the run", "answer tokens")
    yield ""
    yield f"{escape(tuning.id)} learnt from"
    yield ""
    rows = [
        (escape(row.group), *map(formats.count, (row.available, row.per_epoch, row.seen,
         row.supervised_tokens_seen)))
        for row in tuning.mixture
    ]  # fmt: skip
    yield from table(heads, rows)


def _learnt_from(t: TuningSummary) -> str:
    if t.train_documents is not None:
        return f"{formats.count(t.train_documents)} documents"
    return formats.count(t.train_examples) + (" examples" if t.train_examples is not None else "")


def _provenance(p: Provenance) -> Iterator[str]:
    revision = f", revision {escape(p.base_revision)}" if p.base_revision else ""
    fingerprint = f", fingerprint {escape(p.base_fingerprint)}" if p.base_fingerprint else ""
    yield f"- byeori {escape(p.byeori_version)}, seed {p.seed}, {escape(p.platform)}"
    licence = f", licence {escape(p.base_licence or 'unknown')}"
    yield f"- base model {escape(p.base_model)}{revision}{licence}{fingerprint}"
    for plugin in p.plugins:
        yield (
            f"- plugin {escape(plugin.name)} from {escape(plugin.distribution)} "
            f"{escape(plugin.version)}"
        )
    for licence, n in formats.ranked(p.licences):
        yield f"- {formats.count(n)} documents under {escape(licence or 'an unknown licence')}"
    packages = ", ".join(f"{escape(k)} {escape(v)}" for k, v in sorted(p.packages.items()))
    if packages:
        yield f"- {packages}"


def fenced(recipe: str) -> Iterator[str]:
    """The recipe as a block of code, whatever is in it."""
    if not recipe:
        return
    longest = max((len(run) for run in re.findall("`+", recipe)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}yaml"
    yield formats.visible(recipe).rstrip("\n")
    yield fence
