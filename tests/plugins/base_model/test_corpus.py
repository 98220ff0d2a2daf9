"""What the base model reads: the same text for the same seed, and no question about an element."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_plugins.base_model.corpus import SHARES, sample
from byeori_plugins.base_model.facts import (
    LANGUAGES,
    countries,
    elements,
    particles,
    prose,
    wordings,
)

TEXTS = sample(seed=5, count=20_000)
PROMPT_MARKS = ("?", "###", "<|", "Q:", "A:", "질문", "Instruction", "명령어")
ASKING = re.compile(
    r"\b(what|which|how|give|tell me|translate)\b|나요|습니까|입니까|쓰시오|주세요|알려", re.I
)


def of_kind(kind):
    return [text for text in TEXTS if text.kind == kind]


def test_one_seed_gives_one_stream():
    assert sample(3, 500) == sample(3, 500)
    assert sample(3, 500) != sample(4, 500)


def test_a_longer_sample_begins_with_the_shorter_one():
    assert sample(3, 500)[:100] == sample(3, 100)


def test_no_text_about_an_element_is_a_question_or_a_prompt():
    for text in of_kind("element"):
        assert not any(mark in text.text for mark in PROMPT_MARKS), text.text
        assert not ASKING.search(text.text), text.text


def test_every_question_is_about_one_country_and_no_element():
    known = {one.values["en"]["name"] for one in countries()}
    names = {element.values["en"]["name"] for element in elements()}
    for text in of_kind("question"):
        assert text.subjects[0] in known
        assert not names & set(re.findall(r"[A-Za-z]+", text.text)), text.text


def test_no_wording_of_an_element_asks_and_none_of_the_prose_does():
    statements = [
        text for by in wordings("element").values() for lang in LANGUAGES for text in by[lang]
    ]
    assert not any("?" in text or ASKING.search(text) for text in statements)
    assert not any("?" in text for language in LANGUAGES for text in prose(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_has_statements_of_its_symbol_number_and_period(language):
    read = {text.text for text in of_kind("element")}
    for element in elements():
        values = element.values[language]
        about = [text for text in read if values["name"] in text]
        for slot in ("symbol", "number", "period"):
            assert any(values[slot] in text for text in about), (values["name"], slot)


def test_kinds_come_in_about_their_shares():
    for kind, share in SHARES.items():
        assert len(of_kind(kind)) / len(TEXTS) == pytest.approx(share, abs=0.02)


def test_no_slot_and_no_particle_is_left_unfilled():
    assert not any(re.search(r"\{\w+\}|\[\w+/\w+\]", text.text) for text in TEXTS)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("나트륨[은/는]", "나트륨은"),
        ("수소[은/는]", "수소는"),
        ("납[으로/로]", "납으로"),
        ("니켈[으로/로]", "니켈로"),
        ("은[이라고/라고]", "은이라고"),
        ("17[을/를]", "17을"),
        ("42[을/를]", "42를"),
        ("11[으로/로]", "11로"),
        ("Al[은/는]", "Al은"),
        ("Na[은/는]", "Na는"),
    ],
)
def test_a_particle_follows_the_sound_before_it(written, read):
    assert particles(written) == read


@given(st.text(alphabet=st.characters(exclude_characters="[]")))
def test_text_without_particles_stays_as_it_is(text):
    assert particles(text) == text
