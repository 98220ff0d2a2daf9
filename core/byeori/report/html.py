"""Renders reports as one HTML file each: inline style, nothing fetched, one script at most."""

from functools import cache
from importlib.resources import files

from byeori.report.model import Report
from byeori.report.rendering import environment
from byeori.report.sweep.model import SweepReport
from byeori.report.sweep.tables import metric_tables


def render_html(report: Report) -> str:
    """The whole page. Every text is escaped; invisible characters are shown as their codes."""
    script = answers_script() if report.answer_book else ""
    return environment().get_template("report.html.j2").render(report=report, script=script)


@cache
def answers_script() -> str:
    """The script that searches the answers: the only one a page allows, by its hash."""
    return (files("byeori.report") / "templates" / "answers.js").read_text(encoding="utf-8")


def render_sweep_html(report: SweepReport) -> str:
    """The one table of a sweep, as a page of the same kind."""
    tables = metric_tables(report)
    return (
        environment().get_template("sweep.html.j2").render(report=report, tables=tables, script="")
    )
