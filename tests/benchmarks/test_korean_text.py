"""How right byeori is about published Korean, as the benchmark counts it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def counted(modules: Callable[..., dict[str, Any]]) -> Any:
    return modules("korean_text")["korean_text"]


@pytest.fixture
def korean(counted: Any, shared_data: Callable[..., Path]) -> Any:
    chat = shared_data("korean_chatbot/ChatbotData.csv")
    shared_data("korquad/KorQuAD_v1.0_dev.json")
    shared_data("klue/klue-nli-v1.1_dev.json")
    return counted.Korean(chat.parents[1])


def test_particles_are_those_that_writers_chose(counted: Any, korean: Any) -> None:
    found = counted.particles(korean)
    # Of the rest most are slips of the writers (`Love》을`) and readings that differ (`IGN는`).
    assert found["words"] > 300
    assert found["as written"] / found["words"] > 0.9


def test_sentences_of_a_chat_are_found_without_their_marks(counted: Any, korean: Any) -> None:
    found = counted.sentence_ends(korean)
    assert found["recall"] > 0.9
    assert found["precision"] > 0.85


def test_most_missing_spaces_are_put_in_and_hardly_a_right_word_is_touched(
    counted: Any, korean: Any
) -> None:
    found = counted.spacing(korean, 8)
    assert found["recall"] > 0.8
    assert found["precision"] > 0.85
    touched = counted.touched_words(korean, 8)
    assert 0 < touched["changed"] / touched["words"] < 0.003  # long names of laws and institutes


def test_real_sentences_have_the_level_their_ending_spells(counted: Any, korean: Any) -> None:
    found = counted.spelled_levels(korean)
    assert found["sentences"] > 650
    assert all(found[level] > 20 for level in ("hapsyo", "haeyo", "haera"))
    assert found["right"] / found["sentences"] > 0.98


def test_published_korean_is_left_alone(counted: Any, korean: Any) -> None:
    found = counted.left_alone(korean)
    assert found["changed by hangul"] <= found["texts"] // 100
    assert found["dropped"] <= found["texts"] // 200
