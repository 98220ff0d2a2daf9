"""Spaces put into Korean that lacks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document
from byeori_korean.filters import Spacing
from byeori_korean.text.spacing import with_spaces


def test_a_text_without_spaces_is_parted_and_a_spaced_one_stays():
    assert (
        with_spaces("물은수소와산소로이루어져있습니다.", 10)
        == "물은 수소와 산소로 이루어져 있습니다."
    )
    for text in ("기자회견을 열었다.", "이별은 슬프다", "2층에서 만나요"):
        assert with_spaces(text, 10) == text


def test_everywhere_means_compounds_too():
    assert with_spaces("기자회견을 열었다.") == "기자 회견을 열었다."


@pytest.mark.parametrize(
    "text",
    [
        "`변수이름이매우길어서띄어쓰지않는다`",
        "https://example.org/매우긴한글주소가여기에이어집니다",
    ],
)
def test_code_and_addresses_stay(text):
    assert with_spaces(text, 5) == text
    assert with_spaces(text) == text


@given(st.text(st.sampled_from("물은수소와산소로이루어져있습니다. \n1a"), max_size=50))
def test_nothing_but_spaces_changes(text):
    for longest in (None, 4):
        assert "".join(with_spaces(text, longest).split()) == "".join(text.split())


def test_the_filter_counts_what_it_put_in(sift):
    rows = [
        Document(id="a", text="나는어제학교에갔다가왔습니다."),
        Document(id="b", text="나는 갔다."),
    ]
    (changed, same), context = sift(Spacing, rows)
    assert changed.text == "나는 어제 학교에 갔다가 왔습니다."
    assert same == rows[1]
    assert context.counted == {"rows with other spaces": 1, "spaces put in": 4}
