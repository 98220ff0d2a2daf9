"""Self-Instruct's heuristics: what is dropped without asking anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.generation import Unusable
from byeori.text import folded
from byeori_plugins.generators.self_instruct.config import UNSUITABLE
from byeori_plugins.generators.self_instruct.heuristics import (
    bare,
    bare_input,
    instruction_problem,
    usable_instances,
)


def problem(text: str) -> str:
    return instruction_problem(text, 4, 150, UNSUITABLE)


@pytest.mark.parametrize(
    ("written", "instruction"),
    [
        ("Task 9: Name three seas.", "Name three seas."),
        ("12. Name three seas.", "Name three seas."),
        ("- 3) Name three\n seas.", "Name three seas."),
        ("과제 4: 바다 이름을 셋 쓰시오.", "바다 이름을 셋 쓰시오."),
        ("Task scheduling: explain it.", "Task scheduling: explain it."),
        ("1.5 litres are how many pints?", "1.5 litres are how many pints?"),
        ("2024 was a leap year; why?", "2024 was a leap year; why?"),
    ],
)
def test_the_number_before_a_task_is_taken_off_and_nothing_else(written, instruction):
    assert bare(written) == instruction


@given(st.text(alphabet="abc XYZ가나.,!?", min_size=1), st.integers(1, 999))
def test_any_task_comes_back_from_a_numbered_line(text, number):
    plain = " ".join(text.split())
    assert bare(f"Task {number}: {plain}") == bare(plain) == bare(bare(plain))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the instruction is empty"),
        ("Do it now.", "the instruction is too short"),
        ("word " * 151, "the instruction is too long"),
        ("!Name the three largest seas.", "the instruction begins with punctuation"),
        ("Describe the pictures below in detail.", "the instruction is unsuitable: `pictures`"),
        ("Write a program that adds numbers.", "the instruction is unsuitable: `write a program`"),
        ("다음 사진에서 무엇이 보이는지 쓰시오.", "the instruction is unsuitable: `사진`"),
    ],
)
def test_an_instruction_no_text_model_can_follow_is_dropped(text, reason):
    assert problem(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "Explain photosynthesis to a child.",  # begins with `photo`, and is another word
        "Write a paragraph about filets.",
        "다음 글을 요약하시오.",  # three words, nine syllables
        '"Carpe diem": explain the saying.',
        "(a + b) squared is what?",
        "그 사람의 실사진행을 설명하시오.",
    ],
)
def test_words_that_only_look_like_it_are_let_through(text):
    assert problem(text) == ""


def reasons(*instances):
    return [one.reason if isinstance(one, Unusable) else one for one in usable_instances(instances)]


def test_instances_that_cannot_be_right_are_dropped_with_a_reason():
    assert reasons(("a", "")) == ["the output is empty"]
    assert reasons(("A  b", "a b")) == ["the output repeats the input"]
    assert reasons(("a", "The seas are:")) == ["the output ends with a colon"]
    assert reasons(("a", "b"), ("a ", "B")) == [("a", "b"), "the same instance twice"]
    assert reasons(("a", "b"), ("c", "d"), ("a", "e")) == [
        "one input with different outputs",
        ("c", "d"),
        "one input with different outputs",
    ]


@pytest.mark.parametrize("said", ["N/A", "None.", "<noinput>", "No input", "없음", "-", "  "])
def test_an_input_that_says_there_is_none_is_empty(said):
    assert bare_input(said) == ""


def test_an_input_that_only_begins_so_is_kept():
    assert bare_input("None of the seas is sweet.") == "None of the seas is sweet."


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b ", "N/A"]), st.text("xy: ", max_size=3))))
def test_what_is_kept_has_one_output_for_each_input(instances):
    kept = [one for one in usable_instances(instances) if not isinstance(one, Unusable)]
    assert len(list(usable_instances(instances))) == len(instances)
    assert len({folded(asked) for asked, _ in kept}) == len(kept)
    assert all(answer and folded(answer) != folded(asked) for asked, answer in kept)
