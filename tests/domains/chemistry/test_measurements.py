"""Values with the conditions they were measured under."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_chemistry.measurements import parse_measurement, same_measurement
from byeori_plugins.text import UnitError


@pytest.mark.parametrize(
    ("text", "value", "conditions", "reference"),
    [
        ("62 mS cm−1 at 80 °C", "62.0 millisiemens / centimeter", ["temperature 80.0"], ""),
        ("62 mS/cm (80 °C, 95 % RH)", "62.0 millisiemens / centimeter",
         ["temperature 80.0", "humidity 95.0"], ""),
        ("35 % in 1 M KOH at 60 °C", "35.0 percent",
         ["[substance] / [length] ** 3 1.0", "temperature 60.0"], ""),
        ("0.9 V vs. RHE", "0.9 volt", [], "rhe"),
        ("0.197 V (vs. Ag/AgCl)", "0.197 volt", [], "ag/agcl"),
        (r"$62\,\mathrm{mS\,cm^{-1}}$ at $80\,^\circ\mathrm{C}$",
         "62.0 millisiemens / centimeter", ["temperature 80.0"], ""),
        ("(2.1 ± 0.1) mmol g−1", "2.1 millimole / gram", [], ""),
        ("1,200 h", "1200.0 hour", [], ""),
        ("62 (mS/cm)", "62.0 millisiemens / centimeter", [], ""),
        ("41 % for membrane 2", None, [], ""),
    ],
)  # fmt: skip
def test_a_value_and_its_conditions_are_told_apart(text, value, conditions, reference) -> None:
    if value is None:
        with pytest.raises(UnitError):
            parse_measurement(text)
        return
    found = parse_measurement(text)
    assert f"{found.value.low} {found.value.unit}" == value
    assert [f"{one.kind} {one.quantity.low}" for one in found.conditions] == conditions
    assert found.reference == reference


@pytest.mark.parametrize(
    ("found", "right", "same"),
    [
        ("0.05 S/cm", "50 mS cm−1", True),
        ("2.1 meq/g", "2.1 mmol g⁻¹", True),
        ("50 mS/cm (353 K)", "50 mS cm−1 at 80 °C", True),
        ("50 mS/cm at 60 °C", "50 mS cm−1 at 80 °C", False),
        ("50 mS/cm", "50 mS cm−1 at 80 °C", False),
        ("50 mS/cm at 80 °C", "50 mS cm−1", True),
        ("0.9 V vs. RHE", "0.9 V vs. SHE", False),
        ("0.9 V", "0.9 V vs. SHE", True),
        ("20-30 %", "20–30%", True),
        ("20-40 %", "20–30%", False),
        ("35", "35 %", False),
        ("35 %", "0.35", False),
        ("high", "High", True),
        ("high", "50 mS/cm", False),
        ("1.2 V", "1.2 A", False),
    ],
)
def test_values_are_the_same_in_any_unit_under_the_same_conditions(found, right, same) -> None:
    assert same_measurement(found, right, 0.01) is same


def test_conditions_can_be_left_out_of_the_comparison() -> None:
    assert same_measurement("50 mS/cm", "50 mS cm−1 at 80 °C", 0.01, conditions=False)


@given(st.text(max_size=40))
def test_any_text_is_a_measurement_or_none(text: str) -> None:
    with suppress(UnitError):
        assert parse_measurement(text).value is not None


@given(
    st.floats(0.01, 1e4).map(lambda x: round(x, 2)),
    st.sampled_from(["mS/cm", "%", "mmol g−1", "A mgPt−1"]),
    st.integers(-50, 900),
)
def test_a_value_is_the_same_as_itself(number: float, unit: str, degrees: int) -> None:
    text = f"{number} {unit} at {degrees} °C"
    assert same_measurement(text, text, 0)
    assert not same_measurement(f"{number} {unit} at {degrees + 20} °C", text, 0.01)
