import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import Document, StoppedError
from byeori.bulk import with_id
from byeori.testing.server import Fault, OpenAIServer, completion
from byeori_nasa.asked import AskedQuestions, QuestionAndAnswer
from byeori_nasa.wordings import ROLE

METADATA = {
    "title": "Salt Heater",
    "abstract": "Acme, Inc. proposes to develop a heater. NASA applications include rovers.",
    "firm": "Acme, Inc.",
    "program": "SBIR",
    "phase": "Phase II",
    "keywords": ["heat", "salt"],
}


def document(number=0, **changes):
    metadata = {k: v for k, v in (METADATA | changes).items() if v is not None}
    metadata["title"] = f"{metadata['title']} {number}" if metadata.get("title") else ""
    row = Document(text="t", title=metadata["title"], language="en", metadata=metadata)
    return with_id(row)


def pair(question="What heats?", answer="Salt."):
    return json.dumps({"question": question, "answer": answer})


def reply(body):
    """Says again what it was given, so that every answer is another one."""
    said = body["messages"][-1]["content"].partition("\n\nAnswer with JSON only")[0]
    question, _, answer = said.partition("\n\n")[2].partition("\n")
    return pair(f"Tell me: {question}", answer)


def ask(server, documents, context, **settings):
    model = {"name": "komt", "base_url": server.base_url, "backoff_seconds": 0.005}
    model |= settings.pop("model", {})
    config = AskedQuestions.config_model.model_validate({"model": model, **settings})
    return list(AskedQuestions(config).examples(documents, context))


def test_the_model_is_sent_the_papers_role_and_a_question_and_answer_of_table_1(context):
    with OpenAIServer(reply) as server:
        ask(server, [document()], context, fields=["nasa_applications"])
    (body,) = server.bodies
    system, user = (message["content"] for message in body["messages"])
    assert system == (
        "You are an API that converts text provided by a user role a single question and answer "
        "in perfect JSON format"
    )
    assert user.startswith(
        "Write the question and the answer in English.\n\n"
        "What are the potential NASA applications of Salt Heater 0?\n"
        "The potential NASA applications of Salt Heater 0 include rovers."
    )


def test_the_role_is_the_instruction_and_the_models_question_the_input(context):
    with OpenAIServer(lambda body: pair(" What heats? ", " Salt. ")) as server:
        (example,) = ask(server, [document()], context, fields=["firm"])
    assert (example.instruction, example.input, example.output) == (ROLE, "What heats?", "Salt.")
    assert (example.task, example.language) == ("firm", "en")
    assert example.metadata["field"] == "firm"
    assert example.metadata["answer"]


def test_two_and_a_half_questions_a_document_on_average_drawn_by_the_seed(context):
    rows = [document(number) for number in range(60)]
    with OpenAIServer(reply) as server:
        examples = ask(server, rows, context)
        some = ask(server, rows[20:30], context)
    numbers = Counter(Counter(e.document_id for e in examples).values())
    assert set(numbers) == {2, 3}
    assert 20 < numbers[2] < 40
    assert len({e.metadata["field"] for e in examples}) > 5
    assert [e.input for e in some] == [
        e.input for e in examples if e.document_id in {row.id for row in rows[20:30]}
    ]


def test_a_field_that_a_record_lacks_is_not_asked_about_and_an_empty_record_is_listed(
    context, rejects
):
    untitled = document(title=None)
    with OpenAIServer(reply) as server:
        examples = ask(server, [document(keywords=None), untitled], context, per_document=None)
    assert "keywords" not in {e.metadata["field"] for e in examples}
    assert [(r.where, r.reason) for r in rejects] == [(untitled.id, "no title to ask by")]


@pytest.mark.parametrize(
    "text",
    [
        '{"question": "Q?", "answer": "A."}',
        '```json\n{"Question": "Q?", "Answer": "A."}\n```',
        '[{"question": "Q?", "answer": "A."}]',
        '{"qa": {"question": "Q?", "answer": "A."}}',
        '{"data": [{"q": "Q?", "a": "A."}]}',
        '{"질문": "Q?", "답변": "A."}',
        'Sure! {"question": "Q?", "answer": "A.",}',
        '{"question": "Q?", "answer": "A."',
    ],
)
def test_json_that_is_nearly_right_is_read(context, text, rejects):
    with OpenAIServer(lambda body: text) as server:
        (example,) = ask(server, [document()], context, fields=["firm"])
    assert (example.input, example.output) == ("Q?", "A.")
    assert len(server.bodies) == 1
    assert not rejects


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no JSON at all", "the answer is not JSON"),
        ("[]", "one question and answer are needed, not 0"),
        ('[{"question": "Q?", "answer": "A."}, {"question": "R?", "answer": "B."}]', "not 2"),
        ('{"question": "Q?"}', "answer: Field required"),
        ('{"question": "", "answer": "A."}', "the question or the answer is empty"),
        (pair("Same.", "same."), "the answer repeats the question"),
        (pair("What does the text say?"), "which nobody will see"),
    ],
)
def test_an_answer_that_cannot_be_used_is_listed_with_its_reason(context, rejects, text, reason):
    def odd(body):
        return text if "Heater 1" in body["messages"][1]["content"] else reply(body)

    rows = [document(0), document(1)]
    with OpenAIServer(odd) as server:
        examples = ask(server, rows, context, fields=["firm"], model={"max_failures": 1.0})
    assert [e.document_id for e in examples] == [rows[0].id]
    (reject,) = rejects
    assert reject.where == rows[1].id
    assert reason in reject.reason


def test_a_refusal_of_one_field_leaves_the_others(context, rejects):
    def grumpy(body):
        if "firm" in body["messages"][-1]["content"].partition("\n\nAnswer with")[0]:
            return completion(body, None, refusal="No.")
        return reply(body)

    with OpenAIServer(grumpy) as server:
        examples = ask(
            server, [document()], context, per_document=None, model={"max_failures": 0.5}
        )
    assert "firm" not in {e.metadata["field"] for e in examples}
    assert len(examples) == 6
    assert len(rejects) == 1


def test_faults_on_the_way_change_nothing(context):
    faults = {Fault("status", status=500): 0.2, Fault("drop"): 0.1, Fault("garbage"): 0.1}
    rows = [document(number) for number in range(20)]
    with OpenAIServer(reply) as server:
        calm = ask(server, rows, context)
    with OpenAIServer(reply, faults=faults, seed=3) as server:
        rough = ask(server, rows, context, model={"max_retries": 30})
    assert [replace(e, metadata={}) for e in rough] == [replace(e, metadata={}) for e in calm]


def test_an_endpoint_that_is_down_stops_the_run_and_says_so(context):
    with OpenAIServer(reply) as server:
        url = server.base_url
    model = {"name": "m", "base_url": url, "max_retries": 1, "backoff_seconds": 0.005}
    config = AskedQuestions.config_model.model_validate({"model": model})
    with pytest.raises(StoppedError):
        list(AskedQuestions(config).examples([document()], context))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["question", "A", "qa", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_whatever_json_comes_it_is_a_question_and_answer_or_a_mistake(data):
    try:
        made = QuestionAndAnswer.model_validate(data)
    except ValidationError:
        return
    assert isinstance(made.question, str)
    assert isinstance(made.answer, str)
