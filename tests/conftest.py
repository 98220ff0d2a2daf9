"""Fixtures for every test: real data where it is at hand, and one quiet thread."""

import os
from collections.abc import Callable
from pathlib import Path

# Set before torch is imported: on a busy machine two spinning threads are slower than one.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
from hypothesis import settings

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
