"""Renders reports as one HTML file each: inline style, no script, nothing fetched."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from byeori.report import formats, plots
from byeori.report.headline import verdict
from byeori.report.model import Report
from byeori.report.sweep.model import SweepReport
from byeori.report.sweep.tables import metric_tables, standing

LONGEST = 3000
"""Characters of one text that are shown; `scores.json` has all of it."""


def render_html(report: Report) -> str:
    """The whole page. Every text is escaped; invisible characters are shown as their codes."""
    return _environment().get_template("report.html.j2").render(report=report)


def render_sweep_html(report: SweepReport) -> str:
    """The one table of a sweep, as a page of the same kind."""
    tables = metric_tables(report)
    return _environment().get_template("sweep.html.j2").render(report=report, tables=tables)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("byeori.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": formats.number,
        "signed": formats.signed,
        "count": formats.count,
        "p_value": formats.p_value,
        "interval": formats.interval,
        "percent": formats.percent,
        "duration": formats.duration,
        "ranked": formats.ranked,
        "overlap_rows": formats.overlap_rows,
        "clip": clip,
        "verdict": verdict,
        "standing": standing,
        "plain": plain_value,
    }
    environment.globals |= {
        "forest": plots.forest,
        "loss_plot": plots.loss_plot,
    }
    return environment


def _finalize(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return formats.visible(value) if isinstance(value, str) else value


def clip(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and how much is missing."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} [… {len(text) - longest:,} more characters]"


def plain_value(value: Any) -> str:
    """A setting as a recipe would write it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain_value(part) for part in value)
    return str(value)
