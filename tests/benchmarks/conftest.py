"""What tests of benchmarks share: their modules, imported as the scripts import them."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., dict[str, Any]]]:
    """Modules by the last part of their names; none stays imported after the test."""
    monkeypatch.syspath_prepend(str(FOLDER))
    imported: set[str] = set()

    def load(*names: str) -> dict[str, Any]:
        imported.update(name.split(".")[0] for name in names)
        return {name.split(".")[-1]: importlib.import_module(name) for name in names}

    yield load
    for name in [name for name in sys.modules if name.split(".")[0] in imported]:
        del sys.modules[name]
