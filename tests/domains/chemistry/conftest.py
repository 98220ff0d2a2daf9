"""A way to run a generator with a model, and answers to evaluate."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, Document, Example, Item, Score
from byeori.testing.server import OpenAIServer

Generate = Callable[..., list[Example]]


@pytest.fixture
def generate(context: Context) -> Generate:
    """`generate(cls, reply, documents, **settings)`: the examples; the reply is any request's."""

    def run(cls: Any, reply: Any, rows: list[Document], **settings: Any) -> list[Example]:
        with OpenAIServer(reply if callable(reply) else lambda body: reply) as server:
            model = {"name": "m", "base_url": server.base_url, "backoff_seconds": 0.005}
            config = cls.config_model.model_validate({**settings, "model": model})
            return list(cls(config).examples(iter(rows), context))

    return run


class Saying:
    """A model that says what it is told to, one answer an item."""

    name = "saying"

    def __init__(self, answers: list[str]) -> None:
        self.answers = answers

    def generate(self, prompts: Any, decoding: Any) -> list[str]:
        return self.answers[: len(prompts)]


@pytest.fixture
def scored(context: Context) -> Callable[..., tuple[list[Score], dict[str, float]]]:
    """`scored(cls, [(answer, reference), ...], **settings)`: scores and summaries."""

    def run(cls: Any, pairs: list[tuple[str, str]], **settings: Any) -> Any:
        evaluator = cls(cls.config_model.model_validate(settings))
        items = [
            Item(instruction="?", reference=right, id=str(n)) for n, (_, right) in enumerate(pairs)
        ]
        model: Any = Saying([answer for answer, _ in pairs])
        scores = list(evaluator.score(model, items, context))
        return scores, dict(evaluator.summarise(scores))

    return run


@pytest.fixture
def presets() -> Path:
    """The folder of the presets that ship."""
    return Path(str(files("byeori_chemistry") / "recipes" / "properties"))
