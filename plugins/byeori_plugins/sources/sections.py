"""Long texts in parts: what the sources of PDF files and of web pages share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from byeori import Config
from byeori_plugins.sources.reading import LIMIT, ON_ERROR

Table = list[list[str]]
"""Rows of cells."""


class SectionsConfig(Config):
    """Settings of sources whose files are cut into documents."""

    language: str = Field("", description="BCP-47 tag of the documents.")
    licence: str = Field("", description="SPDX identifier or name of the licence.")
    min_characters: int = Field(
        40, ge=1, description="A shorter part joins the one before it, of the same file."
    )
    keep_together: bool = Field(
        True, description="The split never separates the documents of one file."
    )
    limit: int | None = Field(None, ge=1, description=LIMIT)
    on_error: Literal["stop", "skip"] = Field("stop", description=ON_ERROR)


@dataclass
class Part:
    """A section or a page.

    Attributes:
        heading: of the section; empty before the first one.
        first, last: pages, from 1; 0 where there are none.
        paragraphs: texts, headings among them, tables written as Markdown.
        tables: the same tables as rows of cells.
    """

    heading: str = ""
    first: int = 0
    last: int = 0
    paragraphs: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The paragraphs, an empty line between them."""
        return "\n\n".join(self.paragraphs)

    def join(self, other: "Part") -> None:
        """Take in the part that follows."""
        self.paragraphs += other.paragraphs
        self.tables += other.tables
        self.last = other.last or self.last
        self.first = self.first or other.first
        self.heading = self.heading or other.heading

    def metadata(self) -> dict[str, Any]:
        """What a document's metadata say of the part."""
        known = {
            "section": self.heading,
            "page": self.first,
            "last_page": self.last,
            "tables": self.tables,
        }
        return {name: value for name, value in known.items() if value}


def joined(parts: Iterable[Part], shortest: int) -> Iterator[Part]:
    """Parts of at least `shortest` characters: a shorter one joins its neighbour."""
    waiting: Part | None = None
    for part in parts:
        if waiting is None:
            waiting = part
        elif len(part.text) < shortest or len(waiting.text) < shortest:
            waiting.join(part)
        else:
            yield waiting
            waiting = part
    if waiting is not None and waiting.text:
        yield waiting


def as_markdown(table: Table) -> str:
    """A table of Markdown (GitHub's): the first row is its head."""
    rows = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table]
    rule = "| " + " | ".join("---" for _ in table[0]) + " |"
    return "\n".join([rows[0], rule, *rows[1:]])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
