"""What Kiwi tells of Korean texts, as byeori asks it."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import PluginError
from byeori.korean import kiwi_installed, morphemes, sentences, spaced, tagged, tagged_sentences
from byeori.korean.kiwi import _kiwi

KOREAN = st.text(st.sampled_from("나는 학교에갔다그런데비가왔어요.?!\n(3) Ka…😀"), max_size=60)


def test_sentences_end_where_korean_does_with_and_without_marks():
    text = "나는 학교에 갔다 그런데 비가 왔어요. 우산이 3.5개 있었나요?"
    assert [text[start:end] for start, end in sentences(text)] == [
        "나는 학교에 갔다",
        "그런데 비가 왔어요.",
        "우산이 3.5개 있었나요?",
    ]


@given(KOREAN)
def test_sentences_are_in_order_and_leave_out_nothing_but_space(text):
    place, left_out = 0, ""
    for start, end in sentences(text):
        assert place <= start < end
        left_out += text[place:start]
        place = end
    assert not (left_out + text[place:]).strip()


@given(KOREAN)
def test_morphemes_stand_where_they_say(text):
    for one in tagged(text):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.tag != "SF" or text[one.start : one.end] == one.form


@given(KOREAN)
def test_morphemes_by_sentence_lie_in_their_sentence(text):
    by_sentence = tagged_sentences(text)
    assert len(by_sentence) == len(sentences(text))
    for own, (start, end) in zip(by_sentence, sentences(text), strict=True):
        assert own
        assert all(start <= one.start and one.end <= end for one in own)


@given(KOREAN)
def test_spacing_changes_nothing_but_spaces(text):
    assert "".join(spaced([text])[0].split()) == "".join(text.split())


def test_a_particle_is_a_morpheme_of_its_own_and_a_mark_is_none():
    assert morphemes("물은, ＤＮＡ!") == ["물", "은", "dna"]


def test_without_kiwi_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    monkeypatch.setattr("byeori.korean.kiwi._kiwi", _kiwi.__wrapped__)  # it may be loaded already
    with pytest.raises(PluginError, match=r"pip install 'byeori\[korean\]'"):
        morphemes("물")
    assert kiwi_installed() is False
