"""Folders of plain text and Markdown: one file, one document."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from byeori import Context
from byeori_plugins.sources.files import files_below, text_lines
from byeori_plugins.sources.opening import ENCODING, Encoding, plain_name
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import RowConfig, RowSource

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_MARKDOWN = (".md", ".markdown")


class TextConfig(RowConfig):
    """Settings of `text`. Fields of a row: `text`, `title`, `file` (relative to `path`)."""

    path: Path = Field(description="A folder, read with all below it, or one file.")
    suffixes: tuple[str, ...] = Field(
        (".txt", ".md", ".markdown"), min_length=1, description="Endings of the files to read."
    )
    encoding: Encoding = Field("utf-8", description=ENCODING)
    title: str = Field(
        "title",
        description="Field or template; `title` is a Markdown file's first heading, "
        "else the file's name without its ending.",
    )
    fields: tuple[str, ...] | None = Field(("file",), description="Fields to keep as metadata.")


class Text(RowSource[TextConfig]):
    """Text and Markdown files, in the order of their paths; hidden files are passed over."""

    name = "text"
    version = 1
    config_model = TextConfig

    def place(self, origin: str) -> str:
        """`origin` with the folder it is relative to."""
        path = self.config.path
        return str((path.parent if path.is_file() else path) / origin) if origin else str(path)

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """One row a file; an empty file is a bad row."""
        for path, name in files_below(self.config.path, self.config.suffixes):
            if not path.stat().st_size:
                yield BadRow(f"{name}:1", "the file is empty")
                continue
            text = "".join(text_lines(path, self.config.encoding))
            title = first_heading(text) if plain_name(path).suffix.lower() in _MARKDOWN else ""
            values = {"text": text, "title": title or plain_name(path).stem, "file": name}
            yield Row(f"{name}:1", values)


def first_heading(markdown: str) -> str:
    """The first `#` heading outside fenced code, or an empty string."""
    fenced = False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (heading := _HEADING.match(line)) and heading[1]:
            return heading[1]
    return ""
