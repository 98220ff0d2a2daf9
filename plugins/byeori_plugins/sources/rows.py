"""What all sources of rows share: settings, and the way from a row to a document."""

import json
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field, field_validator

from byeori import Config, Context, DataError, DataSource, Document
from byeori.errors import suggest
from byeori_plugins.sources.fields import FieldError, FieldTemplate, FieldText, visible
from byeori_plugins.sources.files import files_below, text_problem
from byeori_plugins.sources.opening import ENCODING, Encoding
from byeori_plugins.sources.reading import (
    FILES,
    LIMIT,
    ON_ERROR,
    BadRow,
    Handling,
    Row,
    documents_of,
    rows_of_files,
)

_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class RowConfig(Config):
    """Settings of every source of rows."""

    text: str = Field(
        "text", description="Field that holds the text, or a Jinja template over the fields."
    )
    title: str = Field(
        "", description="Field that holds the title, or a template; empty for no title."
    )
    language: str = Field(
        "", description="BCP-47 tag of the documents (ko, en), or a template such as '{{ lang }}'."
    )
    licence: str = Field(
        "", description="SPDX identifier or name of the licence, or a template over the fields."
    )
    fields: tuple[str, ...] | None = Field(
        None, description="Fields to keep as metadata; all by default."
    )
    limit: int | None = Field(None, ge=1, description=LIMIT)
    on_error: Literal["stop", "skip"] = Field("stop", description=ON_ERROR)

    @field_validator("text", "title", "language", "licence")
    @classmethod
    def _template_compiles(cls, value: str) -> str:
        if "{{" in value:
            FieldTemplate(value)
        return value

    @field_validator("text")
    @classmethod
    def _text_is_named(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("name the field that holds the text, or give a template")
        return value


C = TypeVar("C", bound=RowConfig)


class RowSource(DataSource[C]):
    """A source that reads rows and makes a document of each."""

    @abstractmethod
    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """Yield the rows in order.

        Raises:
            DataError: the file as a whole cannot be read.
        """

    def place(self, origin: str) -> str:
        """`origin` with its folder, for error messages."""
        return origin

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield one document a row.

        Raises:
            DataError: the file is damaged, a row is bad and `on_error` is `stop`, no document is
                left, or `fields`, `title` name a field that no row has.
        """
        maker = _Maker(self.config)
        yield from documents_of(
            self.rows(context),
            maker.document,
            Handling(self.place, self.config.on_error, self.config.limit, maker.hint),
            context,
        )
        maker.check_names(self.place(""))


class FileConfig(RowConfig):
    """Settings of a source that reads a file, or those of a folder."""

    path: Path = Field(
        description="The file, or a folder, read with all below it, relative to the recipe's "
        "folder."
    )
    files: str = Field("", description=FILES)


class TextFileConfig(FileConfig):
    """Settings of a source that reads files of text."""

    encoding: Encoding = Field("utf-8", description=ENCODING)


F = TypeVar("F", bound=FileConfig)


class FileSource(RowSource[F]):
    """A source that reads the rows of a file, or of those in a folder.

    Attributes:
        suffixes: endings of the files that are read of a folder.
    """

    suffixes: ClassVar[tuple[str, ...]]

    @abstractmethod
    def read(self, path: Path) -> Iterator[Row | BadRow]:
        """The rows of one file."""

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """The rows of all files, in the order of their paths."""
        files = files_below(self.config.path, self.suffixes, self.config.files)
        return rows_of_files(files, self.read)

    def place(self, origin: str) -> str:
        """`origin` with the folder it is relative to; `path` where it is empty."""
        path = self.config.path
        return str((path if path.is_dir() else path.parent) / origin) if origin else str(path)


class _Maker:
    """Makes documents of rows by a config, and remembers which fields there were."""

    def __init__(self, config: RowConfig) -> None:
        self._config = config
        self._text = FieldText(config.text)
        self._title = FieldText(config.title) if config.title else None
        self._constants = {
            name: FieldTemplate(source) if "{{" in source else source
            for name, source in (("language", config.language), ("licence", config.licence))
        }
        self._seen: set[str] = set()

    def document(self, row: Row | BadRow) -> Document:
        if isinstance(row, BadRow):
            raise FieldError(row.reason)
        self._seen.update(row.values)
        text, title = self._text.of(row.values), self._title_of(row.values)
        kept = self._config.fields
        metadata = {k: v for k, v in row.values.items() if kept is None or k in kept}
        for name, problem in (("text", text_problem(text + title)), ("row", problem_in(metadata))):
            if problem:
                raise FieldError(f"its {name} {problem}")
        return Document(
            text=text,
            title=" ".join(title.split()),
            language=self._constant("language", row.values),
            licence=self._constant("licence", row.values),
            metadata=metadata,
            origin=row.origin,
        )

    def _title_of(self, values: Mapping[str, Any]) -> str:
        # A document may lack a title; a title that no row has is a mistake (see check_names).
        if self._title is None or (self._title.fields and not self._title.fields & values.keys()):
            return ""
        try:
            return self._title.of(values)
        except FieldError:
            return ""

    def _constant(self, name: str, values: Mapping[str, Any]) -> str:
        source = self._constants[name]
        return source if isinstance(source, str) else source.render(visible(values)).strip()

    def hint(self, row: Row) -> str:
        """The field that was meant or those there are, where the text's is not among them."""
        values = row.values
        missing = sorted(self._text.fields - values.keys())
        hint = suggest(missing[0], list(values)).removeprefix("; ") if missing else ""
        return f" ({hint})" if hint else ""

    def check_names(self, place: str) -> None:
        """Raise `DataError` for a field the recipe names and no row has."""
        named = {"fields": set(self._config.fields or ())}
        named["title"] = set(self._title.fields) if self._title else set()
        for key, names in named.items():
            for name in sorted(names - self._seen):
                raise DataError(
                    f"{place}: `{key}` names the field `{name}`, which no row has"
                    f"{suggest(name, sorted(self._seen))}"
                )


def problem_in(values: Mapping[str, Any]) -> str:
    """What keeps fields from being kept as metadata, or an empty string."""
    try:
        text = json.dumps(values, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return f"cannot be kept as metadata ({error}); choose other fields with `fields`"
    # JSON writes a NUL as an escape; turned back, so that text_problem finds it inside a field.
    return text_problem(_ESCAPED_NUL.sub("\x00", text))
