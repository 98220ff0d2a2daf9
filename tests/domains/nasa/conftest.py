"""Awards written for the tests, in the three public forms of column names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from byeori import Context, Document, Reject
from byeori.context import Silent
from byeori_nasa.awards import Awards

ABSTRACT = (
    "Rovers on the night side of the Moon lose their batteries to the cold. Acme, Inc. proposes to "
    "develop a heater that needs no current. It stores the heat of the day in salt."
)


@pytest.fixture
def rejects() -> list[Reject]:
    return []


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def context(tmp_path: Path, rejects: list[Reject], messages: list[str]) -> Context:
    class Said(Silent):
        def message(self, text: str) -> None:
            messages.append(text)

    return Context(
        stage="documents.0",
        seed=42,
        output=tmp_path / "out",
        scratch=tmp_path / "scratch",
        on_reject=rejects.append,
        progress_display=Said(),
    )


@pytest.fixture
def award() -> Callable[..., dict[str, object]]:
    """A good record by the names of the award API; keyword arguments replace columns."""
    count = iter(range(1000))

    def award_(**changes: object) -> dict[str, object]:
        number = next(count)
        record = {
            "award_title": f"Salt Heater {number}",
            "abstract": f"{ABSTRACT} Its number is {number}.",
            "firm": "Acme, Inc.",
            "agency": "NASA",
            "program": "SBIR",
            "phase": "1",
            "award_year": "2012",
            "award_link": f"https://example.org/{number}",
        }
        return record | changes

    return award_


@pytest.fixture
def read(tmp_path: Path, context: Context) -> Callable[..., list[Document]]:
    """Write a text to a file and read it as awards."""

    def read_(content: str | bytes, name: str, **settings: object) -> list[Document]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        config = Awards.config_model.model_validate({"path": path, **settings})
        return list(Awards(config).documents(context))

    return read_
