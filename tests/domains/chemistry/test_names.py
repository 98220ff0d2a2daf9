"""Names and formulas of compounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_chemistry.names import normal_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("H₂SO₄", "H2SO4"),
        ("NaCl", "ClNa"),
        ("OH⁻", "OH-"),
        ("$\\mathrm{Fe^{3+}}$", "Fe3+"),
        ("\\ce{H2O}", "H₂O"),
        ("CuSO4·5H2O", "CuSO4⋅5H2O"),
        ("Poly(phenylene oxide)", "poly(phenylene-oxide)"),
        ("α-MnO2", "alpha-MnO2"),
        ("sulphuric acid", "Sulfuric acid"),
        ("aluminum oxide", "Aluminium oxide"),
        ("La0.8Sr0.2MnO3", "La₀.₈Sr₀.₂MnO₃"),
        ("2‐propanol", "2-propanol."),
    ],
)
def test_two_ways_to_write_one_compound_are_one(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Co", "CO"),
        ("C2H4O2", "CH3COOH"),  # several compounds have the first
        ("Fe2+", "Fe3+"),
        ("1-butene", "2-butene"),
        ("NO2", "N2O"),
        ("NO2-", "NO2"),
    ],
)
def test_different_compounds_stay_different(one: str, other: str) -> None:
    assert normal_name(one) != normal_name(other)


@given(st.lists(st.text("abcdefghilmnoprstuy", min_size=2, max_size=8), min_size=1, max_size=4))
def test_case_spaces_and_hyphens_make_no_other_name(parts: list[str]) -> None:
    assert normal_name("-".join(parts)) == normal_name(" ".join(parts).upper().lower())
    assert normal_name(" ".join(parts)) == normal_name("".join(parts))


@given(st.text(max_size=30))
def test_any_text_has_a_name(text: str) -> None:
    assert " " not in normal_name(text)
