"""What printed figures are, and when ours count as reproduced."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.reproduction import (
    Above,
    Estimate,
    Experiment,
    Figure,
    NotRunnable,
    Ours,
    Place,
    PrintedDigits,
    Rule,
    SameDirection,
    SameSettings,
    SameText,
    WithinInterval,
    decimals,
    printed_number,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-0.884651737", "-0.884651737"),
        ("\u22120.88", "-0.88"),
        ("57.16 %", "57.16"),
        ("1.08%p", "1.08"),
        ("30,776", "30776"),
        ("3e-4", "0.0003"),
        ("2.20 (0.36)", "2.20"),
        ("2.20 ± 0.36", "2.20"),
        (" .5 ", "0.5"),
    ],
)
def test_figures_are_read_as_papers_print_them(text: str, number: str) -> None:
    assert printed_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "-", "N/A", "Linear", "Llama2 – 7B", "1.2.3", "1,23", "%"])
def test_a_text_is_no_figure(text: str) -> None:
    assert printed_number(text) is None


@given(st.decimals(-1e6, 1e6, places=4))
def test_every_decimal_is_read_back_with_its_places(number: Decimal) -> None:
    assert printed_number(str(number)) == number
    assert decimals(number) == 4


def table(rows: Mapping[str, tuple[str, ...]], columns: tuple[str, ...]) -> Experiment:
    return Experiment(
        table="Table 1", shows="Something.", columns=columns, rows=rows, ours=NotRunnable("no")
    )


def mark(rule: Rule, printed: str, figure: Figure) -> str:
    experiment = table({"row": (printed,)}, ("column",))
    found = rule.decide(experiment, Ours({("row", "column"): figure}))
    return found["row", "column"].mark if found else ""


@given(st.decimals(-100, 100, places=3))
def test_what_rounds_to_the_printed_digits_is_reproduced_and_the_next_unit_is_not(
    number: Decimal,
) -> None:
    for off, expected in (
        ("0", "reproduced"),
        ("0.00049", "reproduced"),
        ("-0.00049", "reproduced"),
        ("0.00051", "different"),
        ("-0.001", "different"),
    ):
        ours = Estimate(float(number + Decimal(off)))
        assert mark(PrintedDigits(), f"{number:f}", ours) == expected


def test_more_printed_digits_ask_for_more() -> None:
    assert mark(PrintedDigits(), "0.40", Estimate(0.399361359)) == "reproduced"
    assert mark(PrintedDigits(), "0.400", Estimate(0.399361359)) == "different"


def test_nothing_is_said_of_a_cell_in_which_the_paper_prints_nothing() -> None:
    assert mark(PrintedDigits(), "", Estimate(1.0)) == ""


@pytest.mark.parametrize(
    ("printed", "ours", "expected"),
    [
        ("3e-4", Estimate(0.0003), "reproduced"),
        ("Linear", "linear", "reproduced"),
        ("5 %", Estimate(0.05), "reproduced"),
        ("5 %", Estimate(5.0), "reproduced"),
        ("32", Estimate(16.0), "different"),
        ("cosine", "linear", "different"),
        ("32", "32", "reproduced"),
    ],
)
def test_settings_are_compared_by_what_they_mean(printed: str, ours: Figure, expected: str) -> None:
    assert mark(SameSettings(), printed, ours) == expected


def test_texts_are_compared_word_for_word_whatever_the_lines() -> None:
    assert mark(SameText(), "one two\n\nthree", "one two three\n") == "reproduced"
    experiment = table({"row": ("one two four",)}, ("column",))
    (verdict,) = SameText().decide(experiment, Ours({("row", "column"): "one ### two"})).values()
    assert (verdict.mark, verdict.why) == ("different", "… ### two instead of … two four")


def test_a_printed_figure_must_lie_within_our_interval() -> None:
    ours = Estimate(0.5, 0.4, 0.6)
    assert mark(WithinInterval(), "0.41", ours) == "reproduced"
    assert mark(WithinInterval(), "0.39", ours) == "different"
    assert mark(WithinInterval(), "0.5", Estimate(0.5)) == "different"


def differing(low: float, high: float) -> Callable[[Place, Place], Estimate]:
    return lambda one, other: Estimate((low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("base", "tuned", "interval", "expected"),
    [
        ("2.2", "2.6", (0.1, 0.3), "reproduced"),
        ("2.2", "2.6", (-0.3, -0.1), "different"),
        ("2.2", "2.6", (-0.1, 0.3), "different"),
        ("2.6", "2.2", (-0.3, -0.1), "reproduced"),
        ("2.2", "2.2", (-0.1, 0.3), "reproduced"),
        ("2.2", "2.2", (0.1, 0.3), "different"),
    ],
)
def test_a_direction_is_reproduced_where_our_interval_lies_on_the_same_side(
    base: str, tuned: str, interval: tuple[float, float], expected: str
) -> None:
    experiment = table({"Mean": (base, tuned)}, ("FM", "Tuned"))
    figures = {("Mean", "FM"): Estimate(0.0), ("Mean", "Tuned"): Estimate(0.2)}
    ours = Ours(figures, {}, differing(*interval))
    (decided,) = SameDirection(against="FM").decide(experiment, ours).items()
    assert (decided[0], decided[1].mark) == (("Mean", "Tuned"), expected)
    assert "the paper's difference is" in decided[1].why


def test_rows_may_be_set_against_a_row_and_one_without_a_figure_is_left_out() -> None:
    rows = {"none": ("0.1",), "Korean": ("0.2",), "GPT-4": ("0.9",)}
    figures = {("none", "F1"): Estimate(0.1), ("Korean", "F1"): Estimate(0.2)}
    ours = Ours(figures, {("GPT-4", "F1"): "a closed model"}, differing(0.05, 0.15))
    found = SameDirection(against="none").decide(table(rows, ("F1",)), ours)
    assert {place: verdict.mark for place, verdict in found.items()} == {
        ("Korean", "F1"): "reproduced"
    }


@pytest.mark.parametrize(
    ("low", "expected"), [(0.05, "reproduced"), (-0.05, "different"), (-0.2, "different")]
)
def test_an_order_that_the_text_tells_is_reproduced_where_every_difference_is_above_zero(
    low: float, expected: str
) -> None:
    rows = {"Dolly": ("worst",), "GPT-4-LLM": ("best of the single sets",), "all": ("best",)}
    figures = {(row, "Overall"): Estimate(0.1) for row in rows}
    rule = Above(above={"all": ("GPT-4-LLM", "Dolly"), "GPT-4-LLM": ("Dolly",)})

    def difference(one: Place, other: Place) -> Estimate:
        return Estimate(0.1, low if other[0] == "Dolly" else 0.01, 0.3)

    found = rule.decide(table(rows, ("Overall",)), Ours(figures, {}, difference))
    assert {place[0]: verdict.mark for place, verdict in found.items()} == {
        "GPT-4-LLM": expected,
        "all": expected,
    }
    assert found["all", "Overall"].why.startswith("over GPT-4-LLM: +0.1 [+0.01, +0.3], over Dolly")


def test_a_difference_without_an_interval_is_never_called_reproduced() -> None:
    experiment = table({"Mean": ("1", "2")}, ("FM", "Tuned"))
    figures = {("Mean", "FM"): Estimate(1.0), ("Mean", "Tuned"): Estimate(2.0)}
    found = SameDirection(against="FM").decide(experiment, Ours(figures))
    assert found["Mean", "Tuned"].mark == "different"


def test_a_table_whose_rows_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="row 'a' has 1 cells; the table has 2 columns"):
        table({"a": ("1",)}, ("x", "y"))
    with pytest.raises(ValueError, match="label 'a' twice"):
        table({"a": ("1",)}, ("a",))
    with pytest.raises(ValueError, match="has no cells"):
        table({}, ("a",))
