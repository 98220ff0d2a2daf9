"""Hangul in one way of writing, checked against Unicode's own data."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document, Example
from byeori.testing import check_filter
from byeori_korean.filters import Hangul
from byeori_korean.text.hangul import FIXES, normalise_hangul
from byeori_korean.text.jamo import FINALS, INITIALS, VOWELS, spelled

SYLLABLES = st.text(st.integers(0xAC00, 0xD7A3).map(chr), max_size=12)
ANYTHING = st.text(
    st.one_of(
        st.integers(0x1100, 0x11FF).map(chr),
        st.integers(0x3131, 0x318E).map(chr),
        st.integers(0xFFA0, 0xFFDC).map(chr),
        st.integers(0xFF01, 0xFF5E).filter(lambda code: code not in (0xFF40, 0xFF1A)).map(chr),
        st.sampled_from("가한 글\u200b\u3164\u00a0\ufeffé漢\uf9d0👩\u200d🔬a1"),
    ),
    max_size=20,
)


@pytest.mark.parametrize(
    ("written", "usual", "fix"),
    [
        (unicodedata.normalize("NFD", "한글"), "한글", "composed"),
        ("ㅎㅏㄴㄱㅡㄹ", "한글", "letters"),
        ("ㅇㅏㄴㅈㄷㅏ", "앉다", "letters"),
        ("ㄱㅗㅏㅎㅏㄱ", "과학", "letters"),
        ("ﾡￂ나", "가나", "letters"),
        ("ＤＮＡ　１２％", "DNA 12%", "width"),
        ("한\u200b글\ufeff", "한글", "invisible"),
        ("한\u00a0글\u3164은", "한 글 은", "invisible"),
        ("한\u200d글", "한글", "invisible"),
        ("한\u2028글", "한\n글", "invisible"),
        ("ᄏᄏᄏ", "ㅋㅋㅋ", "composed"),
        ("가\u11a8", "각", "composed"),
        ("\uf9d0", "類", "ideographs"),
    ],
)
def test_what_can_be_written_in_several_ways_is_written_in_the_usual_one(written, usual, fix):
    counts = Counter()
    assert normalise_hangul(written, counts=counts) == usual
    assert counts[fix] >= 1


@pytest.mark.parametrize(
    "text",
    [
        "한글은 표음 문자다.",
        "ㅋㅋㅋ ㅠㅠ ㅇㅋ ㄱ. ㄴ.",
        "👩\u200d🔬 연구원",
        "\u1112\u119e\u11ab",  # 한 with an old vowel: no syllable of today
        "`ｘ＝１` 은 https://example.org/\u1112\u1161\u11ab?q=１ 이다",
        "```\nㅎㅏㄴ　１\n```",
        "x² + ½ ℃ ①",
        "",
    ],
)
def test_what_is_usual_or_means_something_stays(text):
    assert normalise_hangul(text) == text


@given(SYLLABLES)
def test_decomposed_syllables_are_composed_as_unicode_composes_them(text):
    assert normalise_hangul(unicodedata.normalize("NFD", text)) == text
    assert normalise_hangul(text) == text


@given(ANYTHING)
def test_a_second_time_changes_nothing(text):
    once = normalise_hangul(text)
    assert normalise_hangul(once) == once


@given(ANYTHING)
def test_width_and_ideographs_change_to_what_unicode_calls_compatible(text):
    fixed = normalise_hangul(text, ["width", "ideographs"])
    assert unicodedata.normalize("NFKC", fixed) == unicodedata.normalize("NFKC", text)


@given(st.integers(0xAC00, 0xD7A3))
def test_a_syllable_is_what_its_letters_spell(code):
    initial, rest = divmod(code - 0xAC00, 588)
    vowel, final = divmod(rest, 28)
    letters = INITIALS[initial] + VOWELS[vowel] + (FINALS[final - 1] if final else "")
    assert spelled(letters) == chr(code)


def test_the_letters_are_those_of_unicode():
    for first, letters in ((0x1100, INITIALS), (0x1161, VOWELS), (0x11A8, FINALS)):
        for place, letter in enumerate(letters):
            name = unicodedata.name(chr(first + place)).split()[-1]
            assert unicodedata.name(letter) == f"HANGUL LETTER {name}"


def test_the_filter_rewrites_documents_and_counts(sift):
    text = unicodedata.normalize("NFD", "물은 액체다.")
    metadata = {"name": "Ｈ２Ｏ", "answer": "ＫＥＹ"}
    row = Document(id="d", text=text, title="물\u200b", metadata=metadata)
    (out,), context = sift(Hangul, [row])
    assert (out.text, out.title) == ("물은 액체다.", "물")
    assert out.metadata == {"name": "H2O", "answer": "ＫＥＹ"}
    assert context.counted == {
        "decomposed Hangul put right": 2,
        "full-width and half-width characters put right": 3,
        "invisible characters and odd spaces put right": 1,
    }


def test_the_filter_keeps_the_contract_and_rows_that_are_right():
    rows = [
        Example(id="e", instruction="무엇인가?", output="ＤＮＡ"),
        Example(id="f", instruction="?", output="물"),
    ]
    (changed, same) = check_filter(Hangul, {"fixes": FIXES}, rows)
    assert changed.output == "DNA"
    assert same == rows[1]
