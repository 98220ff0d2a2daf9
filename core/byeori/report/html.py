"""Renders reports as one HTML file each: inline style, no script, nothing fetched."""

from byeori.report.model import Report
from byeori.report.rendering import environment
from byeori.report.sweep.model import SweepReport
from byeori.report.sweep.tables import metric_tables


def render_html(report: Report) -> str:
    """The whole page. Every text is escaped; invisible characters are shown as their codes."""
    return environment().get_template("report.html.j2").render(report=report)


def render_sweep_html(report: SweepReport) -> str:
    """The one table of a sweep, as a page of the same kind."""
    tables = metric_tables(report)
    return environment().get_template("sweep.html.j2").render(report=report, tables=tables)
