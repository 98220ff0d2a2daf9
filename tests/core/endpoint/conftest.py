from collections.abc import Callable
from typing import Any

import pytest

from byeori.endpoint import EndpointConfig
from byeori.testing.server import OpenAIServer


@pytest.fixture
def config_for() -> Callable[..., EndpointConfig]:
    def make(server: OpenAIServer, **settings: Any) -> EndpointConfig:
        return EndpointConfig(
            **{"name": "test", "base_url": server.base_url, "backoff_seconds": 0.005, **settings}
        )

    return make
