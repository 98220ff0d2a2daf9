"""What is looked for in a text, and whether what was found is right."""

from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, field_validator

from byeori import Config
from byeori.generation import find_span
from byeori_plugins.text.units import (
    UnitError,
    parse_quantity,
    parse_unit,
    same_kind,
)

if TYPE_CHECKING:
    import pint


class Property(Config):
    """A property whose values are looked for."""

    key: str = Field(min_length=1, description="What the answer calls it: `WU`.")
    name: str = Field(min_length=1, description="Its name: `water uptake`.")
    synonyms: tuple[str, ...] = Field((), description="What texts also call it.")
    unit: str = Field(
        description="A unit of its dimension, such as `mS/cm` or `%`; empty where it has none. "
        "Values keep the unit of the text."
    )
    minimum: float | None = Field(None, description="Smallest sensible value, in `unit`.")
    maximum: float | None = Field(None, description="Largest sensible value, in `unit`.")

    @field_validator("unit")
    @classmethod
    def _known(cls, value: str) -> str:
        parse_unit(value)
        return value

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called."""
        return (self.name, *self.synonyms)

    @cached_property
    def parsed_unit(self) -> "pint.Unit":
        """Its unit, for pint."""
        return parse_unit(self.unit)

    def named_in(self, text: str) -> bool:
        """Whether a text calls it by one of its names, as whole words, whatever the case."""
        return any(has_words(text, name) for name in self.names)


def has_words(text: str, words: str) -> bool:
    """Whether a text has these words, whatever their case, in the singular or with an `s`."""
    lower, wanted = text.lower(), words.lower()
    return any(find_span(lower, form) is not None for form in (wanted, f"{wanted}s"))


class Found(BaseModel):
    """One value that a model found."""

    material: str = Field(description="What the value belongs to, as the text calls it.")
    called: str = Field(description="What the text calls the property, copied exactly.")
    value: str = Field(description="The value with its unit, copied exactly.")
    quote: str = Field(description="The words that give name and value, copied exactly.")


class AllFound(BaseModel):
    """What a model is asked for: every value, or an empty list."""

    found: list[Found]


def problem(found: Found, wanted: Property, stop: tuple[str, ...], text: str) -> str:
    """Why a value cannot be right, or an empty text.

    What was copied must stand in the text, the value within the quotation and the property under
    one of its names there, not under one of the stop list; the value must be a number with a unit
    of the property's dimension, within its bounds.
    """
    if (span := find_span(text, found.quote)) is None:
        return "the quotation is not in the text"
    quote = text[slice(*span)]
    if not as_written(found.value, quote):
        return "the value is not in the quotation"
    if found.material.strip() not in ("", "-") and find_span(text, found.material) is None:
        return "what it belongs to is not in the text"
    if any(has_words(found.called, word) for word in stop):
        return "it is on the stop list"
    if not wanted.named_in(found.called) or not has_words(quote, found.called):
        return "the quotation calls it by none of its names"
    return _unit_problem(found.value, wanted)


def as_written(value: str, text: str) -> str:
    """A value as a text writes it, whatever spaces are in it; empty if it is not there."""
    span = find_span(text, value, spaces=False)
    return " ".join(text[slice(*span)].split()) if span else ""


def _unit_problem(value: str, wanted: Property) -> str:
    try:
        quantity = parse_quantity(value)
    except UnitError:
        return "the value is no number with a unit"
    if not same_kind(quantity.unit, wanted.parsed_unit):
        return "the unit is not one of its dimension"
    # No unit and a percentage have one dimension, but `35` is not `35 %`.
    if wanted.unit and str(quantity.unit) == "dimensionless":
        return "the value has no unit"
    if not quantity.within(wanted.parsed_unit, wanted.minimum, wanted.maximum):
        return "the value is out of bounds"
    return ""
