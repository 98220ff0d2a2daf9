"""Fixtures for every test: real data where it is at hand, and one quiet thread."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Set before torch is imported: on a busy machine two spinning threads are slower than one.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
from hypothesis import settings

from byeori.context import Context, Reject
from byeori.store.answers import AnswerJournal

# A deadline would measure how busy the machine is.
settings.register_profile("byeori", deadline=None)
settings.load_profile("byeori")

REPOSITORY = Path(__file__).parents[1]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture
def shared_data() -> Callable[..., Path]:
    """A function that names a file of the shared real data, or skips where it is absent."""

    def find(*parts: str) -> Path:
        path = SHARED_DATA.joinpath(*parts)
        if not path.exists():
            pytest.skip(f"real data not at hand: {path} does not exist")
        return path

    return find


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
