"""`ask`: a generator that is written in the recipe."""

import json

import pytest
from pydantic import ValidationError

from byeori import Document
from byeori.bulk import with_id
from byeori_plugins.generators.ask import Ask, AskConfig

MODEL = {"name": "m", "base_url": "http://x/v1"}
EXAMPLE = {"instruction": "Write a haiku.", "input": "{{ text }}", "output": "{{ answer.haiku }}"}
ONE = [with_id(Document(text="A pond.", title="Pond", language="en", metadata={"year": 1686}))]


def asked(**settings):
    return {"prompt": "A haiku of {{ text }}", "answer": {"haiku": "text"}, "example": EXAMPLE} | (
        settings
    )


def test_prompt_answer_and_mapping_are_what_the_recipe_says(generate):
    example = {
        **EXAMPLE,
        "system": "You are {{ document.title }}, {{ year }}.",
        "task": "haiku",
        "language": "ja",
    }
    reply = json.dumps({"haiku": " Frog. ", "mood": "glad", "syllables": 5})
    answer = {
        "haiku": "text",
        "mood": {"choices": ["sad", "glad"], "description": "How it feels."},
        "syllables": "integer",
    }
    (made,) = generate(Ask, reply, ONE, **asked(example=example, answer=answer))
    assert (made.instruction, made.input, made.output) == ("Write a haiku.", "A pond.", "Frog.")
    assert (made.system, made.task, made.language) == ("You are Pond, 1686.", "haiku", "ja")
    assert made.document_id == ONE[0].id


def test_the_schema_the_model_is_given_has_the_names_types_and_descriptions(generate):
    bodies = []

    def reply(body):
        bodies.append(body)
        return json.dumps({"json": "a", "이름": ["b"], "model_x": None, "Q1": True, "items": 1.5})

    answer = {
        "json": "text",
        "이름": "texts",
        "model_x": {"type": "integer", "optional": True, "description": "Not needed."},
        "Q1": "boolean",
        "items": "number",
    }
    example = {"instruction": "i {{ answer.items }}", "output": "{{ answer | json }}"}
    (made,) = generate(Ask, reply, ONE, **asked(answer=answer, example=example))
    schema = bodies[0]["response_format"]["json_schema"]["schema"]
    assert schema["required"] == list(answer)
    assert schema["properties"]["이름"]["items"] == {"type": "string"}
    assert schema["properties"]["model_x"]["description"] == "Not needed."
    assert made.instruction == "i 1.5"
    assert made.output == '{"json": "a", "이름": ["b"], "model_x": null, "Q1": true, "items": 1.5}'


def test_without_fields_the_answer_is_plain_text(generate):
    example = {**EXAMPLE, "output": "{{ answer }}"}
    (made,) = generate(Ask, "An old pond.", ONE, **asked(answer={}, example=example))
    assert made.output == "An old pond."


def test_several_answers_are_one_example_each_and_more_are_rejected(generate, heard):
    reply = json.dumps({"answers": [{"haiku": text} for text in ("a", "b", "c")]})
    example = {**EXAMPLE, "instruction": "Write {{ answer.haiku }}."}
    made = generate(Ask, reply, ONE, **asked(several=2, example=example))
    assert [e.output for e in made] == ["a", "b"]
    assert [(r.reason, r.text) for r in heard.rejects] == [
        ("more answers than asked for", '{"haiku": "c"}')
    ]
    assert generate(Ask, '{"answers": []}', ONE, **asked(several=3, example=example)) == []
    assert heard.rejects[-1].reason == "the answer held nothing"


def test_a_field_that_is_empty_where_it_is_needed_rejects_the_example(generate, heard):
    answer = {"haiku": {"optional": True}}
    assert generate(Ask, '{"haiku": null}', ONE, **asked(answer=answer)) == []
    assert generate(Ask, '{"haiku": " "}', ONE, **asked(answer=answer)) == []
    assert [r.reason for r in heard.rejects] == ["field `haiku` is null", "field `haiku` is empty"]


def test_a_quotation_must_stand_in_the_text(generate, heard):
    answer = {"haiku": "text", "where": "quote"}
    reply = '{"haiku": "h", "where": "%s"}'
    (made,) = generate(Ask, reply % "A  pond", ONE, **asked(answer=answer))
    assert made.metadata["span"] == [0, 6]
    assert made.metadata["quote"] == "A pond"
    assert generate(Ask, reply % "A lake", ONE, **asked(answer=answer)) == []
    assert [(r.reason, r.text) for r in heard.rejects] == [("`where` is not in the text", "A lake")]


def test_an_answer_of_another_choice_or_type_is_asked_for_again_and_then_rejected(generate, heard):
    from byeori.testing.server import OpenAIServer

    answer = {"haiku": {"choices": ["a", "b"]}}
    rows = [*ONE, with_id(Document(text="Other.", language="en"))]

    def reply(body):
        return '{"haiku": "%s"}' % ("a" if "Other" in str(body["messages"]) else "z")

    with OpenAIServer(reply) as server:
        (made,) = generate(Ask, server, rows, **asked(answer=answer))
        assert len(server.bodies) == 3
    assert made.document_id == rows[1].id
    assert heard.rejects[0].reason == "haiku: Input should be 'a' or 'b'"


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"answer": {"haiku": "word"}}, "Input should be 'text', 'integer'"),
        ({"answer": {"haiku": {"type": "integer", "choices": ["1"]}}}, "not for integer"),
        ({"example": {"instruction": "i", "output": "{{ answer"}}, "line 1 of the template"),
        ({"example": {"instruction": "i"}}, "Field required"),
        ({"answer": {}, "several": 3}, "`several` needs `answer`"),
    ],
)
def test_mistakes_are_found_when_the_recipe_is_read(settings, wrong):
    with pytest.raises(ValidationError) as error:
        AskConfig.model_validate(asked(model=MODEL, **settings))
    assert wrong in str(error.value)
