"""Folders of plain text and Markdown: one file, one document."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from byeori import Context, DataError
from byeori_plugins.sources.files import text_lines
from byeori_plugins.sources.rows import BadRow, Row, RowConfig, RowSource

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_MARKDOWN = (".md", ".markdown")


class TextConfig(RowConfig):
    """Settings of `text`. Fields of a row: `text`, `title`, `file` (relative to `path`)."""

    path: Path = Field(description="A folder, read with all below it, or one file.")
    suffixes: tuple[str, ...] = Field(
        (".txt", ".md", ".markdown"), min_length=1, description="Endings of the files to read."
    )
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
        for path, name in self._files():
            if not path.stat().st_size:
                yield BadRow(f"{name}:1", "the file is empty")
                continue
            text = "".join(text_lines(path))
            title = first_heading(text) if path.suffix.lower() in _MARKDOWN else ""
            values = {"text": text, "title": title or path.stem, "file": name}
            yield Row(f"{name}:1", values)

    def _files(self) -> list[tuple[Path, str]]:
        root = self.config.path
        if root.is_file():
            return [(root, root.name)]
        if not root.exists():
            raise DataError(f"{root}: there is no such file or folder")
        suffixes = tuple(suffix.lower() for suffix in self.config.suffixes)
        found = sorted(
            (path.relative_to(root).as_posix(), path)
            for path in _walk(root)
            if path.name.lower().endswith(suffixes)
        )
        if not found:
            raise DataError(f"{root}: no file ends in {', '.join(self.config.suffixes)}")
        return [(path, name) for name, path in found]


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder, without hidden ones and without following links to folders."""

    def fail(error: OSError) -> None:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for folder, folders, files in os.walk(root, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in files if not name.startswith("."))


def first_heading(markdown: str) -> str:
    """The first `#` heading outside fenced code, or an empty string."""
    fenced = False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (heading := _HEADING.match(line)) and heading[1]:
            return heading[1]
    return ""
