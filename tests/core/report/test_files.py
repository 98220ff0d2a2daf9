"""Figures as SVG files and tables as CSV: readable by others, true to the report, inert."""

import csv
import dataclasses
import io
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, Score
from byeori.cli.tables import estimate as cell
from byeori.comparison import CompareSettings, Estimate, compare
from byeori.diagnostics import Diagnostic
from byeori.report import Report, Scale, find_scales, make_headline, model_card
from byeori.report.csv_tables import as_csv, csv_tables
from byeori.report.figures import figure_files, radars
from byeori.report.html import render_html
from byeori.report.markdown import render_markdown
from byeori.report.scoreboard import mark, scoreboard

SVG = "{http://www.w3.org/2000/svg}"
SCALES = {"overall": (1, 5), "interest": (1, 3), "naturalness": (1, 3), "use": (0, 1)}
MEANS = {"base": 0.25, "lora": 0.75, "ia3": 0.5}


def judged() -> list[Score]:
    """Every model a quarter of the way up, half way, three quarters: on each scale, on average."""
    return [
        Score(
            item_id=f"{n}",
            model=model,
            evaluator="judge",
            metric=metric,
            value=low + (high - low) * (share + (0.2 if n % 2 else -0.2)),
            metadata={"scale": [low, high]},
        )
        for model, share in MEANS.items()
        for metric, (low, high) in SCALES.items()
        for n in range(40)
    ]


@pytest.fixture(scope="module")
def rubric(report: Report) -> Report:
    scores = judged()
    return dataclasses.replace(
        report,
        comparisons=tuple(compare(scores, CompareSettings(), seed=1)),
        scales=tuple(find_scales(scores)),
    )


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_a_radar_rescales_every_scale_to_the_same_hundred(rubric: Report) -> None:
    (radar,) = radars(rubric.comparisons, rubric.scales)
    assert [scale.metric for scale in radar.scales] == list(SCALES)
    for outline in radar.outlines:
        assert [v.value for v in outline.values] == pytest.approx([100 * MEANS[outline.model]] * 4)
        assert all(v.low < v.value < v.high for v in outline.values)
        assert len(outline.whiskers) == len(SCALES)
    top, right, bottom, left = radar.outlines[1].dots
    assert top == pytest.approx((230, 230 - 0.75 * 150))
    assert right == pytest.approx((230 + 0.75 * 150, 230))
    assert bottom == pytest.approx((230, 230 + 0.75 * 150))
    assert left == pytest.approx((230 - 0.75 * 150, 230))
    page = render_html(rubric)
    assert "Scales of judge" in page
    assert radar.summary.startswith("base: overall 25, interest 25")
    assert radar.summary in page


def test_a_scale_without_a_result_is_no_axis_and_two_axes_are_no_radar(rubric: Report) -> None:
    lost = [
        dataclasses.replace(c, dropped=20, unscored_tuned=20) if c.metric == "use" else c
        for c in rubric.comparisons
    ]
    (radar,) = radars(lost, rubric.scales)
    assert [scale.metric for scale in radar.scales] == ["overall", "interest", "naturalness"]
    assert radars(rubric.comparisons, rubric.scales[:2]) == []


@pytest.mark.parametrize("said", [[1, 1], [3, 1], "1-3", [1], [1, "3"]])
def test_scores_of_one_metric_name_one_scale(said: object) -> None:
    one = Score(item_id="a", metric="m", value=1.0, evaluator="j", metadata={"scale": [1, 3]})
    with pytest.raises(DataError, match="must name one scale"):
        list(find_scales([one, dataclasses.replace(one, metadata={"scale": said})]))
    assert list(find_scales([one])) == [Scale(evaluator="j", metric="m", minimum=1, maximum=3)]


def test_every_figure_is_a_file_that_reads_as_xml_and_fetches_nothing(rubric: Report) -> None:
    files = figure_files(rubric)
    assert {"radar-judge.svg", "loss-lora.svg", "loss-ia3.svg"} < set(files)
    assert sum(name.startswith("differences-") for name in files) == 4  # four scales
    for name, text in files.items():
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg", name
        assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text
        assert "href" not in text and "url(" not in text and "<script" not in text
    whiskers = files["radar-judge.svg"].count('class="whisker"')
    assert whiskers == len(MEANS) * len(SCALES)


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_name_stays_a_text_in_a_figure(report: Report, name: str) -> None:
    comparison = dataclasses.replace(report.comparisons[0], evaluator=name, model=name)
    bare = dataclasses.replace(report, comparisons=(comparison,), tunings=())
    (text,) = figure_files(bare).values()
    ElementTree.fromstring(text.encode())


def test_tables_hold_the_figures_with_all_their_digits(report: Report) -> None:
    tables = csv_tables(report)
    for row, c in zip(rows(tables["comparisons.csv"]), report.comparisons, strict=True):
        assert (row["evaluator"], row["metric"], row["model"]) == (c.evaluator, c.metric, c.model)
        assert float(row["difference_value"]) == c.difference.value
        assert float(row["difference_low"]) == c.difference.low
        assert (row["p_adjusted"] or None) == (str(c.test.p_adjusted) if c.test else None)
    assert [row["documents"] for row in rows(tables["sources.csv"])] == ["100", "18"]
    assert len(rows(tables["losses.csv"])) == sum(len(t.losses) for t in report.tunings)
    assert rows(tables["time.csv"])[1]["seconds"] == "83.4"
    assert "costs.csv" not in tables
    bias = Diagnostic(name="length bias", value=0.2, unit="Spearman's rho", count=40)
    judged = dataclasses.replace(report, diagnostics={"judge": (bias,)})
    (row,) = rows(csv_tables(judged)["trust.csv"])
    assert (row["evaluator"], row["name"], row["value"]) == ("judge", "length bias", "0.2")


def test_a_text_is_never_a_formula_of_a_spreadsheet() -> None:
    (row,) = rows(as_csv([{"a": "=1+1", "b": "@x", "c": -0.5, "d": '벼리, "quoted"\nline'}]))
    assert row == {"a": "'=1+1", "b": "'@x", "c": "-0.5", "d": '벼리, "quoted"\nline'}
    assert as_csv([]) == ""


def test_the_board_has_a_row_for_each_metric_and_marks_what_the_corrected_test_found(
    report: Report,
) -> None:
    board = scoreboard(report.comparisons)
    assert board.models == ("lora", "ia3")
    assert [(row.evaluator, row.metric) for row in board.rows] == list(
        dict.fromkeys((c.evaluator, c.metric) for c in report.comparisons)
    )
    found = {c.test.p_adjusted: mark(c) for c in report.comparisons if c.test and not c.unreliable}
    for p, stars in found.items():
        assert stars == "***" * (p <= 0.001) or stars == "**" * (p <= 0.01) or p > 0.01
        assert (stars == "") == (p > 0.05)
    judge = next(row for row in board.rows if row.evaluator == "judge")
    assert not judge.shared  # unscored items differ from model to model
    assert "† largest set" in render_html(report)


def test_an_average_is_a_row_of_the_board_even_of_one_model_and_every_row_is_in_a_table(
    report: Report,
) -> None:
    alone = [c for c in report.comparisons if c.model == "lora"]
    one = dataclasses.replace(report, comparisons=tuple(alone))
    assert 'id="scores"' not in render_html(one)
    average = dataclasses.replace(alone[0], evaluator="average of 2", kind="average")
    averaged = dataclasses.replace(report, comparisons=(*alone, average))
    page = render_html(averaged)
    assert 'href="#scores"' in page
    assert re.search('<tr class="averaged"><th scope="row">average of 2', page)
    *_, row = rows(csv_tables(averaged)["scores.csv"])
    assert (row["evaluator"], row["average"]) == ("average of 2", "True")
    assert float(row["lora_low"]) == average.tuned.low
    assert row["lora_marks"] == mark(average)


def test_a_figure_without_an_interval_says_so_wherever_it_stands(report: Report) -> None:
    lone = Estimate(0.734)
    figures = {"baseline": lone, "tuned": lone, "difference": lone}
    bare = [  # what is said of power names a difference again that the headline gives
        dataclasses.replace(c, **figures, detectable_difference=None) for c in report.comparisons
    ]
    without = dataclasses.replace(
        report, comparisons=tuple(bare), headline=make_headline(bare), answers=()
    )
    page = re.sub(r"<(title|desc)[^>]*>.*?</\1>|aria-label=\"[^\"]*\"", "", render_html(without))
    shown = re.sub(r"<[^>]+>|\s+", " ", page)
    _, metadata, card = model_card(without, "lora").split("---\n", 2)
    assert metadata.count("0.734") >= metadata.count("interval unknown") > 0
    for text in (shown, render_markdown(without), card):
        for place in re.finditer(r"0\.734", text):
            assert "no interval" in text[place.start() : place.end() + 30]
    assert cell({"value": 0.734, "low": None, "high": None}) == "0.734 [no interval]"


def test_many_comparisons_are_folded_and_plotted_model_by_model(report: Report) -> None:
    many = [
        dataclasses.replace(c, evaluator=f"{c.evaluator}-{n}")
        for n in range(4)
        for c in report.comparisons
    ]
    large = dataclasses.replace(report, comparisons=tuple(many))
    page = render_html(large)
    assert f"All {len(many)} comparisons, one by one" in page
    assert len(re.findall("Differences of (lora|ia3)</summary>", page)) == 2
    assert {"differences-lora-1.svg", "differences-ia3-1.svg"} <= set(figure_files(large))
