import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.text import normalise

texts = st.text(max_size=20)


@given(texts)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_normalising_ignores_case_width_punctuation_and_spacing() -> None:
    assert normalise(" Ｗhat,  is\tH₂O? 물! ") == "what is h2o 물"


@pytest.mark.parametrize(
    ("one", "other"),
    [("1+1", "1-1"), ("C=C", "C-C"), ("3.14", "314"), ("?", "!"), ("1/2", "1 2"), ("5 °C", "5 C")],
)
def test_symbols_and_marks_inside_a_formula_make_a_difference(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)
