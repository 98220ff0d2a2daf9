import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from byeori.generation import find_span
from byeori.generation.spans import fold

TEXT = "그는 “물은\n  100 °C에서” 끓는다고 했다. The café’s ﬁeld\u00a0test — 1.5 mS cm−1 at −20 °C."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("물은 100 °C에서", "물은\n  100 °C에서"),
        ('"물은 100 °C에서"', "“물은\n  100 °C에서”"),
        ("'끓는다고'", "끓는다고"),
        ("The café's field test", "The café’s ﬁeld\u00a0test"),
        (unicodedata.normalize("NFD", "The café"), "The café"),
        (unicodedata.normalize("NFD", "끓는다고"), "끓는다고"),
        ("test - 1.5 mS cm-1", "test — 1.5 mS cm−1"),
        ("1.5 mS cm\u22121", "1.5 mS cm−1"),
        ("  끓는다고 했다. \n", "끓는다고 했다."),
        ("물", "물"),
        ("-20 °C", "−20 °C"),
        ("soft\u00adened", None),
        ("the café", None),
        ("The cafe", None),
        ("끓는다거", None),
        ("afé", None),
        ("ield", None),
        ("5 mS", None),
        ("20 °C", None),
        ("10", None),
        ("", None),
        (" \u200b ", None),
    ],
)
def test_a_quotation_is_found_however_its_characters_are_written_and_not_otherwise(quote, found):
    span = find_span(TEXT, quote)
    assert (None if span is None else TEXT[slice(*span)]) == found


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("from 10-20 nm", "20 nm", "20 nm"),
        ("carbon C-14 dating", "14", "14"),
        ("5mol of it", "5", "5"),
        ("1,000 birds and 000 flies", "000", "000"),
        ("ﬁ", "f", None),
        ("각", "가", None),
        (unicodedata.normalize("NFD", "각"), "가", None),
        ("e\u0301", "e", None),
        ("q\u0323\u0307", "q\u0307\u0323", "q\u0323\u0307"),
        ("con\u00adcat\u00adenate", "concatenate", "con\u00adcat\u00adenate"),
        ("concatenate, cat", "cat", "cat"),
    ],
)
def test_it_neither_begins_nor_ends_inside_a_word_a_number_or_a_character(text, quote, found):
    span = find_span(text, quote)
    assert (None if span is None else text[slice(*span)]) == found


WORDS = st.text(st.sampled_from("ab é가각ﬁ“”’-−5.,\n\u00a0\u0301\u00adｱ²"), max_size=12)


@given(WORDS, WORDS, WORDS)
@example("a", "\u0301", "")
def test_what_stands_in_a_text_between_spaces_is_found_and_folds_to_the_same(before, quote, after):
    text = f"{before} | {quote} | {after}"
    span = find_span(text, quote)
    if not fold(quote):
        assert span is None
        return
    if unicodedata.combining(fold(quote)[0]):  # a mark that begins a quotation belongs to no letter
        return
    assert span is not None
    assert fold(text[slice(*span)]) in (fold(quote), fold(quote)[1:-1].strip())


@given(WORDS)
def test_writing_it_another_way_changes_nothing(quote):
    text = f"x | {quote} | y"
    spans = {
        find_span(text, unicodedata.normalize(form, quote).replace(" ", " \n "))
        for form in ("NFC", "NFD", "NFKC", "NFKD")
    }
    assert len(spans) == 1


@given(WORDS, WORDS)
def test_folding_agrees_with_unicodes_own_normalisation(text, other):
    if not set(text) & set("“”’-−\n\u00a0\u00ad "):
        assert fold(text) == unicodedata.normalize("NFKD", text)
    assert (find_span(f"|{text}|", f"|{other}|") is not None) == (
        fold(f"|{other}|") in fold(f"|{text}|")
    )


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("was 35.2% at", "35.2 %", "35.2%"),
        ("41 – 45 % later", "41-45%", "41 – 45 %"),
        ("a 5 nm thick film", "5nm", "5 nm"),
        ("a 15 nm film", "5nm", None),
        ("a 5 nmol film", "5nm", None),
        ("1. 5 V", "5 V", "5 V"),
        ("35.2 %", "35 %", None),
    ],
)
def test_spaces_may_count_for_nothing(text, quote, found):
    span = find_span(text, quote, spaces=False)
    assert (None if span is None else text[slice(*span)]) == found
