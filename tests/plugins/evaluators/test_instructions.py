"""The 25 kinds of IFEval. On 3,000 random texts lm-evaluation-harness 0.4.13 says the same of all
kinds but those that ask for a language, sentences or capital words, which it tells by other
libraries; it needs a download, so that what is expected here is written out."""

from typing import Any

import pytest

from byeori_plugins.evaluators.instructions import CHECKS, followed, instruction_problem, variants

AT_LEAST, LESS = "at least", "less than"
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("keywords:existence", {"keywords": ["iron", "물"]}, "Iron, 물은", "iron alone"),
    (
        "keywords:frequency",
        {"keyword": "iron", "frequency": 2, "relation": AT_LEAST},
        "Iron and irony",
        "iron",
    ),
    ("keywords:forbidden_words", {"forbidden_words": ["iron"]}, "irony", "the Iron."),
    ("keywords:forbidden_words", {"forbidden_words": ["물"]}, "식물은 푸르다", "물은 액체다"),
    (
        "keywords:letter_frequency",
        {"letter": "i", "let_frequency": 2, "let_relation": LESS},
        "Iron",
        "Iridium",
    ),
    (
        "language:response_language",
        {"language": "ko"},
        "물은 수소와 산소로 되어 있다.",
        "Water is made of hydrogen and oxygen, two gases.",
    ),
    (
        "length_constraints:number_sentences",
        {"num_sentences": 3, "relation": LESS},
        "물은 2.5 리터다. 끝났다.",
        'One. "Two!" Three? Four',
    ),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n***\nb", "a *** *** b"),
    (
        "length_constraints:number_words",
        {"num_words": 3, "relation": AT_LEAST},
        "물은 H2O 이다",
        "well-known",
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "water"},
        'a b\n\n"Water, c',
        "water\n\nb",
    ),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[a] and [b]", "[a]"),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "x\nP. S. y", "PS y"),
    ("detectable_content:postscript", {"postscript_marker": "추신"}, "x\n추신: y", "끝"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n - b", "* a\n** b"),
    ("detectable_format:constrained_response", {}, "My answer is no.", "No."),
    (
        "detectable_format:constrained_response",
        {"options": ["제 답은 예입니다.", "제 답은 아니요입니다."]},
        "제 답은 예입니다.",
        "My answer is yes.",
    ),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "*물*", "* *"),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "절", "num_sections": 2},
        "절 1 가\n절 2 나",
        "절 하나",
    ),
    ("detectable_format:json_format", {}, '```json\n{"a": 1}\n```', "{'a': 1}"),
    ("detectable_format:title", {}, "<<제목>>\n글", "<< >>"),
    ("combination:two_responses", {}, "a ****** b", "a ****** a"),
    ("combination:repeat_prompt", {"prompt_to_repeat": "물은?"}, "물은? 액체다.", "액체다."),
    ("startend:end_checker", {"end_phrase": "The end."}, 'x the end."', "the end. x"),
    ("startend:quotation", {}, ' "a" ', "'a'"),
    (
        "change_case:capital_word_frequency",
        {"capital_frequency": 2, "capital_relation": AT_LEAST},
        "NaCl IS A well-KNOWN salt",
        "NACL-IS",
    ),
    (
        "change_case:english_capital",
        {},
        "WATER IS MADE OF HYDROGEN AND OXYGEN.",
        "Water is made of hydrogen.",
    ),
    (
        "change_case:english_lowercase",
        {},
        "water is made of hydrogen and oxygen.",
        "물은 수소와 산소로 되어 있다.",
    ),
    ("punctuation:no_comma", {}, "a; b", "가、나"),
]


@pytest.mark.parametrize(("name", "arguments", "right", "wrong"), CASES)
def test_an_answer_follows_an_instruction_or_does_not(
    name: str, arguments: dict[str, Any], right: str, wrong: str
) -> None:
    instruction = {"id": name, "arguments": arguments}
    assert instruction_problem(name, arguments) == ""
    assert followed(right, [instruction], loose=False) == [True]
    assert followed(wrong, [instruction], loose=False) == [False]


def test_every_kind_of_the_paper_is_there_and_tried() -> None:
    assert len(CHECKS) == 25
    assert {name for name, *_ in CASES} == set(CHECKS)


def test_what_stands_around_an_answer_is_forgiven_by_the_loose_score() -> None:
    answer = 'Sure, here it is:\n"**Water**"\nAnything else?'
    instructions = [
        {"id": "startend:quotation", "arguments": {}},
        {"id": "punctuation:no_comma", "arguments": {}},
    ]
    assert followed(answer, instructions, loose=False) == [False, False]
    assert followed(answer, instructions, loose=True) == [True, True]
    assert len(list(variants(answer))) == 8


def test_an_empty_answer_follows_nothing() -> None:
    instruction = {"id": "punctuation:no_comma", "arguments": {}}
    assert followed(" ", [instruction], loose=False) == [False]
    assert followed("", [instruction], loose=True) == [False]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("punctuation:no_commas", {}, "did you mean 'punctuation:no_comma'"),
        ("startend:end_checker", {}, "missing a required argument: 'end_phrase'"),
        ("startend:quotation", {"mark": "'"}, "unexpected keyword argument 'mark'"),
        (
            "keywords:frequency",
            {"keyword": "a", "frequency": 1, "relation": "more"},
            "neither 'less than' nor 'at least'",
        ),
        ("startend:end_checker", {"end_phrase": 5}, "startend:end_checker: "),
    ],
)
def test_an_instruction_that_is_none_is_told(
    name: str, arguments: dict[str, Any], message: str
) -> None:
    assert message in instruction_problem(name, arguments)
