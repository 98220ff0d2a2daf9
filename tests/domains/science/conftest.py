"""A context that keeps rejects, and the shared data where it is there."""

from pathlib import Path

import pytest

from byeori import Reject
from byeori.testing import RecordingContext, testing_context

SHARED = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there")
    return SHARED


@pytest.fixture
def context(tmp_path: Path) -> RecordingContext:
    return testing_context(tmp_path, seed=42)


@pytest.fixture
def rejects(context: RecordingContext) -> list[Reject]:
    return context.rejects
