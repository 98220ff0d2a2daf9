"""How a long document is cut."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import Document
from byeori.generation import GenerationConfig, ModelGenerator, split
from byeori.generation.sentences import ends_by_kiwi, ends_by_marks
from byeori.korean import is_korean

LONG = "나는 아침에 학교에 갔다 그런데 갑자기 비가 많이 왔다 우산이 없어서 집으로 돌아왔다"


@given(st.text(st.sampled_from("ab가 .!\n"), max_size=80), st.integers(3, 30))
def test_parts_are_short_enough_and_lose_nothing_but_space(text, longest):
    parts = split(text, longest)
    assert all(0 < len(part) <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(["One is.", "Is two?", "하나!", "셋이다."]), min_size=1))
def test_a_paragraph_is_cut_between_sentences_where_they_are_short_enough(texts):
    paragraph = " ".join(texts)
    joined = " ".join(split(paragraph, 16))
    assert joined == paragraph
    assert all(part[-1] in ".?!" for part in split(paragraph, 16))


def test_marks_end_a_sentence_before_space_and_not_in_a_number():
    assert ends_by_marks("3.14이다. 그렇다? 네.") == [7, 12]


def test_kiwi_cuts_korean_without_marks_between_sentences():
    assert split(LONG, 34, ends_by_kiwi) == [
        "나는 아침에 학교에 갔다 그런데 갑자기 비가 많이 왔다",
        "우산이 없어서 집으로 돌아왔다",
    ]
    assert split(LONG, 34) != split(LONG, 34, ends_by_kiwi)


@pytest.mark.parametrize(
    ("tag", "text", "korean"),
    [
        ("ko", "", True),
        ("ko-KR", "x", True),
        ("en", "물", False),
        ("", "물", True),
        ("", "x", False),
    ],
)
def test_a_document_is_korean_by_its_tag_or_its_script(tag, text, korean):
    assert is_korean(tag, text) is korean


class Plain(ModelGenerator[GenerationConfig, str]):
    name, config_model, answer = "plain", GenerationConfig, None

    def read(self, answer, part):
        return ()


MODEL = {"name": "m", "base_url": "http://127.0.0.1:1/v1"}


@pytest.mark.parametrize("kind", ["marks", "kiwi"])
def test_a_generator_cuts_korean_documents_as_its_setting_says(kind):
    settings = {"model": MODEL, "prompt": "{{ text }}", "max_characters": 200, "sentences": kind}
    generator = Plain(GenerationConfig.model_validate(settings))
    document = Document(id="d", text=" ".join([LONG] * 6), language="ko")
    parts = [part.text for part in generator.parts(document)]
    assert all(part.endswith("다") for part in parts) is (kind == "kiwi")


def test_kiwi_is_refused_where_it_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    with pytest.raises(ValidationError, match=r"kiwi needs kiwipiepy.*or choose marks"):
        GenerationConfig.model_validate({"model": MODEL, "prompt": "", "sentences": "kiwi"})
