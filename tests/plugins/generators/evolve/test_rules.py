"""The elimination rules of Evol-Instruct that need no model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_plugins.generators.evolve.config import TELLTALES
from byeori_plugins.generators.evolve.rules import answer_problem, instruction_problem


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the evolved instruction is empty"),
        ("NAME  a sea.", "the instruction did not evolve"),
        (
            "#Rewritten Prompt#: Name a sea and its depth.",
            "it copies words of the prompt: `rewritten prompt`",
        ),
        ("주어진 과제를 표로 쓰시오.", "it copies words of the prompt: `주어진 과제`"),
        ("Name a sea and its depth in metres.", ""),
    ],
)
def test_an_instruction_that_did_not_evolve_is_eliminated(text, reason):
    assert instruction_problem(text, "Name a sea.", TELLTALES) == reason


def test_words_the_instruction_had_before_are_not_copied_from_the_prompt():
    parent = "Explain what a given task is."
    assert instruction_problem(f"{parent} In ten words.", parent, TELLTALES) == ""


@pytest.mark.parametrize(
    "answer",
    ["Sorry, I cannot see the table.", "죄송합니다. 표가 없습니다.", "I am so sorry!"],
)
def test_a_short_apology_is_no_answer(answer):
    assert answer_problem(answer) == "the model could not answer: a short apology"


def test_a_long_answer_with_an_apology_in_it_is_one():
    assert answer_problem("Dear Sir, I am sorry. " + "word " * 80) == ""


@pytest.mark.parametrize("answer", ["...", "It is the, of and to!", "그리고 또는.", " "])
def test_punctuation_and_stop_words_are_no_answer(answer):
    assert answer_problem(answer).startswith("the answer is nothing but")


@pytest.mark.parametrize("answer", ["Yes.", "No", "B", "42", "네.", "물", "a = b", "水"])
def test_short_answers_that_say_something_are_answers(answer):
    assert answer_problem(answer) == ""


@given(st.text())
def test_a_word_of_content_makes_any_text_without_apology_an_answer(text):
    assert "stop words" not in answer_problem(f"{text} basalt")
