from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document, Example, Turn
from byeori.bulk import with_id
from byeori_plugins.filters.personal_data import KINDS, PersonalData
from byeori_plugins.text.personal import find_personal


def found(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in find_personal(text, KINDS)]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("kim.y+lab@mail.korea.ac.kr로 보내세요", [("kim.y+lab@mail.korea.ac.kr", "e-mail")]),
        ("전화 010-1234-5678로", [("010-1234-5678", "phone")]),
        ("(02) 312-4567로", [("(02) 312-4567", "phone")]),
        ("+82 10-1234-5678", [("+82 10-1234-5678", "phone")]),
        ("call (415) 555-2671 today", [("(415) 555-2671", "phone")]),
        ("971013-9019902 이다", [("971013-9019902", "resident-number")]),
        ("971013-9019903", []),
        ("971313-9019902", []),
        ("210101-3123456", [("210101-3123456", "resident-number")]),
        ("4111 1111 1111 1111로", [("4111 1111 1111 1111", "card")]),
        ("5555-5555-5555-4444", [("5555-5555-5555-4444", "card")]),
        ("4111 1111 1111 1112", []),
    ],
)  # fmt: skip
def test_personal_data_is_found_by_form_and_check_digit(text: str, data: list[Any]) -> None:
    assert found(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "contract NNX08CA12P of 2008-2010, page 1234567890123",
        "a yield of 12.3456789 % and pi 3.14159265358979",
        "doi 10.1000/123456789, ISBN 978-3-16-148410-0",
        "2,500,000 records of 1990, 1991 and 1992",
        "f00a4111111111111111b3c4",
        "@example and a@b",
    ],
)
def test_science_is_not_taken_for_personal_data(text: str) -> None:
    assert found(text) == []


@given(st.integers(10**11, 10**12 - 1))
def test_of_card_numbers_only_one_last_digit_is_right(stem: int) -> None:
    stem_text = f"4{stem:012d}00"[:15]
    right = [
        d for d in range(10) if found(f"card {stem_text}{d} ") == [(f"{stem_text}{d}", "card")]
    ]
    doubled = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(stem_text))
    assert right == [-doubled % 10]


ROW = Example(
    instruction="Write to lee@example.com.",
    input="전화: 010-1234-5678",
    output="Done: lee@example.com, 971013-9019902.",
    history=(Turn("user", "4111111111111111"),),
    metadata={"contact": {"mail": ["lee@example.com"]}, "n": 4111111111111111, "answer": "a@b.co"},
)


def test_data_is_replaced_everywhere_and_counted_by_kind(sift: Any) -> None:
    plain, row = with_id(Example(instruction="a", output="b")), with_id(ROW)
    (kept, clean), context = sift(PersonalData, [plain, row])
    assert kept == plain
    assert clean.id == row.id
    assert clean.instruction == "Write to [e-mail]."
    assert clean.input == "전화: [phone]"
    assert clean.output == "Done: [e-mail], [resident-number]."
    assert clean.history[0].content == "[card]"
    assert clean.metadata == {**ROW.metadata, "contact": {"mail": ["[e-mail]"]}}
    assert context.counted == {
        "e-mail replaced": 3, "phone replaced": 1, "resident-number replaced": 1, "card replaced": 1
    }  # fmt: skip
    assert context.rejects == []


def test_rows_may_be_dropped_instead_and_the_record_does_not_repeat_the_data(sift: Any) -> None:
    kept, context = sift(PersonalData, [with_id(ROW)], action="drop", kinds=["e-mail"])
    assert kept == []
    (reject,) = context.rejects
    assert reject.reason == "personal data: e-mail"
    assert "lee@example.com" not in reject.text


def test_only_the_kinds_asked_for_are_replaced_in_documents_too(sift: Any) -> None:
    row = with_id(Document(text="a@b.co 010-1234-5678", title="c@d.org"))
    (clean,), _ = sift(PersonalData, [row], kinds=["e-mail"])
    assert (clean.text, clean.title) == ("[e-mail] 010-1234-5678", "[e-mail]")


@given(st.text(max_size=300))
def test_what_is_found_lies_in_the_text_without_overlaps(text: str) -> None:
    end = 0
    for one in find_personal(text, KINDS):
        assert end <= one.start < one.end <= len(text)
        end = one.end
