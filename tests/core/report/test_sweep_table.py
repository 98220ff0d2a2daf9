"""The table of a sweep as text: Markdown, JSON, and what a sentence may say."""

import csv
import dataclasses
import json
from pathlib import Path

import pytest

from byeori import DataError
from byeori.comparison import CompareSettings
from byeori.report import Report, to_json
from byeori.report.formats import signed
from byeori.report.html import render_sweep_html
from byeori.report.serialise import sweep_from_json, sweep_to_json
from byeori.report.sweep import SweepReport, first_words
from byeori.report.sweep.ablation import ablation
from byeori.report.sweep.markdown import render_sweep_markdown
from byeori.report.write import write_sweep_files


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


def test_the_ablation_has_every_model_by_every_metric_with_marks(sweep_report: SweepReport) -> None:
    table = ablation(sweep_report)
    assert table.fields == ("method",)
    assert [(row.name, row.settings) for row in table.rows] == [
        ("lora", ("lora",)),
        ("ia3", ("ia3",)),
    ]
    column = table.metrics.index(("choice", "accuracy"))
    lora, ia3 = (row.cells[column] for row in table.rows)
    assert (lora.marks, lora.standing) == ("***", "★")
    assert ia3.standing == ""  # these items do tell it apart
    summary = table.metrics.index(("choice", "macro-f1"))
    assert [row.cells[summary].marks for row in table.rows] == ["", ""]  # no test, no mark
    page = render_sweep_html(sweep_report)
    assert "All models, all metrics" in page
    assert f"{signed(lora.comparison.difference.value)}*** ★" in page


def test_a_sweep_keeps_its_table_as_csv_and_its_plots_as_svg(
    sweep_report: SweepReport, tmp_path: Path
) -> None:
    write_sweep_files(sweep_report, tmp_path)
    text = (tmp_path / "tables" / "comparisons.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == len(sweep_report.rows)
    first = next(r for r in rows if (r["variant"], r["metric"]) == ("lora", "accuracy"))
    assert (first["method"], first["marks"], first["standing"]) == ("lora", "***", "★")
    assert (tmp_path / "figures" / "choice-accuracy-1.svg").is_file()
