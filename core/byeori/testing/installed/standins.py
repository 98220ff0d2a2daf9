"""Stands in for what a recipe's settings need that is not here: models behind endpoints."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from byeori.components import Config, TuningMethod
from byeori.endpoint import EndpointConfig
from byeori.testing.answers import schema_reply

_FEW: dict[str, int] = {"max_steps": 2, "batch_size": 4, "micro_batch_size": 4}
"""Enough that something is learnt, and few enough to be quick."""


def asks_a_model(config: Config) -> bool:
    """Whether an endpoint is among the settings."""
    return any(_endpoints(value) for _, value in config)


def default_config(model: type[Config]) -> Config:
    """The settings of a component that is told nothing but, where it must be, which model to ask.

    Raises:
        pydantic.ValidationError: it needs more.
    """
    needed = model.model_fields.get("model")
    asks = needed is not None and needed.is_required() and needed.annotation is EndpointConfig
    endpoint = {"name": "test", "base_url": "http://127.0.0.1:9/v1"}  # a server takes its place
    return model.model_validate({"model": endpoint} if asks else {})


def _endpoints(value: object) -> bool:
    if isinstance(value, tuple | list):
        return any(map(_endpoints, value))
    return isinstance(value, EndpointConfig)


@contextmanager
def with_standin(config: Config) -> Iterator[Config]:
    """The settings with every endpoint replaced by a server here.

    It answers whatever schema it is asked for with lines of the prompt
    (`byeori.testing.server.schema_reply`).
    """
    if not asks_a_model(config):
        yield config
        return
    from byeori.testing.server import OpenAIServer

    with OpenAIServer(schema_reply) as server:
        # Only what changes: what a recipe did not set must not look as if it had.
        moved = {n: _moved(v, server.base_url) for n, v in config if _endpoints(v)}
        yield config.model_copy(update=moved)


def _moved(value: Any, base_url: str) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(_moved(item, base_url) for item in value)
    if not isinstance(value, EndpointConfig):
        return value
    here = {"base_url": base_url, "api_key_env": None, "endpoints": (), "mode": "direct"}
    return value.model_copy(update=here)


def quick(cls: type[TuningMethod[Any]], config: Config) -> Config:
    """The settings of a tuning for a few steps on a few rows."""
    fields = cls.config_model.model_fields
    few = {name: number for name, number in _FEW.items() if name in fields}
    if steps := getattr(config, "max_steps", None):
        few["max_steps"] = min(steps, _FEW["max_steps"])
    return config.model_copy(update=few)
