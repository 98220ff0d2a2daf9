"""The data source `instruction-set`: published instruction sets and annotated sets."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from byeori import Config, Context, DataError, DataSource, Document
from byeori_plugins.sources.exam_files import Answers
from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.files import files_below, text_problem
from byeori_plugins.sources.forms import SUFFIXES
from byeori_plugins.sources.instructions.formats import (
    SETTINGS,
    Format,
    format_of,
    mismatch,
    shape_of,
)
from byeori_plugins.sources.instructions.records import records
from byeori_plugins.sources.instructions.shape import Content, Options, UnusableError
from byeori_plugins.sources.reading import (
    LIMIT,
    ON_ERROR,
    BadRow,
    Handling,
    Row,
    documents_of,
)
from byeori_plugins.sources.rows import problem_in


class InstructionSetConfig(Config):
    """Settings of `instruction-set`."""

    path: Path = Field(
        description="A file (JSON, JSON lines, CSV, TSV, Parquet), or a folder of files of one "
        "format."
    )
    format: Literal["auto"] | Format = Field(
        "auto", description="The shape of its rows; recognised from the first one by default."
    )
    language: str = Field(
        "", description="BCP-47 tag of the rows; by default what a row says of itself."
    )
    licence: str = Field(
        "",
        description="SPDX identifier or name of the licence; by default what a row says of itself.",
    )
    group_by: str = Field(
        "",
        description="Field whose equal values the split never separates, such as `task` or "
        "`title`.",
    )
    positive_examples: int = Field(
        0,
        ge=0,
        description="`natural-instructions`: so many positive examples follow the definition.",
    )
    labels: dict[str | int, str] | tuple[str, ...] = Field(
        (), description="`classification`: the labels, or what each number or code stands for."
    )
    exam_answers: Answers = Field(
        "auto", description="`exam`: how the file names the right choice, as in `multiple-choice`."
    )
    reference_answers: Path | None = Field(
        None, description="`mt-bench`: file of answers to the questions, as FastChat writes them."
    )
    limit: int | None = Field(None, ge=1, description=LIMIT)
    on_error: Literal["stop", "skip"] = Field("stop", description=ON_ERROR)

    @field_validator("labels")
    @classmethod
    def _labels_differ(cls, value: Any) -> Any:
        if isinstance(value, tuple) and len(set(value)) < len(value):
            raise ValueError("a label is named twice")
        return value

    @model_validator(mode="after")
    def _settings_belong_to_the_format(self) -> Self:
        if self.format != "auto" and (problem := self.idle_setting(self.format)):
            raise ValueError(problem)
        return self

    def idle_setting(self, format_: Format) -> str:
        """A setting that was given and means nothing for a format; empty where there is none."""
        for name in sorted(self.model_fields_set & SETTINGS.keys()):
            if format_ not in SETTINGS[name]:
                return f"`{name}` is a setting of {', '.join(SETTINGS[name])}, not of {format_}"
        return ""

    def place(self, origin: str) -> str:
        """`origin` with the folder it is relative to; the whole where it is empty."""
        folder = self.path if self.path.is_dir() else self.path.parent
        return str(folder / origin) if origin else str(self.path)

    @property
    def options(self) -> Options:
        """What the formats are read by."""
        named = self.labels if isinstance(self.labels, dict) else dict.fromkeys(self.labels, "")
        return Options(
            positive_examples=self.positive_examples,
            labels={str(code): label or str(code) for code, label in named.items()},
            reference_answers=self.reference_answers,
            exam_answers=self.exam_answers,
        )


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
        for path, name in files_below(self._config.path, SUFFIXES):
            for record in records(path):
                origin = name + record.origin.removeprefix(path.name)
                if isinstance(record, BadRow):
                    yield BadRow(origin, record.reason, record.text)
                else:
                    yield from self._parts(origin, record.values)

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
                f"{self._config.path}: `group_by` names the field `{self._config.group_by}`, which "
                "no row has"
            )


def _said(metadata: Mapping[str, Any], *names: str) -> str:
    values = (metadata.get(name) for name in names)
    return next((value for value in values if isinstance(value, str)), "")
