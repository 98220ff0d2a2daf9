import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import Context, Document, Example
from byeori.bulk import with_id
from byeori.checks import check
from byeori.generation import split
from byeori.testing.server import Fault, OpenAIServer, completion
from byeori_plugins.generators.question_answer import (
    Pairs,
    QuestionAnswer,
    QuestionAnswerConfig,
)


def documents(count: int) -> list[Document]:
    return [
        with_id(Document(text=f"원소 {n}의 끓는점은 {n * 7} K이다.\n\nIt melts.", language="ko"))
        for n in range(count)
    ]


def pairs(*values: tuple[str, str]) -> str:
    return json.dumps({"pairs": [{"question": q, "answer": a} for q, a in values]})


def test_examples_come_from_documents_in_order_and_lead_back_to_the_answer(
    generate, context, heard
):
    rows = documents(12)
    with OpenAIServer() as server:
        examples = generate(QuestionAnswer, server, rows, per_document=3)
    assert [e.document_id for e in examples] == [row.id for row in rows for _ in range(3)]
    for example in examples:
        check(example, Example, "question-answer")
        answer = context.answers.get(example.metadata["answer"])
        assert example.output in answer.response["choices"][0]["message"]["content"]
        assert (example.task, example.language) == ("qa", "ko")
    assert heard.rejects == []


def test_the_papers_system_message_the_number_and_the_language_reach_the_model(generate, context):
    row = dataclasses.replace(documents(1)[0], title="Elements")
    with OpenAIServer() as server:
        generate(QuestionAnswer, server, [row], per_document=2)
        generate(QuestionAnswer, server, [row], language="en", system="")
    first, second = (body["messages"] for body in server.bodies)
    assert first[0]["content"] == (
        "You are an API that converts text provided by a user role a single question and answer "
        "in perfect JSON format"
    )
    assert "Write 2 question-answer pairs about the text below, in Korean." in first[1]["content"]
    assert "Title: Elements\n\n원소 0의" in first[1]["content"]
    assert "Write 1 question-answer pair about the text below, in English." in second[0]["content"]


def test_examples_are_the_same_bytes_with_faults_without_and_from_the_journal(
    generate, context, tmp_path
):
    faults = {Fault("status", status=500): 0.15, Fault("drop"): 0.1, Fault("garbage"): 0.15}
    plain = Context(stage="x", seed=0, output=tmp_path, scratch=tmp_path)
    rows = documents(40)
    again = {"per_document": 3, "model": {"max_retries": 30}}
    with OpenAIServer() as server:
        calm = generate(QuestionAnswer, server, rows, within=plain, **again)
    with OpenAIServer(faults=faults, seed=2) as server:
        rough = generate(QuestionAnswer, server, rows, **again)
        asked = len(server.bodies)
        kept = generate(QuestionAnswer, server, rows, **again)
        assert len(server.bodies) == asked > 40
    assert [dataclasses.replace(e, metadata={}) for e in rough] == [
        dataclasses.replace(e, metadata={}) for e in calm
    ]
    assert kept == rough
    assert server.repeats == {}


def test_pairs_that_cannot_be_used_are_rejected_with_the_reason(generate, context, heard):
    answer = pairs(
        ("What boils?", "Water."),
        ("  what   BOILS? ", "Tea."),
        ("", "Empty."),
        ("Why?", "  "),
        ("Is it?", "is it?"),
        ("What melts?", " Ice. "),
        ("One more?", "Yes."),
    )
    with OpenAIServer(lambda body: answer) as server:
        (row,) = documents(1)
        examples = generate(QuestionAnswer, server, [row], per_document=6)
    assert [(e.instruction, e.output) for e in examples] == [
        ("What boils?", "Water."),
        ("What melts?", "Ice."),
    ]
    assert {r.where for r in heard.rejects} == {row.id}
    assert [r.reason for r in heard.rejects] == [
        "the same question twice in one document",
        "the question or the answer is empty",
        "the question or the answer is empty",
        "the answer repeats the question",
        "more pairs than asked for",
    ]


def test_a_document_whose_answer_is_no_use_is_rejected_and_the_others_go_on(
    generate, context, heard
):
    def reply(body: dict) -> str | dict:
        prompt = body["messages"][1]["content"]
        if "원소 2의" in prompt:
            return completion(body, None, refusal="No.")
        return "never" if "원소 1의" in prompt else pairs(("Q?", "A."))

    rows = documents(4)
    with OpenAIServer(reply) as server:
        examples = generate(QuestionAnswer, server, rows)
    assert [e.document_id for e in examples] == [rows[0].id, rows[3].id]
    assert [(r.where, r.reason) for r in heard.rejects] == [
        (rows[1].id, "the answer is not JSON"),
        (rows[2].id, "the model refused"),
    ]


def test_no_pairs_at_all_is_said(generate, context, heard):
    with OpenAIServer(lambda body: '{"pairs": []}') as server:
        assert generate(QuestionAnswer, server, documents(1)) == []
    assert [r.reason for r in heard.rejects] == ["the answer held no pairs"]


@pytest.mark.parametrize(
    "text",
    [
        '[{"question": "Q?", "answer": "A."}]',
        '{"question": "Q?", "answer": "A."}',
        '{"pairs": [{"question": "Q?", "answer": "A."}]}',
    ],
)
def test_small_models_may_leave_the_outer_object_away(text):
    assert Pairs.model_validate(json.loads(text)).pairs[0].answer == "A."


def test_a_long_document_goes_out_in_parts_between_paragraphs_and_is_counted(
    generate, context, heard
):
    paragraphs = [f"Paragraph {n}. " + "word " * 20 for n in range(9)]
    long = with_id(Document(text="\n\n".join(paragraphs), language="en"))
    with OpenAIServer() as server:
        examples = generate(QuestionAnswer, server, [long, *documents(1)], max_characters=300)
    sent = [body["messages"][1]["content"] for body in server.bodies]
    assert len(sent) == 6
    assert [e.metadata["part"] for e in examples[:-1]] == sorted(
        e.metadata["part"] for e in examples[:-1]
    )
    assert {e.metadata["parts"] for e in examples[:-1]} == {5}
    assert "1 documents had more than 300 characters and went out in 5 parts" in heard.messages


@given(st.text("ab.다 \n"), st.integers(5, 60))
def test_splitting_loses_only_white_space_and_keeps_to_the_length(text, longest):
    parts = split(text, longest)
    assert all(0 < len(part) <= longest for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)


def test_a_prompt_may_use_the_documents_fields_and_a_missing_one_rejects_that_document(
    generate, context, heard
):
    rows = [
        with_id(Document(text="t", metadata={"abstract": "We show."})),
        with_id(Document(text="t", metadata={})),
    ]
    with OpenAIServer() as server:
        examples = generate(QuestionAnswer, server, rows, prompt="{{ document.metadata.abstract }}")
    assert [e.output for e in examples] == ["We show."]
    assert heard.rejects[0].where == rows[1].id
    assert "abstract" in heard.rejects[0].reason


def test_a_prompt_that_is_no_template_is_refused_when_the_recipe_is_read():
    model = {"name": "m", "base_url": "http://x/v1"}
    with pytest.raises(ValidationError, match=r"prompt\n.*is not a Jinja template"):
        QuestionAnswerConfig.model_validate({"model": model, "prompt": "{{ document"})


def test_real_award_abstracts_go_all_the_way(generate, context, shared_data, heard):
    path = shared_data("nasa_sbir", "awards_2001_2011.jsonl")
    with path.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line, _ in zip(lines, range(40), strict=False)]
    text = next(key for key, value in records[0].items() if "bstract" in key)
    rows = [with_id(Document(text=r[text], language="en")) for r in records if r[text]]
    with OpenAIServer(faults={Fault("status", status=503): 0.2}) as server:
        examples = generate(
            QuestionAnswer, server, rows, max_characters=1500, model={"max_retries": 30}
        )
    assert {e.document_id for e in examples} == {row.id for row in rows}
    assert server.repeats == {}
