"""Figures as SVG files: a white ground, fixed colours, nothing fetched, no script."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from byeori.comparison.model import Comparison
from byeori.report.figures.radar import radars
from byeori.report.formats import percent
from byeori.report.model import Report
from byeori.report.plots import MANY, forest, loss_plot
from byeori.report.rendering import environment

SERIES = (
    "#596372", "#14606a", "#b4521e", "#5b3f8c", "#2f7d32", "#a3366d", "#806500", "#2b5cab",
)  # fmt: skip
"""Colours of models on white, the baseline's first; each has a contrast of 4.5 or more."""


def figure_files(report: Report) -> dict[str, str]:
    """By file name, each figure of the report."""
    found = dict(forest_files(report.comparisons))
    for radar in radars(report.comparisons, report.scales):
        confidence = percent(report.comparisons[0].confidence)
        found[f"radar-{_file_name(radar.evaluator)}.svg"] = _render(
            "radar", radar=radar, confidence=confidence
        )
    for tuning in report.tunings:
        if plot := loss_plot(tuning):
            found[f"loss-{tuning.id}.svg"] = _render("loss", tuning=tuning, plot=plot)
    return found


def forest_files(
    comparisons: Sequence[Comparison], name: str = "differences"
) -> Iterator[tuple[str, str]]:
    """Forest plots of differences, one for each scale; of many, one for each model and scale."""
    groups = {name: list(comparisons)}
    if len(comparisons) > MANY:
        models = dict.fromkeys(c.model for c in comparisons)
        groups = {f"{name}-{m}": [c for c in comparisons if c.model == m] for m in models}
    for called, group in groups.items():
        for number, panel in enumerate(forest(group), start=1):
            confidence = percent(group[0].confidence)
            yield (
                f"{_file_name(called)}-{number}.svg",
                _render("forest", panel=panel, confidence=confidence),
            )


def _file_name(name: str) -> str:
    """Metrics and variants may be called anything; files may not."""
    return re.sub(r"[^\w.=,-]", "_", name)


def _render(template: str, **values: Any) -> str:
    """The figure; positions in percent of the plot become those of the drawing."""
    places = {
        "at": lambda position: round(330 + 4.2 * position, 2),
        "along": lambda position: round(60 + 6.8 * position, 2),
        "down": lambda position: round(44 + 2.56 * position, 2),
    }
    return (
        environment()
        .get_template(f"figures/{template}.svg.j2")
        .render(SERIES=SERIES, **places, **values)
        .strip()
        + "\n"
    )
