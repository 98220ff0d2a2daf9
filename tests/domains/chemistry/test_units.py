"""Chemistry's units against CODATA, IUPAC and the definitions that papers give."""

import json

import pytest
from scipy import constants

from byeori_chemistry.units import CHEMISTRY
from byeori_plugins.text import UnitError, Units, parse_unit, same_kind


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("1 meq/g", "1 mmol g−1"),
        ("0.44 A mgPt−1", "440 A/gPt"),
        ("2 mL gcat−1 h−1", "2 mL g_cat^-1 h^-1"),
        ("20 LMH", "20 L m−2 h−1"),
        ("1000 GPU", "1000 barrer/µm"),
        ("60 mV dec⁻¹", "0.06 V/dec"),
        ("98 % ee", "98 %"),
        ("95% RH", "95 %"),
        ("1 M", "1 mol/L"),
        ("80 °C", "353.15 K"),
        ("1.5 S·cm²·mol⁻¹", "1.5e-4 S m2 mol-1"),
    ],
)
def test_units_of_chemistry_mean_what_chemists_mean(written: str, same_as: str) -> None:
    one, other = CHEMISTRY.parse_quantity(written), CHEMISTRY.parse_quantity(same_as)
    assert same_kind(one.unit, other.unit)
    assert one.converted(one.low, other.unit) == pytest.approx(other.low, rel=1e-6)


def test_a_barrer_is_what_the_gas_law_makes_of_it() -> None:
    molar_volume = constants.R * 273.15 / 101_325  # m3/mol
    cm3_stp = 1e-6 / molar_volume
    pascal = 101_325 / 76  # of a centimetre of mercury
    barrer = 1e-10 * cm3_stp * 1e-2 / 1e-4 / pascal
    found = CHEMISTRY.parse_quantity("1 barrer").converted(1, CHEMISTRY.parse_unit("mol/m/s/Pa"))
    assert found == pytest.approx(barrer, rel=1e-4)


def test_what_chemistry_defines_is_known_to_chemistry_alone() -> None:
    with pytest.raises(UnitError, match="barrer"):
        parse_unit("barrer")
    assert not same_kind(CHEMISTRY.parse_unit("mV/dec"), CHEMISTRY.parse_unit("mV"))


@pytest.mark.parametrize("wrong", ["barrer", "x = nonsense / s", "= m"])
def test_a_definition_that_cannot_be_read_is_named(wrong: str) -> None:
    with pytest.raises(UnitError, match="defines no unit"):
        Units((wrong,)).parse_unit("m")


def test_the_units_of_chemistry_problems_are_known(shared_data) -> None:
    """SciBench's; what is none is a word or LaTeX that is not only a unit."""
    from byeori_plugins.text import plain_of_latex

    read, unread = 0, []
    for name in ("atkins", "chemmc", "matter", "quan"):
        for row in json.loads(shared_data("scibench", f"{name}.json").read_text(encoding="utf-8")):
            unit = plain_of_latex(row["unit"])
            try:
                CHEMISTRY.parse_unit(
                    unit.split("10^")[-1].partition(" ")[2] if "10^" in unit else unit
                )
                read += 1
            except UnitError:
                unread.append(row["unit"])
    assert read > 150
    assert len(unread) < 0.05 * read, unread
