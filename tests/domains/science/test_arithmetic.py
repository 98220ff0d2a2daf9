"""Worked arithmetic with units: expressions, equations, final answers."""

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_science.problems.answers import (
    final_answer,
    problem_with,
    quantity,
    right_answer,
    right_unit,
)
from byeori_science.problems.equations import equations
from byeori_science.problems.expressions import NotArithmetic, value_of

REGISTRY = pint.UnitRegistry(cache_folder=None)
NUMBERS = st.integers(min_value=1, max_value=999).map(str)
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_an_expression_of_numbers_has_the_value_that_python_gives_it(text: str) -> None:
    try:
        expected = eval(text)  # digits, operators and brackets alone
    except ZeroDivisionError:
        with pytest.raises(NotArithmetic):
            value_of(text)
        return
    assert float(value_of(text).magnitude) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2.0 mol × 22.4 L/mol", 44.8, "L"),
        ("(5.0 g + 3.0 g) / 18.0 g/mol", 8 / 18, "mol"),
        ("18.0 g ÷ 9.0 g/mol", 2, "mol"),
        ("8.314 J/(mol K) × 300 K", 2494.2, "J/mol"),
        ("8.314 J mol−1 K−1 × 300 K", 2494.2, "J/mol"),
        ("3.2 × 10⁻³ S/cm × 2 cm", 6.4e-3, "S"),
        ("1,200 J / 4", 300, "J"),
        ("-(2 + 3) kg", -5, "kg"),
        ("5-3", 2, ""),
        ("11 × 1 e", 11, "elementary_charge"),
    ],
)
def test_units_are_computed_with(text: str, value: float, unit: str) -> None:
    found = value_of(text)
    right = REGISTRY.Quantity(value, unit)
    same = REGISTRY.Quantity(found.magnitude, str(found.units)).to(right.units)
    assert same.magnitude == pytest.approx(right.magnitude)


@pytest.mark.parametrize("text", ["m / M", "", "2 mol + 3 g", "25 °C + 3", "(2 + 3", "2 nonsense"])
def test_what_is_no_arithmetic_is_told_apart(text: str) -> None:
    with pytest.raises(NotArithmetic):
        value_of(text)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("n = 9.0 g / 18.0 g/mol = 0.50 mol.", [True]),
        ("so there are 3 × 2 mol = 6 mol in the flask", [True]),
        ("따라서 전하량은 11 × 1 e = 11 e입니다.", [True]),
        ("2 × 3 = 7이다.", [False]),
        ("1 h = 3600 s", [True]),
        ("work = 2.0 atm × 3.0 L = 6.0 J", [False]),
        ("x = m × 5 g = 5 g", []),  # a symbol
        ("2 c^2 = 1", []),  # a symbol that is a unit too
        (r"$2.0 \mathrm{~eV} = 3.20 \times 10^{-19} \mathrm{~J}$", [True]),
        ("1/3 = 0.33", [True]),  # rounded
        ("1/3 = 0.31", [False]),
        ("no equation, 5 g", []),
    ],
)
def test_equations_that_can_be_computed_are_found_and_checked(text: str, holds: list[bool]) -> None:
    assert [one.holds for one in equations(text)] == holds


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.sampled_from(["", " g", " mol", " e"]))
def test_a_wrong_result_is_always_seen(one: int, other: int, unit: str) -> None:
    (right,) = equations(f"Thus {one}{unit} + {other}{unit} = {one + other}{unit}.")
    (wrong,) = equations(f"Thus {one}{unit} + {other}{unit} = {2 * (one + other)}{unit}.")
    assert right.holds
    assert not wrong.holds


@pytest.mark.parametrize(
    ("text", "final"),
    [
        ("2 + 2 = 4\nAnswer: 4 mol", "4 mol"),
        ("풀이: 3 mol\n답: 4 mol", "4 mol"),
        ("정답은 4 mol이다.", "4 mol이다."),
        ("We get \\boxed{4 \\text{ mol}} at last, as 1 = 1.", "4 \\text{ mol}"),
        ("It is 3 g.\nSo 4 g.\nThat is all.", "So 4 g."),
        ("I do not know.", ""),
    ],
)
def test_the_final_answer_is_found(text: str, final: str) -> None:
    assert final_answer(text) == final


def test_answers_are_right_in_any_unit_of_the_kind() -> None:
    right = quantity("0.366", r"$\mathrm{dm}^3 \mathrm{~mol}^{-1}$")
    assert right_answer("0.366 L/mol", right)
    assert right_answer("366 cm3/mol", right)
    assert not right_answer("0.366", right)  # no unit
    assert not right_answer("0.366 g/mol", right)
    assert not right_answer("0.466 L/mol", right)
    assert right_unit("0.466 L/mol", right)
    assert not right_unit("0.366 mol", right)
    assert right_answer("x is about 12", quantity(12))


def test_what_is_wrong_with_a_problem_is_said() -> None:
    assert problem_with("6", "mol", "We have 2 × 3 mol = 6 mol, as 1 mol is 18 g.", 0.02) == ""
    assert "no number" in problem_with("six", "mol", "", 0.02)
    assert "does not give" in problem_with("6", "mol", "6 mol or not.\nAnswer: 5 mol", 0.02)
