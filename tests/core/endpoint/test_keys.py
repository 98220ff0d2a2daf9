"""Keys are secrets: whatever is wrong with one, it is never repeated."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from byeori import Context, StoppedError
from byeori.endpoint import EndpointConfig, Request
from byeori.endpoint.client import EndpointClient
from byeori.testing.server import OpenAIServer

Make = Callable[..., EndpointConfig]


@pytest.mark.parametrize(
    "key", ["abc\ndef-123456", "열쇠-1234567890", "two words-123456", "a\x7fb"]
)
def test_a_key_that_cannot_be_sent_is_refused_before_anything_is_sent(
    key: str, config_for: Make, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYEORI_TEST_KEY", key)
    with OpenAIServer() as server:
        client = EndpointClient(config_for(server, api_key_env="BYEORI_TEST_KEY"))
        with pytest.raises(StoppedError, match="BYEORI_TEST_KEY") as error:
            list(client.answers([Request(prompt="Hello?")], context))
        assert server.bodies == []
    assert not any(part in str(error.value) for part in key.split())


def test_a_line_break_at_the_end_of_a_key_does_no_harm(
    config_for: Make, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYEORI_TEST_KEY", "sk-secret-0123456789\n")
    with OpenAIServer(api_key="sk-secret-0123456789") as server:
        client = EndpointClient(config_for(server, api_key_env="BYEORI_TEST_KEY"))
        (outcome,) = client.answers([Request(prompt="Hello?")], context)
    assert outcome.error is None


def test_a_key_written_where_its_name_belongs_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as raised:
        EndpointConfig(
            name="m", base_url="http://127.0.0.1:1/v1", api_key_env="sk-SECRET-0123456789"
        )
    (detail,) = raised.value.errors()
    assert detail["type"] == "value_error"  # the kind whose input a recipe's mistakes leave out
    assert "SECRET" not in detail["msg"]


def test_a_run_stopped_by_unusable_answers_says_what_would_be_asked_anew(
    config_for: Make, context: Context
) -> None:
    from pydantic import BaseModel

    class Answer(BaseModel):
        name: str

    with OpenAIServer(lambda body: "no JSON at all") as server:
        client = EndpointClient(config_for(server))
        requests = [Request(prompt=f"Who? {n}", schema=Answer) for n in range(30)]
        with pytest.raises(StoppedError, match="the same request is not asked twice"):
            list(client.answers(requests, context))
