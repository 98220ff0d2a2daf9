"""Particles after whatever a word is written in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateSyntaxError
from num2words import num2words

from byeori.korean import particle, with_particle
from byeori.prompts import compile_template, render, sandbox


# By the dictionary's rules for 은/는 and 으로/로; readings in the comments.
@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("수소", "은/는", "는"),
        ("질소", "이/가", "가"),
        ("탄산", "을/를", "을"),
        ("물", "과/와", "과"),
        ("물", "으로/로", "로"),
        ("산", "으로/로", "으로"),
        ("소", "으로/로", "로"),
        ("물", "으로써/로써", "로써"),
        ("물", "은/는", "은"),
        ("물", "이라고/라고", "이라고"),
        ("철수", "아/야", "야"),
        ("산소", "이에요/예요", "예요"),
        ("질량", "예요/이에요", "이에요"),
        ("셋", "이었다/였다", "이었다"),
        ("둘째", "이었습니다/였습니다", "였습니다"),
        ("수소(H)", "은/는", "는"),
        ("'황'", "는/은", "은"),
        ("1", "으로/로", "로"),
        ("3", "으로/로", "으로"),
        ("10", "은/는", "은"),
        ("2024", "를/을", "를"),
        ("NaCl", "은/는", "은"),
        ("URL", "으로/로", "로"),
        ("ATM", "으로/로", "으로"),
        ("DNA", "은/는", "는"),
        ("50%", "은/는", "는"),
        ("25℃", "을/를", "를"),
        # numbers: 십, 백, 천, 만, 억, 조, 경; 사분의 일, 영, 제곱
        ("100", "이/가", "이"),
        ("1,000", "을/를", "을"),
        ("10000", "으로/로", "으로"),
        ("100000000", "은/는", "은"),
        ("1,000,000,000,000", "은/는", "는"),
        ("10000000000000000", "은/는", "은"),
        ("1/4", "을/를", "을"),
        ("½", "으로/로", "로"),
        ("2.50", "와/과", "과"),
        ("10⁶", "은/는", "은"),
        ("x^2", "은/는", "은"),
        ("Ⅲ", "은/는", "은"),
        ("②", "은/는", "는"),
        # formulas and names with a digit, which is read in English: 투, 쓰리, 원; 육십
        ("CO2", "이/가", "가"),
        ("H₂O", "은/는", "는"),
        ("NH₃", "은/는", "는"),
        ("sp³", "은/는", "는"),
        ("CA1", "으로/로", "으로"),
        ("C60", "은/는", "은"),
        ("COVID-19", "은/는", "는"),
        ("Na⁺", "은/는", "는"),
        # units: 킬로그램, 미터, 제곱미터, 밀리리터, 파스칼, 줄, 몰, 켈빈, 퍼센트
        ("kg", "은/는", "은"),
        ("5 kg", "을/를", "을"),
        ("10m", "을/를", "를"),
        ("3 m³", "은/는", "는"),
        ("25 cm2", "은/는", "는"),
        ("250 mL", "을/를", "를"),
        ("101 kPa", "으로/로", "로"),
        ("4.2 J", "은/는", "은"),
        ("2 mol", "으로/로", "로"),
        ("300 K", "은/는", "은"),
        ("1.2 g/cm³", "은/는", "는"),
        ("7 mg/kg", "은/는", "은"),
        ("15 mS cm−1", "은/는", "는"),
        ("Pa", "은/는", "는"),  # protactinium, by its letters
        ("Mg", "은/는", "는"),
        # words: 구글, 파이썬, 페이스북, 도커, 크롬, 인터넷, 리눅스, 키트
        ("Google", "은/는", "은"),
        ("Google", "으로/로", "로"),
        ("Python", "은/는", "은"),
        ("Facebook", "은/는", "은"),
        ("Docker", "을/를", "를"),
        ("Chrome", "을/를", "을"),
        ("Internet", "은/는", "은"),
        ("Linux", "은/는", "는"),
        ("Café", "은/는", "는"),
        ("kit", "은/는", "는"),
        ("HTML", "으로/로", "로"),
        ("IBM", "은/는", "은"),
        # other scripts, titles, glosses, letters of Hangul
        ("法(법)", "은/는", "은"),
        ("'상인(商人)'", "으로/로", "으로"),
        ("《도둑들》", "은/는", "은"),
        ('"그렇다."', "이라고/라고", "라고"),
        ("ㄹ", "으로/로", "로"),
        ("ㅏ", "은/는", "는"),
        ("ラーメン", "은/는", "은"),
        ("μ", "은/는", "는"),
        ("Ω", "은/는", "는"),
        ("法", "은/는", "은(는)"),
        ("法", "으로/로", "(으)로"),
    ],
)
def test_a_particle_follows_the_sound_before_it(word, pair, expected):
    assert with_particle(word, pair) == word + expected


@given(st.integers(0xAC00, 0xD7A3))
def test_a_syllable_has_a_final_consonant_if_unicode_decomposes_it_into_three(code):
    syllable = chr(code)
    closed = len(unicodedata.normalize("NFD", syllable)) == 3
    assert particle(syllable, "은/는") == ("은" if closed else "는")
    assert particle(unicodedata.normalize("NFD", syllable), "이/가") == ("이" if closed else "가")


@given(st.text(max_size=6))
def test_any_word_gives_a_particle_or_is_refused_as_empty(word):
    try:
        assert particle(word, "은/는") in {"은", "는", "은(는)"}
    except ValueError as error:
        assert "needs a word before it" in str(error)


@pytest.mark.parametrize("pair", ["은", "은/가", "", "/", "x/y"])
def test_what_is_no_pair_of_particles_is_refused(pair):
    with pytest.raises(ValueError, match="no pair of particles"):
        particle("물", pair)


@given(st.integers(1, 10**15))
def test_a_number_ends_as_num2words_reads_it(number):
    assert particle(str(number), "으로/로") == particle(num2words(number, lang="ko"), "으로/로")
    assert particle(f"{number:,}", "은/는") == particle(num2words(number, lang="ko"), "은/는")


@given(
    st.sampled_from(["물", "수소", "철", "Al", "DNA", "10", "5 kg", "Google"]),
    st.text("()\"'》 ."),
)
def test_marks_after_a_word_change_nothing(word, marks):
    assert particle(word + marks, "은/는") == particle(word, "은/는")


@given(st.sampled_from(["물", "수소", "3", "kg"]), st.text("漢字abcㄱ가 1", min_size=1))
def test_a_gloss_in_brackets_changes_nothing(word, gloss):
    assert particle(f"{word}({gloss})", "을/를") == particle(word, "을/를")


def test_every_wording_of_a_recipe_knows_the_filter_and_numbers_may_be_fields():
    assert render("{{ n | particle('은/는') }} {{ n }}", {"n": 3}) == "3은 3"


def test_what_is_no_pair_is_refused_when_the_wording_is_read():
    with pytest.raises(TemplateSyntaxError, match=r"`은는` is no pair of particles") as refused:
        compile_template("\n{{ n | particle('은는') }}")
    assert refused.value.lineno == 2


def test_the_prompt_templates_of_models_do_not_know_it():
    assert "particle" not in sandbox().filters
