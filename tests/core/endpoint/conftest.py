from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from byeori.context import Context, Reject
from byeori.endpoint import EndpointConfig
from byeori.store.answers import AnswerJournal
from byeori.testing.server import OpenAIServer


class Heard:
    """Keeps what a component says and rejects."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.rejects: list[Reject] = []

    def track(self, rows: Any, *, total: int | None, unit: str, label: str) -> Iterator[Any]:
        yield from rows

    def message(self, text: str) -> None:
        self.messages.append(text)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[AnswerJournal]:
    with AnswerJournal(tmp_path / "answers.sqlite") as journal:
        yield journal


@pytest.fixture
def context(tmp_path: Path, journal: AnswerJournal, heard: Heard) -> Context:
    return Context(
        stage="examples.0",
        seed=1,
        output=tmp_path,
        scratch=tmp_path,
        answers=journal,
        on_reject=heard.rejects.append,
        progress_display=heard,
    )


@pytest.fixture
def config_for() -> Callable[..., EndpointConfig]:
    def make(server: OpenAIServer, **settings: Any) -> EndpointConfig:
        return EndpointConfig(
            **{"name": "test", "base_url": server.base_url, "backoff_seconds": 0.005, **settings}
        )

    return make
