"""What every format of instruction sets is made of: one pydantic class for each shape of a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from byeori_plugins.sources.exam_shapes import Answers
from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.instructions.rows import INSTRUCTIONS, Instruction


class UnusableError(Exception):
    """A row that is as it should be and gives no example, such as a wrong choice, marked so."""


@dataclass(frozen=True, slots=True)
class Options:
    """Settings that some formats read rows by; see `InstructionSetConfig`."""

    positive_examples: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    reference_answers: Path | None = None
    exam_answers: Answers = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one row holds.

    Attributes:
        text, title, language, licence: of the document.
        metadata: the row's own fields that are kept, and the payload (`rows.INSTRUCTIONS`, ...).
        group: documents with one group belong on one side of the split; empty for none.
        left_out: for each part of the row that is not used, why.
    """

    text: str
    title: str
    metadata: dict[str, Any]
    language: str = ""
    licence: str = ""
    group: str = ""
    left_out: tuple[str, ...] = ()


def _not_blank(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise ValueError("is empty")
    return value.strip() if isinstance(value, str) else value


def _text(value: object) -> object:
    return "" if value is None else value.strip() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text)]
"""A text that may be empty or null."""
Filled = Annotated[str, BeforeValidator(_not_blank)]
"""A text with something in it."""


def named(*names: str) -> Any:
    """A required field that files call by any of these names; the first that is there counts."""
    return Field(validation_alias=AliasChoices(*names))


class Shape(BaseModel):
    """One shape of a row. Fields that are not declared are kept as metadata.

    Attributes:
        expected: the shape in words, for messages.
        kept: declared fields that are metadata as well.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    expected: ClassVar[str]
    kept: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def parts(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The rows within a record, each with its place in it; most records are one row."""
        yield "", values

    @classmethod
    def fits(cls, values: Mapping[str, Any]) -> bool:
        """Whether a record has the fields of this shape."""
        required = [info for info in cls.model_fields.items() if info[1].is_required()]
        return all(any(n in values for n in _names(*item)) for item in required)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """The row.

        Raises:
            FieldError: a field is missing or holds something else.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise FieldError(_problem(error)) from error

    def content(self, options: Options) -> Content:
        """What the row holds: by default the instructions of `instructions()`.

        Raises:
            FieldError, UnusableError: the row gives nothing.
        """
        made = self.instructions(options)
        return Content(
            text="\n\n".join(one.text for one in made),
            title=shortened(made[0].instruction),
            metadata=self.other() | {INSTRUCTIONS: [one.as_metadata() for one in made]},
        )

    def instructions(self, options: Options) -> list[Instruction]:
        """The row's instructions, at least one."""
        raise NotImplementedError

    def other(self) -> dict[str, Any]:
        """The fields that are kept as metadata."""
        own = {name: getattr(self, name) for name in self.kept}
        return {**(self.model_extra or {}), **{k: v for k, v in own.items() if v not in ("", None)}}


def _names(name: str, info: FieldInfo) -> list[str]:
    alias = info.validation_alias
    if isinstance(alias, AliasChoices):
        return [choice for choice in alias.choices if isinstance(choice, str)]
    return [alias if isinstance(alias, str) else name]


def shortened(text: str, longest: int = 80) -> str:
    """The beginning of a text in one line, at most `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _problem(error: ValidationError) -> str:
    """The first thing that is wrong, in one line: field, what it is, what it should be."""
    first = error.errors()[0]
    place = ""
    for part in first["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    found = first["input"]
    said = first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        return f"field `{place}` is missing"
    if said == "is empty":
        return f"field `{place}` is empty"
    return f"field `{place}`: {said[:1].lower()}{said[1:]}; found {kind_of(found)}"


def kind_of(value: object) -> str:
    """A value in a word or two, for messages."""
    if isinstance(value, str):
        return f"{shortened(value, 40)!r}"
    names = {type(None): "null", list: "a list", dict: "an object", bool: "true or false"}
    return names.get(type(value), f"the number {value}" if isinstance(value, int | float) else "")
