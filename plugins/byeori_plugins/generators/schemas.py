"""Answer schemas that are made from settings: which fields, of which types."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from byeori import Config

AnswerType = Literal["text", "integer", "number", "boolean", "texts", "quote"]
_TYPES: Mapping[str, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "texts": list[str],
    "quote": str,
}


class AnswerField(Config):
    """One field of an answer."""

    type: AnswerType = Field(
        "text",
        description="What it holds; `texts` is a list, `quote` words that must stand in the text.",
    )
    choices: tuple[str, ...] = Field((), description="The only texts it may be; empty for any.")
    optional: bool = Field(False, description="It may be null.")
    description: str = Field("", description="What the model is told about it.")

    @model_validator(mode="after")
    def _choices_of_texts(self) -> "AnswerField":
        if self.choices and self.type not in ("text", "texts"):
            raise ValueError(f"`choices` are for text and texts, not for {self.type}")
        return self

    def annotation(self) -> Any:
        """Its Python type."""
        kind = _TYPES[self.type]
        if self.choices:
            chosen: Any = Literal.__getitem__(self.choices)
            kind = list[chosen] if self.type == "texts" else chosen
        return kind | None if self.optional else kind


class Answers(BaseModel):
    """Base of schemas made here."""

    model_config = ConfigDict(serialize_by_alias=True)

    def plain(self) -> dict[str, Any]:
        """The answer by the names of its fields, in their order."""
        return self.model_dump()


def answer_model(name: str, fields: Mapping[str, AnswerField]) -> type[Answers]:
    """A pydantic model with these fields, whatever they are called (`json`, `Q1`, `이름`)."""
    members: dict[str, Any] = {
        # Under names of our own, because pydantic keeps some for itself.
        f"field_{number}": (
            field.annotation(),
            Field(
                default=None if field.optional else ...,
                alias=key,
                title=key,
                description=field.description or None,
            ),
        )
        for number, (key, field) in enumerate(fields.items())
    }
    return create_model(name, __base__=Answers, **members)
