"""A context that keeps what is said and rejected, and a way to run a generator with a model."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, Document, Example, Reject
from byeori.store.answers import AnswerJournal
from byeori.testing.server import OpenAIServer


class Heard:
    def __init__(self) -> None:
        self.messages: list[str] = []
        self.rejects: list[Reject] = []

    def track(self, rows: Any, *, total: Any, unit: Any, label: Any) -> Iterator[Any]:
        yield from rows

    def message(self, text: str) -> None:
        self.messages.append(text)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def context(tmp_path: Path, heard: Heard) -> Iterator[Context]:
    with AnswerJournal(tmp_path / "answers.sqlite") as journal:
        yield Context(
            stage="examples.0",
            seed=1,
            output=tmp_path,
            scratch=tmp_path,
            answers=journal,
            on_reject=heard.rejects.append,
            progress_display=heard,
        )


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
