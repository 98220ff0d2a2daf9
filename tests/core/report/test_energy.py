"""The energy of a whole run in its report: a sum with a range, or that there is none."""

import csv
import dataclasses
import io

import pytest

from byeori.report import Report, Timing
from byeori.report.csv_tables import csv_tables
from byeori.report.energy import energy_total, energy_words
from byeori.report.html import render_html

STAGES = (
    Timing("documents", 2.0),
    Timing("lora", 60.0, measured={"energy_joules": 3000.0}),
    Timing("scores.exam.base", 40.0, True, {"energy_joules": 1000.0, "rows": 3}),
)


def test_the_total_is_the_sum_of_the_stages_with_a_range_and_what_is_left_out() -> None:
    total = energy_total(STAGES)
    assert total is not None
    assert (total.joules, total.low, total.high) == pytest.approx((4000, 3800, 4200))
    assert (total.counted, total.stages, total.seconds_counted, total.seconds) == (2, 3, 100, 102)
    words = energy_words(STAGES)
    assert words.startswith("0.00111 kWh (0.00106 kWh to 0.00117 kWh, if the counters are off by 5")
    assert "40 W on average; 1 of 3 stages (2.0 s) have no figure and are not in it" in words
    assert "no figure" not in energy_words(STAGES[1:])
    assert energy_words([Timing("lora", 1.0, measured={"energy_joules": 7.5})]).startswith("7.5 J")


def test_without_a_counter_the_report_says_that_nothing_was_measured(report: Report) -> None:
    assert energy_total(report.timings) is None
    assert "energy.csv" not in csv_tables(report)
    page = render_html(report)
    assert "Energy of all stages" in page
    assert "not measured: no counter of energy could be read" in page
    measured = dataclasses.replace(report, timings=STAGES)
    assert "0.00111 kWh" in render_html(measured)
    (row,) = csv.DictReader(io.StringIO(csv_tables(measured)["energy.csv"].lstrip("\ufeff")))
    assert (float(row["joules"]), float(row["high"])) == (4000.0, 4200.0)
