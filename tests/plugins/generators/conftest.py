"""A way to run a generator with a model."""

from collections.abc import Callable
from typing import Any

import pytest

from byeori import Context, Document, Example
from byeori.testing.server import OpenAIServer

Generate = Callable[..., list[Example]]


@pytest.fixture
def generate(context: Context) -> Generate:
    """`generate(cls, reply or server, documents, **settings)`: the examples.

    The reply may be a text, the same for every request. `within` is another context to use.
    """

    def run(
        cls: Any, reply: Any, rows: list[Document], within: Context = context, **settings: Any
    ) -> list[Example]:
        if not isinstance(reply, OpenAIServer):
            with OpenAIServer(reply if callable(reply) else lambda body: reply) as server:
                return run(cls, server, rows, within, **settings)
        model = {"name": "m", "base_url": reply.base_url, "backoff_seconds": 0.005}
        settings["model"] = model | settings.pop("model", {})
        config = cls.config_model.model_validate(settings)
        return list(cls(config).examples(iter(rows), within))

    return run
