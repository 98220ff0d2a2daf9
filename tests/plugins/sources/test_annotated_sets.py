"""Annotated sets in their published shapes, and real sets where they are at hand."""

import json
from collections import Counter

import pytest

from byeori import DataError
from byeori_plugins.sources import InstructionSet, instructions_of

PARAGRAPH = {
    "context": "Ann lives in Arlen. She fishes.",
    "qas": [
        {"id": "1", "question": "Where?", "answers": [{"text": "Arlen", "answer_start": 13}] * 2},
        {"id": "2", "question": "Why?", "answers": [], "is_impossible": True},
        {"id": "3", "question": "Who?", "answers": [{"text": "Bob", "answer_start": 0}]},
    ],
}
NLI = {"premise": "Ann fishes.", "hypothesis": "Ann sleeps.", "gold_label": "contradiction"}


@pytest.fixture
def load(read):
    def load_(*rows, **settings):
        content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        return read(InstructionSet, content, "set.jsonl", **settings)

    return load_


def items(document, kind):
    found = document.metadata["annotations"]
    assert found["kind"] == kind
    return found["items"]


def test_squad_gives_a_document_a_paragraph_and_checks_that_answers_stand_in_it(read, rejects):
    whole = {"version": "v2.0", "data": [{"title": "Ann", "paragraphs": [PARAGRAPH]}]}
    (document,) = read(InstructionSet, json.dumps(whole), "dev.json", group_by="title")
    assert (document.text, document.title) == (PARAGRAPH["context"], "Ann")
    assert document.metadata["split_group"] == "Ann"
    assert items(document, "reading") == [
        {"question": "Where?", "id": "1", "answer": "Arlen", "alternatives": []},
        {"question": "Why?", "id": "2"},
    ]
    assert [(r.where, r.reason) for r in rejects] == [
        (
            "dev.json:1 (paragraphs[0])",
            "in part: a question whose answer does not stand in its context",
        )
    ]


def test_flat_copies_of_squad_are_grouped_by_their_context(load):
    row = {"id": "1", "context": "Ann lives in Arlen.", "question": "Where?", "title": "Ann"}
    there = {**row, "answers": {"text": ["Arlen"], "answer_start": [13]}}
    nowhere = {**row, "question": "Why?", "answers": {"text": [], "answer_start": []}}
    first, second = load(there, nowhere)
    assert first.metadata["split_group"] == second.metadata["split_group"]
    assert items(first, "reading")[0]["answer"] == "Arlen"
    assert "answer" not in items(second, "reading")[0]


@pytest.mark.parametrize(
    "row",
    [
        NLI,
        {"sentence1": "Ann fishes.", "sentence2": "Ann sleeps.", "gold_label": "Contradiction"},
        {"premise": "Ann fishes.", "hypothesis": "Ann sleeps.", "label": 2},
        {"premise": "Ann fishes.", "hypothesis": "Ann sleeps.", "label": "2"},
    ],
)
def test_inferences_are_read_whatever_their_labels_look_like(load, row):
    (document,) = load(row)
    assert items(document, "inference") == [
        {"premise": "Ann fishes.", "hypothesis": "Ann sleeps.", "label": "contradiction"}
    ]


@pytest.mark.parametrize("label", ["-", -1, ""])
def test_an_inference_without_a_verdict_is_left_out_and_listed(load, rejects, label):
    load(NLI, {**NLI, "gold_label": label})
    assert [reject.reason for reject in rejects] == ["the annotators agreed on no label"]


def test_an_unknown_inference_is_refused(load):
    with pytest.raises(DataError, match="field `label` is 'maybe'; expected entailment, neutral,"):
        load({**NLI, "gold_label": "maybe"})


def test_labels_of_a_classification_are_named_by_the_recipe(load):
    (document,) = load({"id": 1, "document": "좋다", "label": 1}, labels={0: "부정", 1: "긍정"})
    assert items(document, "classification") == [
        {"text": "좋다", "label": "긍정", "labels": ["부정", "긍정"]}
    ]
    (document,) = load({"text": "A game", "label": "sport"}, labels=["sport", "economy"])
    assert items(document, "classification")[0]["labels"] == ["sport", "economy"]


def test_a_label_without_a_name_is_refused(load):
    with pytest.raises(DataError, match="the label is the number 1: say with `labels` which"):
        load({"text": "a", "label": 1})
    with pytest.raises(DataError, match="the label 'x' is none of `labels`: a, b"):
        load({"text": "a", "label": "x"}, labels=["a", "b"])


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("What?,one,two,B\nWho?,Ann,Bob,A\n", "exam.csv"),
        ("question,A,B,answer\nWhat?,one,two,B\n", "exam.csv"),
        ('{"question": "What?", "options": ["one", "two"], "answer": 1}\n', "exam.jsonl"),
        ('{"question": "What?", "choices": {"A": "one", "B": "two"}, "answer": "B"}', "exam.json"),
    ],
)
def test_exams_are_read_in_every_shape_the_evaluator_reads(read, content, name):
    document = read(InstructionSet, content, name)[0]
    (item,) = items(document, "exam")
    assert (item["question"], item["choices"], item["answer"]) == ("What?", ["one", "two"], 1)


def test_an_exam_answer_that_can_be_read_two_ways_is_refused_with_the_setting_to_use(read):
    content = "question,1,2,answer\nWhat?,one,two,2\n"
    with pytest.raises(DataError, match=r"fits none .* set `exam_answers:`"):
        read(InstructionSet, content, "exam.csv")
    (document,) = read(InstructionSet, content, "exam.csv", exam_answers="numbers-from-1")
    assert items(document, "exam")[0]["answer"] == 1


# -- real sets


@pytest.fixture
def real(shared_data, context):
    def real_(*parts, **settings):
        config = InstructionSet.config_model(path=shared_data(*parts), **settings)
        return list(InstructionSet(config).documents(context))

    return real_


@pytest.mark.parametrize(
    ("parts", "format_", "count"),
    [
        (("self_instruct", "seed_tasks.jsonl"), "self-instruct", 175),
        (("self_instruct", "user_oriented_instructions.jsonl"), "self-instruct", 252),
        (("kullm", "user_oriented_instructions_eval.jsonl"), "self-instruct", 252),
        (("korean_chatbot", "ChatbotData.csv"), "pairs", 11_823),
        (("mt_bench", "vicuna_bench_question.jsonl"), "mt-bench", 80),
        (("klue", "klue-nli-v1.1_dev.json"), "inference", 3_000),
        (("korean_chem_exam", "exam.jsonl"), "exam", 103),
        (("mmlu",), "exam", 404),
    ],
)
def test_real_sets_are_recognised_and_read_whole(real, rejects, parts, format_, count):
    documents = real(*parts)
    assert (len(documents), rejects) == (count, [])
    assert {document.metadata["format"] for document in documents} == {format_}


def test_korquad_is_read_whole_but_for_one_paragraph_without_questions(real, rejects):
    documents = real("korquad", "KorQuAD_v1.0_dev.json", group_by="title")
    assert len(documents) == 963
    assert sum(len(items(document, "reading")) for document in documents) == 5_774
    assert [reject.reason for reject in rejects] == ["a context without questions"]
    assert len({document.metadata["split_group"] for document in documents}) == 140


def test_mt_bench_with_its_reference_answers_gives_both_turns(real, shared_data):
    answers = shared_data("mt_bench", "mt_bench_reference_gpt-4.jsonl")
    documents = real("mt_bench", "mt_bench_question.jsonl", reference_answers=answers)
    answered = [one for d in documents for one in instructions_of(d) if one.output]
    assert Counter(bool(one.history) for one in answered) == {False: 30, True: 30}
