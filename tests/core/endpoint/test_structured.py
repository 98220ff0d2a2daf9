import json
import re
from typing import Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.lib._pydantic import to_strict_json_schema
from pydantic import BaseModel, Field

from byeori.endpoint import EndpointConfig, Request, ask_json
from byeori.endpoint.structured import parse, strict_schema
from byeori.errors import StoppedError
from byeori.testing.server import Fault, OpenAIServer


class Place(BaseModel):
    default: str
    kind: Literal["city", "sea"]


class Fact(BaseModel):
    fact: str
    year: int = Field(ge=0)
    places: list[Place] = []


GOOD = {"fact": "물은 100 °C에서 끓는다", "year": 1742, "places": []}


class Plain(BaseModel):
    place: Place
    others: list[Place]
    year: int | None


def test_the_strict_schema_is_the_one_openais_own_client_sends():
    assert strict_schema(Plain) == to_strict_json_schema(Plain)


def test_a_default_is_no_part_of_the_strict_schema_but_a_field_of_that_name_is():
    schema = strict_schema(Fact)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({**GOOD, "places": [{"default": "x", "kind": "sea"}]}, schema)
    assert schema["required"] == ["fact", "year", "places"]
    assert "default" not in schema["properties"]["places"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        json.dumps(GOOD, ensure_ascii=False, indent=2),
        f"```json\n{json.dumps(GOOD)}\n```",
        f"Here it is:\n{json.dumps(GOOD)}",
        json.dumps(GOOD)[:-1],
        str(GOOD),
        f"<think>a {{brace}} in a thought</think>{json.dumps(GOOD)}",
    ],
)
def test_json_and_what_is_nearly_json_is_read(text):
    assert parse(text, Fact).value == Fact(**GOOD)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("I am sorry.", "not JSON"),
        ("3", "valid dictionary"),
        ('{"fact": "x"}', "year: Field required"),
        ('{"fact": "x", "year": -1}', "year: Input should be greater"),
        ('{"fact": "\\ud800", "year": 1}', "not valid Unicode"),
        ("[" * 100_000, "not JSON|nested|valid dictionary"),
        ("x" * 300_000, "not JSON"),
    ],
)
def test_what_cannot_be_used_says_why(text, says):
    parsed = parse(text, Fact)
    assert parsed.value is None
    assert re.search(says, parsed.error)


@given(st.text() | st.text('{}[]":,factyear0123 \n'))
def test_no_text_makes_the_parser_raise(text):
    parsed = parse(text, Fact)
    assert (parsed.value is None) == bool(parsed.error)


def ask(config: EndpointConfig, context, count: int = 1) -> list:
    requests = (
        Request(prompt=f"fact {n}", schema=Fact, where=f"d{n}", row=n) for n in range(count)
    )
    return list(ask_json(config, requests, context))


def good(body: dict) -> str:
    return json.dumps(GOOD)


def test_the_schema_goes_to_the_server_and_into_the_prompt(context, config_for):
    with OpenAIServer(good) as server:
        (reply,) = ask(config_for(server), context)
    (body,) = server.bodies
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["strict"] is True
    assert json.dumps(strict_schema(Fact)) in body["messages"][-1]["content"]
    assert (reply.value, reply.row) == (Fact(**GOOD), 0)


def test_the_reply_leads_back_to_its_answer_in_the_journal(context, config_for, journal):
    with OpenAIServer(good) as server:
        (reply,) = ask(config_for(server), context)
    assert journal.get(reply.key).request == server.bodies[0]


def test_a_server_that_refuses_the_schema_gets_it_in_the_prompt_and_it_is_said_once(
    context, config_for, heard
):
    with OpenAIServer(good, response_format="refuse") as server:
        config = config_for(server, concurrency=1)
        assert len(ask(config, context, 5)) == 5
        assert [("response_format" in body) for body in server.bodies] == [True] + [False] * 5
        assert sum("response_format" in message for message in heard.messages) == 1
        assert len(ask(config, context, 5)) == 5
        assert len(server.bodies) == 6, "a second run asks nothing, not even whether it may"


def test_a_server_that_ignores_the_schema_is_read_anyway_and_it_is_said_once(
    context, config_for, heard
):
    def chatty(body: dict) -> str:
        assert "response_format" not in body
        return f"Sure! ```json\n{json.dumps(GOOD)}\n```"

    with OpenAIServer(chatty, response_format="ignore") as server:
        assert len(ask(config_for(server), context, 5)) == 5
    assert server.errors == []
    assert sum("not plain JSON" in message for message in heard.messages) == 1


def test_a_wrong_answer_is_shown_to_the_model_once_and_then_used(context, config_for, journal):
    def learns(body: dict) -> str:
        if len(body["messages"]) == 1:
            return '{"fact": "x"}'
        assert body["messages"][1] == {"role": "assistant", "content": '{"fact": "x"}'}
        assert "year: Field required" in body["messages"][2]["content"]
        return json.dumps(GOOD)

    with OpenAIServer(learns) as server:
        (reply,) = ask(config_for(server), context)
        assert server.errors == []
        assert len(server.bodies) == len(journal) == 2
        assert ask(config_for(server), context)[0].key == reply.key
        assert len(server.bodies) == 2
    assert journal.get(reply.key).request["messages"][1]["role"] == "assistant"


def test_a_model_that_does_not_learn_is_rejected_with_the_reason(context, config_for, heard):
    def stubborn(body: dict) -> str:
        return good(body) if "fact 1" in body["messages"][0]["content"] else "no"

    with OpenAIServer(stubborn) as server:
        assert [reply.row for reply in ask(config_for(server), context, 3)] == [1]
        assert len(server.bodies) == 5
    assert [(r.where, r.reason, r.text) for r in heard.rejects] == [
        ("d0", "the answer is not JSON", "no"),
        ("d2", "the answer is not JSON", "no"),
    ]


def test_a_cut_answer_is_never_mended(context, config_for, heard):
    with OpenAIServer(good, script=[Fault("cut"), None]) as server:
        replies = ask(config_for(server, concurrency=1, max_tokens=9), context, 2)
    assert [reply.row for reply in replies] == [1]
    assert heard.rejects[0].reason == "the answer was cut at 9 tokens; raise `max_tokens`"


def test_a_model_that_never_writes_json_stops_a_long_run(context, config_for, journal):
    with OpenAIServer(lambda body: "no") as server:
        with pytest.raises(StoppedError, match=r"20 of 20 requests.*the answer is not JSON"):
            ask(config_for(server, concurrency=2), context, 200)
        assert len(server.bodies) < 80


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"base_url": "127.0.0.1:8000/v1"}, "must be a URL such as"),
        ({"base_url": "http://me:secret@x/v1"}, "api_key_env"),
        ({"base_url": "http://x/v1?key=secret"}, "api_key_env"),
        ({"base_url": "http://x/v1", "extra": {"stream": True}}, "stream: set by byeori"),
        ({"base_url": "http://x/v1", "concurrency": 0}, "concurrency"),
        ({"base_url": "http://x/v1", "api_key": "sk"}, "api_key"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_when_the_recipe_is_read(settings, says):
    with pytest.raises(ValueError, match=says):
        EndpointConfig(name="m", **settings)


def test_every_setting_is_described_and_the_url_loses_its_last_slash():
    assert all(field.description for field in EndpointConfig.model_fields.values())
    assert EndpointConfig(name="m", base_url="http://x/v1/").base_url == "http://x/v1"


def test_the_schemas_fields_reach_the_endpoint_in_their_own_order(context, config_for):
    class Reasoned(BaseModel):
        question: str
        answer: str

    def reply(body: dict) -> str:
        schema = body["response_format"]["json_schema"]["schema"]
        return json.dumps(dict.fromkeys(schema["properties"], "x"))

    with OpenAIServer(reply) as server:
        request = Request(prompt="p", schema=Reasoned, where="d", row=0)
        list(ask_json(config_for(server), [request], context))
        sent = server.bodies[0]["response_format"]["json_schema"]["schema"]
    # A model that writes the answer first has no question to answer yet.
    assert list(sent["properties"]) == ["question", "answer"]
