"""A context that keeps its rejects, and a way to read documents from a text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from byeori import Context, DataSource, Document, Reject


@pytest.fixture
def rejects() -> list[Reject]:
    return []


@pytest.fixture
def context(tmp_path: Path, rejects: list[Reject]) -> Context:
    return Context(
        stage="documents.0",
        seed=42,
        output=tmp_path / "out",
        scratch=tmp_path / "scratch",
        on_reject=rejects.append,
    )


@pytest.fixture
def read(tmp_path: Path, context: Context) -> Callable[..., list[Document]]:
    """Write bytes (or text) to a file and read it with a source and its settings."""

    def read_(
        source: type[DataSource], content: str | bytes, name: str = "rows", **settings: object
    ) -> list[Document]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        config = source.config_model.model_validate({"path": path, **settings})
        return list(source(config).documents(context))

    return read_
