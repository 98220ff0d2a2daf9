"""Quantities as papers write them; what the units mean is pint's."""

import csv
from contextlib import suppress

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_plugins.text.units import (
    UnitError,
    Units,
    parse_quantity,
    parse_unit,
    same_kind,
)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("1.5 mS cm−1", 1.5, 1.5, "mS/cm"),
        ("1.5 mS·cm⁻¹", 1.5, 1.5, "mS/cm"),
        ("1.2 (mS/cm)", 1.2, 1.2, "mS/cm"),
        ("0.7 Acm−2", 0.7, 0.7, "A/cm**2"),
        ("0.3 Ω·cm2", 0.3, 0.3, "ohm*cm**2"),
        ("3.2 × 10⁻³ S/cm", 0.0032, 0.0032, "S/cm"),
        ("1.3e-5 S/cm", 1.3e-5, 1.3e-5, "S/cm"),
        ("20–30 %", 20, 30, "percent"),
        ("4 % (w/w)", 4, 4, "percent"),
        ("35 wt%", 35, 35, "percent"),
        ("5 ± 1 nm", 5, 5, "nm"),
        ("(5 ± 1) nm", 5, 5, "nm"),
        ("1,200 h", 1200, 1200, "hour"),
        ("−20 °C", -20, -20, "degC"),
        ("800℃", 800, 800, "degC"),
        ("between 650 and 850°C", 650, 850, "degC"),
        ("from about 0.8 to 1.5 A cm−2", 0.8, 1.5, "A/cm**2"),
        ("2.1 mmol g−1", 2.1, 2.1, "mmol/g"),
        ("850-nm-thick", 850, 850, "nm"),
        ("5 g/(m2 h)", 5, 5, "g/m**2/hour"),
        (".5 V", 0.5, 0.5, "V"),
        ("7", 7, 7, ""),
    ],
)
def test_values_are_read_as_pint_would_write_them(text, low, high, unit):
    quantity = parse_quantity(text)
    assert (quantity.low, quantity.high) == pytest.approx((low, high))
    assert str(quantity.unit) == str(pint.UnitRegistry().parse_units(unit))


def test_an_equivalent_is_a_mole():
    assert same_kind(parse_unit("meq/g"), parse_unit("mmol g^-1"))
    assert parse_quantity("2 meq/g").within(parse_unit("mmol/g"), 2, 2)


@pytest.mark.parametrize(
    "text", ["", "-", "high", "5 foo", "mS/cm", "1.2.3 V", "§", "3 × 100 g", "3 x 1000 m"]
)
def test_what_is_no_quantity_is_said(text):
    with pytest.raises(UnitError):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "unit", "low", "high", "within"),
    [
        ("45 mS/cm", "S/cm", 0, 0.05, True),
        ("45 mS/cm", "S/cm", 0, 0.04, False),
        ("20-30 °C", "K", 293, 304, True),
        ("20-30 °C", "K", 294, None, False),
        ("35 %", "%", None, 100, True),
    ],
)
def test_bounds_are_compared_in_one_unit(text, unit, low, high, within):
    assert parse_quantity(text).within(parse_unit(unit), low, high) is within


@given(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), st.sampled_from(["mS/cm", "%", "°C", "nm"]))
def test_what_is_written_is_read_again(number, unit):
    quantity = parse_quantity(f"{number:f} {unit}")
    assert quantity.low == quantity.high == pytest.approx(number)


@given(st.text(max_size=30))
def test_any_text_is_a_quantity_or_none(text):
    with suppress(UnitError):
        assert parse_quantity(text).low is not None


def test_values_that_annotators_marked_in_real_papers_are_read(shared_data):
    """In SOFC-Exp; a few are no single quantity, such as `31 mΩ·cm2/1000 h`."""
    read, unread = 0, []
    for file in sorted(shared_data("sofc_exp", "annotations", "frames").glob("*.csv")):
        text = shared_data("sofc_exp", "texts", f"{file.stem}.txt").read_text(encoding="utf-8")
        lines = text.split("\n")
        with file.open(encoding="utf-8") as rows:
            spans = [r for r in csv.reader(rows, delimiter="\t") if r[:1] == ["SPAN"]]
        for _, _, kind, line, start, end, *_ in spans:
            value = lines[int(line) - 1][int(start) : int(end)]
            if kind != "VALUE" or not value[:1].isdigit():  # offsets of some files have shifted
                continue
            try:
                parse_quantity(value)
                read += 1
            except UnitError:
                unread.append(value)
    assert read > 1000
    assert len(unread) < 0.03 * read, unread


def test_a_field_defines_units_of_its_own_and_no_one_else_gets_them():
    units = Units(("smoot = 1.7018 m", "clap = smoot / second"))
    assert units.parse_quantity("2 clap").converted(2, units.parse_unit("m/s")) == pytest.approx(
        3.4036
    )
    assert units == Units(("smoot = 1.7018 m", "clap = smoot / second"))
    with pytest.raises(UnitError, match="smoot"):
        parse_unit("smoot")
