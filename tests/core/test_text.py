import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.text import normalise

texts = st.text(max_size=20)


@given(texts)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def letter_by_letter(text: str) -> str:
    """The definition, one character after the other."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = ""
    for place, char in enumerate(folded):
        before, after = folded[max(0, place - 1) : place], folded[place + 1 : place + 2]
        kind = unicodedata.category(char)[0]
        inside = kind == "P" and before.isalnum() and after.isalnum()
        kept += char if kind in "LMNS" or inside else " "
    return " ".join(kept.split()) or " ".join(folded.split())


@given(st.one_of(texts, st.text(alphabet="aB가Ⅷ²_-.,+$ \t\x00\u0301\u1100\u1161'", max_size=20)))
def test_normalising_is_its_definition_for_every_character(text: str) -> None:
    assert normalise(text) == letter_by_letter(text)


def test_normalising_ignores_case_width_punctuation_and_spacing() -> None:
    assert normalise(" Ｗhat,  is\tH₂O? 물! ") == "what is h2o 물"


@pytest.mark.parametrize(
    ("one", "other"),
    [("1+1", "1-1"), ("C=C", "C-C"), ("3.14", "314"), ("?", "!"), ("1/2", "1 2"), ("5 °C", "5 C")],
)
def test_symbols_and_marks_inside_a_formula_make_a_difference(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("a1_.- \t\n가·²\u0301")), max_size=30
    )
)
def test_what_stays_of_a_text_goes_by_the_kind_of_each_character(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    padded = f" {folded} "
    kept = "".join(
        char
        if (kind := unicodedata.category(char)[0]) in "LMNS"
        or (kind == "P" and padded[place].isalnum() and padded[place + 2].isalnum())
        else " "
        for place, char in enumerate(folded)
    )
    assert normalise(text) == (" ".join(kept.split()) or " ".join(folded.split()))
