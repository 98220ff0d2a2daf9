"""The table of a sweep as text: Markdown, JSON, and what a sentence may say."""

import dataclasses
import json

import pytest

from byeori import DataError
from byeori.comparison import CompareSettings
from byeori.report import Report, to_json
from byeori.report.serialise import sweep_from_json, sweep_to_json
from byeori.report.sweep import SweepReport, first_words
from byeori.report.sweep.markdown import render_sweep_markdown


def test_json_comes_back_as_it_was(sweep_report: SweepReport) -> None:
    assert sweep_from_json(sweep_to_json(sweep_report)) == sweep_report
    assert json.loads(sweep_to_json(sweep_report))["name"] == "chemistry-methods"


def test_the_report_of_one_run_is_no_table_of_a_sweep(report: Report) -> None:
    with pytest.raises(DataError, match="not a byeori report"):
        sweep_from_json(to_json(report))


def test_markdown_has_a_table_for_each_metric_and_one_cell_for_each_heading(
    sweep_report: SweepReport,
) -> None:
    text = render_sweep_markdown(sweep_report)
    for title in ("choice accuracy", "answers chrf", "Repetitions", "Variants", "Recipe"):
        assert f"\n## {title}\n" in text
    columns = 0
    for line in text.split("\n## Recipe")[0].splitlines():
        columns = 0 if not line.startswith("|") else columns or line.count(" | ")
        assert not columns or line.count(" | ") == columns, line


def test_without_correction_nothing_is_claimed_of_the_family(sweep_report: SweepReport) -> None:
    settings = CompareSettings(correction="none")
    _, lines = first_words(
        sweep_report.variants, sweep_report.rows, sweep_report.contests, settings
    )
    assert not any("Holm" in line for line in lines)
    assert sum("not corrected for their number" in line for line in lines) == 2


def test_the_words_name_who_cannot_be_told_apart(sweep_report: SweepReport) -> None:
    first = sweep_report.contests[0]
    tied = tuple(
        c if c.standing == "best" else dataclasses.replace(c, standing="tied")
        for c in first.contenders
    )
    contests = (dataclasses.replace(first, contenders=tied), *sweep_report.contests[1:])
    title, _ = first_words(sweep_report.variants, sweep_report.rows, contests, CompareSettings())
    assert title.endswith("but these items do not tell ia3 apart from it.")


def test_a_sweep_without_comparisons_says_so(sweep_report: SweepReport) -> None:
    title, lines = first_words(sweep_report.variants, (), (), CompareSettings())
    assert title.startswith("Nothing was compared")
    assert lines == ()
