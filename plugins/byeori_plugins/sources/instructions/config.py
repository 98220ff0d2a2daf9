"""Settings of the source `instruction-set`."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from byeori import Config
from byeori_plugins.sources.exam_shapes import Answers
from byeori_plugins.sources.huggingface import DataSetPlace
from byeori_plugins.sources.instructions.formats import SETTINGS, Format
from byeori_plugins.sources.instructions.shape import Options
from byeori_plugins.sources.opening import ENCODING, Encoding
from byeori_plugins.sources.reading import FILES, LIMIT, ON_ERROR


class InstructionSetConfig(Config):
    """Settings of `instruction-set`."""

    path: Path | None = Field(
        None,
        description="A file (JSON, JSON lines, CSV, TSV, Parquet), or a folder of files of one "
        "format.",
    )
    files: str = Field("", description=FILES)
    data_set: DataSetPlace | None = Field(
        None, description="A Hugging Face data set, in the place of `path`."
    )
    format: Literal["auto"] | Format = Field(
        "auto", description="The shape of its rows; recognised from the first one by default."
    )
    encoding: Encoding = Field("utf-8", description=ENCODING)
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
    def _one_place(self) -> Self:
        if (self.path is None) == (self.data_set is None):
            raise ValueError("give either `path` or `data_set`")
        if self.files and self.path is None:
            raise ValueError("`files` chooses among those of the folder in `path`")
        return self

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
        if self.path is None:
            return origin or str(self.data_set and self.data_set.label)
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
