"""`exam-questions`: the right choices stand equally often in every place."""

import json
import re
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document
from byeori.bulk import with_id
from byeori.testing.server import Fault, OpenAIServer
from byeori_plugins.generators.tasks import ExamQuestions
from byeori_plugins.generators.tasks.positions import Positions

GOOD = {
    "question": "What boils at 100 °C?",
    "answer": "Water",
    "wrong": ["Iron", "Helium", "Gold"],
    "explanation": "Water boils at 100 °C at sea level.",
}


def documents(count: int, language: str = "en") -> list[Document]:
    return [with_id(Document(text=f"Text {n} on water.", language=language)) for n in range(count)]


def exam(*rows: dict) -> str:
    return json.dumps({"questions": [{**GOOD, **row} for row in rows]})


def each(body: dict) -> str:
    number = re.search(r"Text (\d+)", body["messages"][-1]["content"])[1]
    return exam({"question": f"Which is {number}?", "wrong": [f"a{number}", f"b{number}", "c"]})


def test_a_question_its_choices_answer_and_explanation_are_in_the_papers_form(generate):
    (example,) = generate(ExamQuestions, exam({}), documents(1, "ko"), labels="circled")
    question, *choices = example.input.splitlines()
    assert question == "What boils at 100 °C?"
    assert sorted(line[2:] for line in choices) == ["Gold", "Helium", "Iron", "Water"]
    assert [line[0] for line in choices] == ["①", "②", "③", "④"]
    right = next(line for line in choices if line.endswith("Water"))
    assert json.loads(example.output) == {"Answer": right, "Explanation": GOOD["explanation"]}
    assert example.instruction.startswith("보기에서 문제의 정답을 찾아 정답과 해설을")
    assert example.metadata["choices"][example.metadata["position"]] == "Water"


def test_a_question_can_be_written_in_one_line_as_the_papers_table_5(generate):
    settings = {
        "labels": "circled",
        "answer_format": "dictionary",
        "question": "{{ question }} 보기:"
        "{% for choice in choices %} {{ choice.mark }}{{ choice.text }}{% endfor %}",
    }
    (example,) = generate(ExamQuestions, exam({}), documents(1, "ko"), **settings)
    assert re.fullmatch(r"What boils at 100 °C\? 보기: ①\w+ ②\w+ ③\w+ ④\w+", example.input)
    assert re.fullmatch(r"\{'Answer': '[①-④] Water', 'Explanation': '.*'\}", example.output)


def test_right_answers_stand_equally_often_in_every_place_and_wrong_ones_are_shuffled(generate):
    examples = generate(ExamQuestions, each, documents(40), choices=4)
    assert Counter(e.metadata["position"] for e in examples) == {0: 10, 1: 10, 2: 10, 3: 10}
    again = generate(ExamQuestions, each, documents(40), choices=4)
    assert [e.input for e in examples] == [e.input for e in again]
    orders = {tuple(c[0] for c in e.metadata["choices"] if c != "Water") for e in examples}
    assert len(orders) == 6
    assert [e.metadata["position"] for e in examples[:8]] != [0, 1, 2, 3] * 2


def test_faults_and_the_order_of_arrival_change_no_place(generate):
    faults = {Fault("status", status=500): 0.15, Fault("drop"): 0.1, Fault("garbage"): 0.1}
    with OpenAIServer(each, faults=faults, seed=3) as server:
        rough = generate(ExamQuestions, server, documents(30), model={"max_retries": 30})
    calm = generate(ExamQuestions, each, documents(30))
    assert [(e.input, e.output) for e in rough] == [(e.input, e.output) for e in calm]


@given(st.lists(st.integers(2, 8), max_size=80), st.integers())
def test_two_places_never_differ_by_more_than_one(choices, seed):
    positions = Positions(Random(seed))
    given_out: dict[int, Counter[int]] = {}
    for number in choices:
        counts = given_out.setdefault(number, Counter(dict.fromkeys(range(number), 0)))
        counts[positions.next(number)] += 1
        assert max(counts.values()) - min(counts.values()) <= 1
        assert len(counts) == number


def test_without_explanation_the_answer_alone_is_learnt(generate):
    (example,) = generate(ExamQuestions, exam({}), documents(1), explanation=False)
    assert list(json.loads(example.output)) == ["Answer"]
    assert "Explanation" not in example.instruction


def test_labels_that_the_model_wrote_before_every_choice_are_taken_off(generate):
    row = {"answer": "C. Water", "wrong": ["A. Iron", "(b) Helium", "④ Gold"]}
    (example,) = generate(ExamQuestions, exam(row), documents(1), labels="numbers")
    assert sorted(example.metadata["choices"]) == ["Gold", "Helium", "Iron", "Water"]
    assert [line[:2] for line in example.input.splitlines()[1:]] == ["1.", "2.", "3.", "4."]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"wrong": ["a", "b", "c", "d"]}, "5 choices instead of 4"),
        ({"wrong": ["a"]}, "2 choices instead of 4"),
        ({"wrong": ["a", "b", " water"]}, "a choice stands there twice"),
        ({"wrong": ["a", "b", ""]}, "the question, a choice or the explanation is empty"),
        ({"explanation": " "}, "the question, a choice or the explanation is empty"),
        ({"wrong": ["a", "b", "All of the above"]}, "a choice is about the others"),
        ({"wrong": ["a", "b", "위의 모두"]}, "a choice is about the others"),
        ({"answer": "Both A and C"}, "a choice is about the others"),
        ({"explanation": "So option B is right."}, "it says where a choice stands"),
        ({"explanation": "따라서 정답은 ②이다."}, "it says where a choice stands"),
        ({"explanation": "그러므로 3번이 맞다."}, "it says where a choice stands"),
        ({"question": "Which?\nA) Water\nB) Iron"}, "it says where a choice stands"),
    ],
)
def test_a_question_that_cannot_be_asked_is_rejected(generate, heard, wrong, reason):
    assert generate(ExamQuestions, exam(wrong), documents(1)) == []
    assert [r.reason for r in heard.rejects] == [reason]


@pytest.mark.parametrize(
    "row",
    [
        {"explanation": "The option has a price; answer a question with care."},
        {"wrong": ["None of the electrons move", "Vitamins A and D", "c"]},
        {"explanation": "세 번째 주기의 원소이다."},
    ],
)
def test_words_that_only_look_like_it_are_let_through(generate, row):
    assert len(generate(ExamQuestions, exam(row), documents(1))) == 1


def test_more_questions_than_asked_for_and_none_are_counted(generate, heard):
    reply = exam({}, {"question": "Another?"}, {"question": "Third?"})
    assert len(generate(ExamQuestions, reply, documents(1), per_document=2)) == 2
    assert generate(ExamQuestions, '{"questions": []}', documents(1)) == []
    assert [r.reason for r in heard.rejects] == [
        "more questions than asked for",
        "the answer held no questions",
    ]


def test_a_grounded_answer_cites_the_text(generate, heard):
    reply = exam({"quote": "on  water"}, {"question": "And?", "quote": "on iron"})
    (example,) = generate(ExamQuestions, reply, documents(1), grounded=True, per_document=2)
    assert example.metadata["quote"] == "on water"
    assert example.metadata["span"] == [7, 15]
    assert [r.reason for r in heard.rejects] == ["not grounded: the quotation is not in the text"]


def test_a_real_korean_exam_is_put_into_order_again(generate, shared_data, heard):
    """Over half of its answers stand at the second place; afterwards a quarter stand anywhere."""
    path = shared_data("korean_chem_exam", "exam.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if len(row["options"]) == 4]
    given_rows = [with_id(Document(text=row["question"], language="ko")) for row in rows]

    def reply(body):
        asked = body["messages"][-1]["content"].partition("\n\nAnswer with JSON only")[0]
        row = next(row for row in rows if asked.endswith(row["question"].strip()))
        right = row["options"][row["answer"]]
        wrong = [o for n, o in enumerate(row["options"]) if n != row["answer"]]
        question = {"question": row["question"], "answer": right, "wrong": wrong}
        return json.dumps({"questions": [{**question, "explanation": row["explanation"]}]})

    examples = generate(ExamQuestions, reply, given_rows, labels="circled")
    before = Counter(row["answer"] for row in rows)
    after = Counter(e.metadata["position"] for e in examples)
    assert max(before.values()) > 0.5 * len(rows)
    assert max(after.values()) - min(after.values()) <= 1
    assert len(examples) >= 0.9 * len(rows)
    for example in examples:
        row = next(row for row in rows if example.input.startswith(row["question"].strip()))
        assert row["options"][row["answer"]].strip() in json.loads(example.output)["Answer"]
