"""Where the marks of the report's plots lie, in percent of the plot: templates only draw them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from byeori.comparison.model import Comparison
from byeori.report.formats import axis_label, ticks
from byeori.report.headline import verdict
from byeori.report.model import TuningSummary, Verdict

MANY = 24
"""More comparisons than this are folded away in the page, and plotted model by model."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position on an axis, in percent."""

    position: float
    label: str


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One difference with its interval, positions in percent; None where there is no interval."""

    comparison: Comparison
    verdict: Verdict
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ForestPanel:
    """Differences that share a scale."""

    title: str
    rows: tuple[ForestRow, ...]
    zero: float
    ticks: tuple[Tick, ...]


def forest(comparisons: Sequence[Comparison]) -> list[ForestPanel]:
    """All differences: scores between 0 and 1 on one scale, each other metric on its own."""
    panels: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        if comparison.difference is not None:
            panels.setdefault(_scale(comparison), []).append(comparison)
    return [_panel(title, members) for title, members in panels.items()]


def _scale(c: Comparison) -> str:
    figures = [e.value for e in (c.baseline, c.tuned) if e is not None]
    if all(0 <= value <= 1 for value in figures):
        return "Scores between 0 and 1"
    return f"{c.evaluator} {c.metric}"


def _panel(title: str, members: Sequence[Comparison]) -> ForestPanel:
    ends = [0.0]
    for member in members:
        if (d := member.difference) is not None:
            ends += [end for end in (d.value, d.low, d.high) if end is not None]
    low, high = _padded(min(ends), max(ends))

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 3)

    rows = [
        ForestRow(
            member,
            verdict(member),
            place(d.value),
            None if d.low is None else place(d.low),
            None if d.high is None else place(d.high),
        )
        for member in members
        if (d := member.difference) is not None
    ]
    labels = [Tick(place(value), axis_label(value)) for value in ticks(low, high)]
    return ForestPanel(title, tuple(rows), place(0.0), tuple(labels))


def _padded(low: float, high: float) -> tuple[float, float]:
    span = (high - low) or 1.0
    return low - 0.06 * span, high + 0.06 * span


@dataclass(frozen=True, slots=True)
class Series:
    """One line: `path` for an SVG of 100 by 100 units, and its points if they are few."""

    name: str
    path: str
    points: tuple[tuple[float, float], ...]
    last: float


@dataclass(frozen=True, slots=True)
class LossPlot:
    """A loss curve."""

    series: tuple[Series, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    summary: str


def loss_plot(tuning: TuningSummary) -> LossPlot | None:
    """The loss curve of one tuning, or None where nothing was logged."""
    named = {
        "training": [(p.step, p.loss) for p in tuning.losses],
        "validation": [(p.step, p.validation_loss) for p in tuning.losses],
    }
    lines = {name: _finite(points) for name, points in named.items()}
    everything = [point for points in lines.values() for point in points]
    if not everything:
        return None
    steps, losses = zip(*everything, strict=True)
    right = max(*steps, 1)
    # From zero, so that a small change does not look like a large one.
    top = max(losses) * 1.05 or 1.0
    bottom = min(0.0, *losses)
    series = tuple(
        _series(name, points, right, bottom, top) for name, points in lines.items() if points
    )
    return LossPlot(
        series=series,
        x_ticks=tuple(Tick(round(100 * v / right, 3), axis_label(v)) for v in ticks(0, right, 5)),
        y_ticks=tuple(
            Tick(round(100 * (top - v) / (top - bottom), 3), axis_label(v))
            for v in ticks(bottom, top, 5)
        ),
        summary=_summary(lines),
    )


def _finite(points: Sequence[tuple[int, float | None]]) -> list[tuple[int, float]]:
    return [(step, v) for step, v in points if v is not None and math.isfinite(v)]


def _series(
    name: str, points: Sequence[tuple[int, float]], right: int, bottom: float, top: float
) -> Series:
    placed = [
        (round(100 * step / right, 3), round(100 * (top - loss) / (top - bottom), 3))
        for step, loss in points
    ]
    path = "M" + " L".join(f"{x} {y}" for x, y in placed)
    return Series(name, path, tuple(placed) if len(placed) <= 12 else (), points[-1][1])


def _summary(lines: dict[str, list[tuple[int, float]]]) -> str:
    parts = [
        f"{name} loss from {points[0][1]:.3f} to {points[-1][1]:.3f}"
        for name, points in lines.items()
        if points
    ]
    return "; ".join(parts)
