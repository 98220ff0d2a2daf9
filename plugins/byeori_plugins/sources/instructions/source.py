"""The data source `instruction-set`: published instruction sets and annotated sets."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from byeori import Context, DataError, DataSource, Document
from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.files import files_below, text_problem
from byeori_plugins.sources.forms import SUFFIXES
from byeori_plugins.sources.huggingface import DataSetRows
from byeori_plugins.sources.instructions.config import InstructionSetConfig
from byeori_plugins.sources.instructions.formats import (
    Format,
    format_of,
    mismatch,
    shape_of,
)
from byeori_plugins.sources.instructions.records import records
from byeori_plugins.sources.instructions.shape import Content, UnusableError
from byeori_plugins.sources.reading import (
    BadRow,
    Handling,
    Row,
    documents_of,
    rows_of_files,
)
from byeori_plugins.sources.rows import problem_in


class InstructionSet(DataSource[InstructionSetConfig]):
    """Instruction sets and annotated sets, in the shapes their authors published.

    The generator `instructions` makes examples of the first, `phrasings` of the second.
    """

    name = "instruction-set"
    version = 1
    config_model = InstructionSetConfig

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield one document a row: an instruction, a conversation, a task, a paragraph.

        Raises:
            DataError: a file is damaged or of no known format, or of another one than it should
                be; a row is bad and `on_error` is `stop`; or no document is left.
        """
        reader = _Reader(self.config, context)
        yield from documents_of(
            reader.rows(),
            reader.document,
            Handling(self.config.place, self.config.on_error, self.config.limit),
            context,
        )
        reader.check_group()


class _Reader:
    """Reads the rows of one source, and remembers which format they have."""

    def __init__(self, config: InstructionSetConfig, context: Context) -> None:
        self._config = config
        self._context = context
        self._options = config.options
        self._format: Format | None = None if config.format == "auto" else config.format
        self._grouped = False

    def rows(self) -> Iterator[Row | BadRow]:
        """The rows of all files; a record of several rows is taken apart."""
        for record in self._records():
            if isinstance(record, BadRow):
                yield record
            else:
                yield from self._parts(record.origin, record.values)

    def _records(self) -> Iterator[Row | BadRow]:
        if self._config.data_set is not None:
            yield from DataSetRows(self._config.data_set).rows(self._context)
            return
        config = self._config
        files = files_below(config.path or Path(), SUFFIXES, config.files)
        yield from rows_of_files(files, lambda path: records(path, config.encoding))

    def _parts(self, origin: str, values: Mapping[str, Any]) -> Iterator[Row | BadRow]:
        if self._format is None:
            self._recognise(origin, values)
        shape = shape_of(values, self._format)
        if shape is None:
            yield BadRow(origin, mismatch(values, self._format), str(dict(values)))
            return
        try:
            yield from (Row(origin, part, place) for place, part in shape.parts(values))
        except FieldError as error:
            yield BadRow(origin, str(error), str(dict(values)))

    def _recognise(self, origin: str, values: Mapping[str, Any]) -> None:
        where = self._config.place(origin)
        if (shape := shape_of(values)) is None:
            raise DataError(f"{where}: {mismatch(values, None)}")
        self._format = format_of(shape)
        if problem := self._config.idle_setting(self._format):
            raise DataError(f"{where}: the file is recognised as `{self._format}`; {problem}")
        self._context.message(f"{origin.rpartition(':')[0]}: recognised as `{self._format}`")

    def document(self, row: Row | BadRow) -> Document | None:
        """The document of a row.

        Raises:
            FieldError: the row is bad.
        """
        shape = None if isinstance(row, BadRow) else shape_of(row.values, self._format)
        if isinstance(row, BadRow) or shape is None:
            raise FieldError(row.reason if isinstance(row, BadRow) else "the row has no shape")
        where = f"{row.origin} ({row.part})" if row.part else row.origin
        try:
            content = shape.read(row.values).content(self._options)
        except UnusableError as error:
            self._context.reject(where, str(error), str(dict(row.values)))
            return None
        for reason in content.left_out:
            self._context.reject(where, f"in part: {reason}", content.title)
        return self._made(row, content)

    def _made(self, row: Row, content: Content) -> Document:
        metadata = self._metadata(content)
        for name, problem in (("text", text_problem(content.text)), ("row", problem_in(metadata))):
            if problem:
                raise FieldError(f"its {name} {problem}")
        licence = self._config.licence or content.licence or _said(metadata, "licence", "license")
        return Document(
            text=content.text,
            title=" ".join(content.title.split()),
            language=self._config.language or content.language or _said(metadata, "language"),
            licence=licence,
            metadata=metadata,
            origin=row.origin,
        )

    def _metadata(self, content: Content) -> dict[str, Any]:
        metadata = {**content.metadata, "format": self._format}
        metadata = {name: value for name, value in metadata.items() if value is not None}
        group = content.group
        if name := self._config.group_by:
            self._grouped |= name in metadata
            group = str(metadata.get(name, "")) or group
        return metadata | ({"split_group": group} if group else {})

    def check_group(self) -> None:
        """Raise `DataError` where the recipe groups by a field that no row has."""
        if self._config.group_by and not self._grouped:
            raise DataError(
                f"{self._config.place('')}: `group_by` names the field "
                f"`{self._config.group_by}`, which no row has"
            )


def _said(metadata: Mapping[str, Any], *names: str) -> str:
    values = (metadata.get(name) for name in names)
    return next((value for value in values if isinstance(value, str)), "")
