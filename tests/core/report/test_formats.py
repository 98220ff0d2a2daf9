"""Numbers and texts as a report writes them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.report import LossPoint, TuningSummary
from byeori.report.formats import duration, number, p_value, signed, ticks, visible
from byeori.report.plots import loss_plot


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, "0.000"), (0.8333, "0.833"), (-1.5, "−1.500"), (12345.6, "1.23e+04")],
)
def test_numbers_have_few_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_small_number_never_reads_as_zero() -> None:
    assert number(0.00012) == "0.00012"
    assert signed(0.5) == "+0.500"


@pytest.mark.parametrize(
    ("p", "text"),
    [(None, "–"), (1e-30, "p < 0.0001"), (0.0493, "p = 0.0493"), (0.4, "p = 0.400")],
)
def test_p_values_are_never_zero(p: float | None, text: str) -> None:
    assert p_value(p).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations_are_readable(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_and_inside(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert len(found) <= 8
    assert all(low - 1e-6 * span - 1e-9 <= t <= low + span * (1 + 1e-6) + 1e-9 for t in found)


@given(st.text(st.characters(exclude_categories=())))
def test_visible_text_can_be_encoded_and_has_no_direction_marks(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not set(shown) & set("\x00\x1b\u200e\u202a\u202e\u2066\u2069\ufeff")


@pytest.mark.parametrize("text", ["벼리다: 날을 세우다", "naïve\n\ttext", "👩\u200d🔬"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def tuning(*losses: LossPoint) -> TuningSummary:
    return TuningSummary(id="lora", method="lora", config={}, losses=losses)


def test_a_loss_curve_lies_within_its_plot() -> None:
    plot = loss_plot(tuning(*(LossPoint(s, 5 / s, 6 / s if s % 2 else None) for s in range(1, 20))))
    assert plot is not None
    assert [series.name for series in plot.series] == ["training", "validation"]
    for series in plot.series:
        numbers = [float(x) for x in series.path.replace("M", "").replace("L", "").split()]
        assert all(0 <= x <= 100 for x in numbers)


@pytest.mark.parametrize("losses", [[], [LossPoint(1)], [LossPoint(1, math.nan)]])
def test_without_losses_there_is_no_curve(losses: list[LossPoint]) -> None:
    assert loss_plot(tuning(*losses)) is None


def test_one_step_and_a_loss_of_zero_can_be_drawn() -> None:
    assert loss_plot(tuning(LossPoint(0, 0.0))) is not None
