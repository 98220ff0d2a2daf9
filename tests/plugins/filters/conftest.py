from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from byeori import Filter
from byeori.testing.samples import RecordingContext, testing_context

Sift = Callable[..., tuple[list[Any], RecordingContext]]


@pytest.fixture
def sift(tmp_path: Path) -> Sift:
    """What a filter keeps of rows, and the context with what it rejected and counted."""

    def sifted(
        cls: type[Filter[Any]], rows: Sequence[Any], *, seed: int = 7, **settings: Any
    ) -> tuple[list[Any], RecordingContext]:
        context = testing_context(tmp_path, seed=seed)
        config = cls.config_model.model_validate(settings, context={"folder": tmp_path})
        return list(cls(config).keep(rows, context)), context

    return sifted
