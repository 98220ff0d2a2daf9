"""Keys are secrets: whatever is wrong with one, it is never repeated."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from byeori import Context, RecipeError, StoppedError
from byeori.endpoint import EndpointConfig, Request
from byeori.endpoint.client import EndpointClient
from byeori.plan import make_plan
from byeori.recipe import read_recipe
from byeori.testing import registry_of
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


@pytest.mark.parametrize("value", [12345678, "", "MY KEY", "1SECRET", "열쇠", ["sk-SECRET"]])
def test_what_is_not_the_name_of_a_variable_is_refused_without_showing_it(value: object) -> None:
    settings = {"name": "m", "base_url": "http://127.0.0.1:1/v1", "api_key_env": value}
    with pytest.raises(ValidationError, match="must be the name of an environment var") as raised:
        EndpointConfig.model_validate(settings)
    assert [detail["type"] for detail in raised.value.errors()] == ["value_error"]
    assert not value or str(value) not in str(raised.value)


@pytest.mark.parametrize("value", ["sk-SECRET", "[sk-SECRET]", "{sk-SECRET: 1}"])
def test_a_key_in_a_recipe_is_in_no_mistake(value: str, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "name: x\nbase_model: {path: builtin:tiny}\ndocuments: [{use: jsonl, path: d.jsonl}]\n"
        "examples: [{use: question-answer, model: {name: m, base_url: 'http://x/v1', "
        f"api_key_env: {value}}}}}]\n"
    )
    with pytest.raises(RecipeError) as raised:
        make_plan(read_recipe(recipe, ()), registry_of())
    told = "\n".join(str(mistake) for mistake in raised.value.mistakes)
    assert "api_key_env: must be the name of an environment variable" in told
    assert "SECRET" not in told


@pytest.mark.parametrize("key", ["sk-secret-0123456789", "sk-'quo\\ted\"-0123456789"])
def test_what_the_http_library_says_is_shown_without_the_key(
    key: str, config_for: Make, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*args: object, **kwargs: object) -> None:
        raise ValueError(f"Illegal header value {b'Bearer ' + key.encode()!r}")

    monkeypatch.setenv("BYEORI_TEST_KEY", key)
    monkeypatch.setattr("aiohttp.ClientSession._request", fails)
    with OpenAIServer() as server:
        config = config_for(server, api_key_env="BYEORI_TEST_KEY", max_retries=0)
        with pytest.raises(StoppedError, match=r"the connection was lost.*\*\*\*") as error:
            list(EndpointClient(config).answers([Request(prompt="Hello?")], context))
    assert "0123456789" not in str(error.value)
