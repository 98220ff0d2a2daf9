"""Korean that slips into other letters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document, Example
from byeori.testing import check_filter
from byeori_korean.filters import Scripts
from byeori_korean.text.scripts import hangul_share, slips


@pytest.mark.parametrize(
    ("text", "kind", "stretch"),
    [
        ("수소는 가장 가벼운 元素입니다.", "ideographs", "元素"),
        ("물은 중요합니다。因为水是生命之源。", "ideographs", "因为水是生命之源"),
        ("이 식물은 とても 빨리 자랍니다.", "kana", "とても"),
        ("그는 東京へ行きました 라고 말했다", "kana", "東京へ行きました"),
        ("철은 железо 라는 금속입니다.", "other letters", "железо"),
        ("답은 สวัสดี 입니다.", "other letters", "สวัสดี"),
        (
            "물은 액체입니다. It is used in many ways by people every day.",
            "English",
            "It is used in many ways by people every day.",
        ),
    ],
)
def test_a_slip_is_found_where_it_is(text, kind, stretch):
    (slip,) = slips(text)
    assert (slip.kind, slip.text) == (kind, stretch)
    assert text[slip.start : slip.end] == stretch


@pytest.mark.parametrize(
    "text",
    [
        "물은 수소와 산소로 이루어진 화합물입니다.",
        "상인(商人)과 法(법), 韓·美 정상",
        "논문 “Attention Is All You Need and other things we all know” 를 읽었다.",
        "BERT, GPT-2, T5 같은 Transformer 모델을 PyTorch 로 학습한다.",
        "`for x in range of all the numbers in this list` 는 코드다.",
        "https://example.org/元素/東京 을 보라",
        "Δx 와 σ 는 그리스 문자다.",
        "The whole answer is in English and has no Korean word in it at all.",
        "水は液体です",
        "영화 《千と千尋の神隠し》를 보았다.",
    ],
)
def test_terms_quotations_code_and_texts_that_are_not_korean_are_none(text):
    assert slips(text) == []


def test_single_ideographs_and_shorter_english_count_where_settings_say():
    text = "美 대통령은 an old friend of mine 이라고 했다"
    assert slips(text) == []
    assert [slip.text for slip in slips(text, ideographs=1, english=4)] == [
        "美",
        "an old friend of mine",
    ]


@given(st.text(st.sampled_from('가나 漢字かカabяж().`"0 ,\n'), max_size=60))
def test_slips_are_stretches_of_the_text_in_order(text):
    place = 0
    for slip in slips(text, ideographs=1, english=2):
        assert text[slip.start : slip.end] == slip.text
        assert place <= slip.start < slip.end
        place = slip.end
        names = {unicodedata.name(char).split()[0] for char in slip.text if char.isalpha()}
        expected = {
            "ideographs": {"CJK"},
            "kana": {"CJK", "HIRAGANA", "KATAKANA"},
            "English": {"LATIN"},
            "other letters": {"CYRILLIC"},
        }
        assert names <= expected[slip.kind]


@pytest.mark.parametrize(
    ("text", "share"),
    [("물은 H", 2 / 3), ("`print(x)` 물", 1.0), ("water", 0.0), ("3.14", None), ("", None)],
)
def test_the_share_of_hangul_leaves_out_code(text, share):
    assert hangul_share(text) == share


def test_texts_with_too_little_hangul_are_dropped_where_it_is_asked_for(sift):
    rows = [
        Example(id="a", instruction="?", output="PyTorch 로 model 을 train 한다"),
        Example(id="b", instruction="?", output="모델을 PyTorch로 학습한다."),
        Example(id="c", instruction="?", output="42"),
    ]
    kept, context = sift(Scripts, rows, min_hangul=0.5)
    assert [row.id for row in kept] == ["b", "c"]
    assert [reject.reason for reject in context.rejects] == ["output with less than 50% Hangul"]
    assert len(sift(Scripts, rows)[0]) == 3


def test_the_filter_says_which_text_slips_into_what(sift):
    rows = [
        Example(id="a", instruction="元素가 뭐야?", output="원소는 물질의 기본 성분입니다."),
        Example(id="b", instruction="뭐야?", output="원소는 物質입니다."),
        Example(id="c", instruction="뭐야?", output="ええと, 원소입니다."),
    ]
    kept, context = sift(Scripts, rows, allow=["kana"])
    assert [row.id for row in kept] == ["a", "c"]
    (reject,) = context.rejects
    assert reject.reason == "output slips from Korean into ideographs"
    assert check_filter(Scripts, {}, [Document(id="d", text="물은 水素와 다르다.")]) == []
