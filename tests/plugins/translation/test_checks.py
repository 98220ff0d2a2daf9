"""What must survive a translation, and what is refused because it did not."""

import random
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_plugins.text.protected import ALWAYS, has_words, lost, protected
from byeori_plugins.translation.checks import Wanted, faults, holds
from byeori_plugins.translation.numbers import numbers, unmatched
from byeori_plugins.translation.units import lost_units

EN_KO = Wanted("en", "ko")


def reasons(text, translation, wanted=EN_KO):
    return [(fault.reason, fault.detail) for fault in faults(text, translation, wanted)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5 million", "1500000"),
        ("150만", "1500000"),
        ("1,500,000", "1500000"),
        ("1억 5천만", "150000000"),
        ("5천3백만", "53000000"),
        ("3백만", "3000000"),
        ("2만 5천", "25000"),
        ("2.5천만", "25000000"),
        ("2 hundred thousand", "200000"),
        ("$3 billion", "3000000000"),
        ("１２３", "123"),
        ("13-year-old", "13"),
        ("1890s", "1890"),
    ],
)
def test_a_number_has_the_value_its_words_of_scale_give_it(text, value):
    (number,) = numbers(text)
    assert Decimal(value) in number.readings


@pytest.mark.parametrize("text", ["H2O", "GPT-4", "x2", "no number", ""])
def test_a_digit_in_a_name_is_no_number(text):
    assert numbers(text) == []


def korean(value):
    """As Korean newspapers write it: 1억 5000만."""
    parts = []
    for power, scale in ((10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")):
        if value >= power and (count := value // power % 10**4):
            parts.append(f"{count}{scale}")
    return " ".join(parts)


@given(st.integers(1, 10**15 - 1))
def test_every_number_is_the_same_in_digits_commas_and_korean_scales(value):
    assert not list(unmatched(f"It has {value:,} parts.", f"부품이 {korean(value)}개 있다.", "ko"))
    assert not list(unmatched(f"부품이 {korean(value)}개 있다.", f"It has {value} parts.", "en"))


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_another_number_is_noticed(value, other):
    known = {r for n in numbers(f"{other:,}개 있다.") for r in n.readings}
    found = list(unmatched(f"There are {value:,} of them.", f"{other:,}개 있다.", "ko"))
    assert bool(found) == (value not in known)


@given(st.integers(1, 999))
def test_a_number_may_be_written_in_words_on_the_other_side(value):
    from num2words import num2words

    words = num2words(value, lang="en")
    assert not list(unmatched(f"{value}개", f"There are {words} of them.", "en"))
    assert not list(unmatched(f"the {value}", f"{num2words(value, lang='ko')} 번", "ko"))


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("in March 2001", "2001년 3월에"),
        ("Louis 14", "Louis XIV"),
        ("at 5:00 p.m.", "오후 5시에"),
        ("five fingers", "손가락 5개"),
        ("5 fingers", "손가락 다섯 개"),
        ("the thirtyeighth floor", "38층"),
        ("half past three", "3시 30분"),
    ],
)
def test_what_each_language_writes_its_own_way_is_the_same(text, translation):
    assert reasons(text, translation) == []


@pytest.mark.parametrize(
    ("text", "translation", "reason", "detail"),
    [
        ("Use `a = 1` here.", "여기서 `a = 2`를 쓰라.", "code was lost in translation", "`a = 1`"),
        ("Hello {name}!", "안녕 {이름}!", "a placeholder or tag was lost in translation", "{name}"),
        ("Water is H₂O.", "물은 HO이다.", "an identifier was lost in translation", "H₂O"),
        ("So $x^2$ grows.", "그래서 커진다.", "a formula was lost in translation", "$x^2$"),
        ("See https://a.b/c.", "보라.", "an address was lost in translation", "https://a.b/c"),
        ("It has 5 legs.", "다리가 있다.", "a number was lost in translation", "5"),
        ("It has legs.", "다리가 6개 있다.",
         "the translation has a number that the text has not", "6"),
        ("It is 5 km long.", "길이는 5마일이다.", "a unit was lost in translation", "km"),
        ("It has 12 mS/cm.", "12이다.", "a unit was lost in translation", "mS/cm"),
        ("It costs $10.", "10원이다.", "a unit was lost in translation", "$"),
        ("It is here.", " ", "the translation is empty", ""),
        ("This is not translated.", "This is not translated.",
         "the text came back as it was", "This is not translated."),
    ],
)  # fmt: skip
def test_what_was_lost_is_said(text, translation, reason, detail):
    assert reasons(text, translation)[0] == (reason, detail)


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("It is 5 km long.", "길이는 5킬로미터이다."),
        ("at 60 km/h", "시속 60킬로미터로"),
        ("30 % of it", "그 30퍼센트"),
        ("$10 and $20", "10달러와 20달러"),
        ("12 mS/cm at 60 °C", "60°C에서 12 mS/cm"),
        ("E = mc^2 is known.", "E=mc^2는 알려져 있다."),
        ("OK", "OK"),
    ],
)
def test_what_survived_is_not_refused(text, translation):
    assert reasons(text, translation) == []


def test_names_and_glossary_count_where_the_text_has_them():
    wanted = Wanted("en", "ko", names=("NASA",), glossary={"fuel cell": "연료전지"})
    assert reasons("NASA has fuel cells.", "나사에는 연료 셀이 있다.", wanted) == [
        ("a name was lost in translation", "NASA"),
        ("a term is not translated as the glossary says", "fuel cell: 연료전지"),
    ]
    assert reasons("NASA has fuel cells.", "NASA에는 연료전지가 있다.", wanted) == []
    assert reasons("A nasal cell.", "코의 세포.", wanted) == []


def test_a_term_is_a_word_of_its_own_or_its_plural():
    assert holds("Two Fuel Cells.", "fuel cell")
    assert not holds("fuel cellar", "fuel cell")
    assert holds("연료전지는", "연료전지")


PIECES = st.sampled_from(
    ["`x = 1`", "{name}", "{{ a }}", "https://a.org/b?c=d", "a@b.org", "H2O", "$x^2$", "%s", "<b>",
     "```py\nf(1)\n```", "GPT-4", "max_length", "\\(a+b\\)", "[NAME]"]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=6, unique=True), st.randoms())
def test_every_protected_piece_is_found_and_each_loss_is_noticed(pieces, rng):
    text = " and ".join(pieces)
    found = [span.text for span in protected(text)]
    assert found == pieces
    moved = pieces[:]
    rng.shuffle(moved)
    assert not list(lost(protected(text), " 그리고 ".join(moved)))
    gone = rng.choice(pieces)
    left = "그리고 ".join(piece for piece in pieces if piece != gone)
    assert gone in [span.text for span in lost(protected(text), left)] or gone in left


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_makes_the_checks_fail(text, translation):
    list(faults(text, translation, Wanted("", "ko", (*ALWAYS, "acronyms"), ("a",), {"b": "c"})))
    has_words(text)


def test_money_is_no_formula_and_an_empty_text_has_no_words():
    assert [s.kind for s in protected("$10 and $20")] == []
    assert not has_words("42") and not has_words("`print(1)`") and has_words("Say `x`.")


def test_a_language_nobody_has_a_table_for_is_compared_by_digits():
    assert list(unmatched("5 legs", "xyz", "qqq")) == ["5"]
    assert list(lost_units("5 km", "5 mi", ("qqq", "qqq"))) == []


@pytest.fixture
def pairs(shared_data):
    folder = shared_data("ko_en_parallel")
    texts = [(folder / f"jhe-koen-dev.{tag}").read_text("utf-8") for tag in ("en", "ko")]
    return list(zip(*(text.splitlines() for text in texts), strict=True))


def test_translations_by_people_are_not_refused(pairs):
    refused = [text for text, said in pairs[:500] if reasons(text, said)]
    assert refused == [text for text, _ in pairs[:500] if "Between 1910 and 1990" in text]
    assert sum(bool(reasons(text, said)) for text, said in pairs) == 2


def test_a_number_changed_in_a_translation_is_noticed(pairs):
    rng, changed, noticed = random.Random(0), 0, 0
    for text, said in pairs:
        if (found := re.findall(r"\d+", said)) and not reasons(text, said):
            one = rng.choice(found)
            other = str(int(one) + rng.randrange(1, 50))
            changed += 1
            noticed += bool(reasons(text, said.replace(one, other, 1)))
    assert (changed, noticed) == (61, 61)
