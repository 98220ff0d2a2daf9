import json
from collections.abc import Callable
from pathlib import Path

import pytest

from byeori_plugins.text.quantities import plain_of_latex, readings


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        ("The pressure is 50.7 atm.", ["50.7 standard_atmosphere"]),
        ("약 5.0 × 10^-3 mol입니다", ["0.005 mole"]),
        ("from 3.1 V to 1,200 kJ mol−1", ["3.1 volt", "1200.0 kilojoule / mole"]),
        (r"$5.0 \times 10^{-3} \mathrm{~mol}$", ["0.005 mole"]),
        (r"$62\,\mathrm{mS\,cm^{-1}}$", ["62.0 millisiemens / centimeter"]),
        ("2.10  $10^{-16}$", ["2.1e-16 dimensionless"]),
        ("between -3 and 4.5", ["-3.0 dimensionless", "4.5 dimensionless"]),
        ("25°C, 7기압", ["25.0 degree_Celsius", "7.0 dimensionless"]),
        ("CO2 and H2O", []),
    ],
)
def test_numbers_are_found_in_text_with_their_units(text: str, longest: list[str]) -> None:
    found = [several[0] for several in readings(plain_of_latex(text))]
    assert [f"{quantity.low} {quantity.unit}" for quantity in found] == longest


def test_a_word_that_is_also_a_unit_is_one_reading_of_several() -> None:
    (found,) = readings("50.7 atm in the flask")
    units = [str(quantity.unit) for quantity in found]
    assert units == ["inch * standard_atmosphere", "standard_atmosphere", "dimensionless"]


def test_a_range_is_one_quantity() -> None:
    ((first, *_),) = readings("20-30 %")
    assert (first.low, first.high, str(first.unit)) == (20, 30, "percent")


def test_the_answers_of_scibench_are_found_again_in_a_sentence(
    shared_data: Callable[..., Path],
) -> None:
    from byeori import Item
    from byeori_plugins.evaluators.metrics import METRICS, MetricSettings

    numeric = METRICS["numeric"](MetricSettings())
    values = []
    for path in sorted(shared_data("scibench").glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            right = f"{row['answer_number']} {row['unit']}"
            item = Item(instruction=row["problem_text"], reference=right)
            values.append(numeric(f"The 2 of them give {right} in the vessel.", item).value)
    # The others have units such as photons, or kPA.
    assert (values.count(1.0), values.count(None), len(values)) == (259, 7, 266)
