"""Radar of scales of different ranges, each rescaled to 0-100 (as KULLM's paper, Figure 1)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from byeori.comparison.model import Comparison, Estimate
from byeori.report.model import Scale

SIDE = 460
RADIUS = 150
FEWEST_AXES = 3
MOST_MODELS = 8


@dataclass(frozen=True, slots=True)
class Spoke:
    """One axis: `x`, `y` of its outer end, of its label, and how the label is anchored."""

    label: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Outline:
    """One model: the polygon of its means, and its intervals along the axes.

    Attributes:
        model: whose it is.
        number: of its colour, from 0, which is the baseline's.
        points: `x,y` pairs of the polygon, as SVG wants them.
        dots: the same points.
        whiskers: `x1, y1, x2, y2` of the intervals.
        values: rescaled figures, 0-100.
    """

    model: str
    number: int
    points: str
    dots: tuple[tuple[float, float], ...]
    whiskers: tuple[tuple[float, float, float, float], ...]
    values: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Radar:
    """One evaluator's scales, drawn in a square of `SIDE` units.

    Attributes:
        evaluator: whose scales.
        scales: the axes.
        spokes, outlines: what is drawn.
        rings: radii of 20, 40, ... 100, with their labels.
        left_out: models beyond `MOST_MODELS`.
    """

    evaluator: str
    scales: tuple[Scale, ...]
    spokes: tuple[Spoke, ...]
    outlines: tuple[Outline, ...]
    rings: tuple[tuple[float, str], ...]
    left_out: int

    @property
    def summary(self) -> str:
        """The figures in a sentence, for those who do not see the picture."""
        parts = [
            f"{o.model}: "
            + ", ".join(
                f"{s.metric} {v.value:.0f}" for s, v in zip(self.scales, o.values, strict=True)
            )
            for o in self.outlines
        ]
        return "; ".join(parts)


def radars(comparisons: Sequence[Comparison], scales: Sequence[Scale]) -> list[Radar]:
    """One radar for each evaluator with at least three scales that every model was scored on."""
    by_evaluator: dict[str, list[Scale]] = {}
    for scale in scales:
        by_evaluator.setdefault(scale.evaluator, []).append(scale)
    drawn = (
        _radar(name, comparisons, of) for name, of in by_evaluator.items() if len(of) >= FEWEST_AXES
    )
    return [radar for radar in drawn if radar is not None]


def _radar(
    evaluator: str, comparisons: Sequence[Comparison], scales: Sequence[Scale]
) -> Radar | None:
    found = {(c.model, c.metric): c for c in comparisons if c.evaluator == evaluator}
    models = list(dict.fromkeys(model for model, _ in found))
    axes = [s for s in scales if all(_known(found.get((m, s.metric))) for m in models)]
    if len(axes) < FEWEST_AXES or not models:
        return None
    first = [found[models[0], scale.metric] for scale in axes]
    rows = [(first[0].baseline_model, [c.baseline for c in first])]
    rows += [(m, [found[m, s.metric].tuned for s in axes]) for m in models]
    outlines = [
        _outline(name, number, [_rescaled(e, s) for e, s in zip(figures, axes, strict=True) if e])
        for number, (name, figures) in enumerate(rows[:MOST_MODELS])
    ]
    return Radar(
        evaluator,
        tuple(axes),
        tuple(_spoke(scale, turn, len(axes)) for turn, scale in enumerate(axes)),
        tuple(outlines),
        tuple((RADIUS * share / 100, str(share)) for share in (20, 40, 60, 80, 100)),
        len(rows) - len(outlines),
    )


def _known(comparison: Comparison | None) -> bool:
    return (
        comparison is not None
        and comparison.tuned is not None
        and comparison.baseline is not None
        and not comparison.unreliable
    )


def _rescaled(figure: Estimate, scale: Scale) -> Estimate:
    def rescale(value: float) -> float:
        return 100 * (value - scale.minimum) / (scale.maximum - scale.minimum)

    ends = (None if end is None else rescale(end) for end in (figure.low, figure.high))
    return Estimate(rescale(figure.value), *ends)


def _outline(model: str, number: int, values: Sequence[Estimate]) -> Outline:
    count = len(values)
    dots = [_place(v.value, turn, count) for turn, v in enumerate(values)]
    whiskers = [
        (*_place(v.low, turn, count), *_place(v.high, turn, count))
        for turn, v in enumerate(values)
        if v.low is not None and v.high is not None
    ]
    points = " ".join(f"{x},{y}" for x, y in dots)
    return Outline(model, number, points, tuple(dots), tuple(whiskers), tuple(values))


def _place(value: float, turn: int, count: int, more: float = 0) -> tuple[float, float]:
    """Where a value of 0-100 lies on an axis; the first one points up."""
    angle = 2 * math.pi * turn / count - math.pi / 2
    radius = RADIUS * min(max(value, 0), 100) / 100 + more
    middle = SIDE / 2
    return round(middle + radius * math.cos(angle), 2), round(middle + radius * math.sin(angle), 2)


def _spoke(scale: Scale, turn: int, count: int) -> Spoke:
    x, y = _place(100, turn, count)
    label_x, label_y = _place(100, turn, count, more=16)
    side = round(label_x - SIDE / 2)
    anchor = "middle" if abs(side) < RADIUS / 5 else ("start" if side > 0 else "end")
    return Spoke(scale.metric, x, y, label_x, label_y, anchor)
