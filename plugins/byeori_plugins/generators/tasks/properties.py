"""What is looked for in a text, and whether what was found is right."""

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import BaseModel, Field, model_validator

from byeori import Config
from byeori.generation import find_span
from byeori_plugins.text.units import PLAIN, UnitError, Units, same_kind

if TYPE_CHECKING:
    import pint


class Property(Config):
    """A property whose values are looked for.

    Attributes:
        units: the registry that reads its values; a field with units of its own has a subclass.
    """

    units: ClassVar[Units] = PLAIN

    key: str = Field(min_length=1, description="What the answer calls it: `WU`.")
    name: str = Field(min_length=1, description="Its name: `water uptake`.")
    synonyms: tuple[str, ...] = Field((), description="What texts also call it.")
    unit: str = Field(
        description="A unit of its dimension, such as `mS/cm` or `%`; empty where it has none. "
        "Values keep the unit of the text."
    )
    minimum: float | None = Field(None, description="Smallest sensible value, in `unit`.")
    maximum: float | None = Field(None, description="Largest sensible value, in `unit`.")
    condition: str = Field(
        "",
        description="What its value depends on, such as `temperature`: asked for with each value, "
        "and written behind it (`45 mS/cm at 80 °C`) where the text gives it.",
    )
    condition_unit: str = Field("", description="A unit of the condition's dimension: `°C`.")

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name in ("unit", "condition_unit"):
            try:
                self.units.parse_unit(getattr(self, name))
            except UnitError as error:
                raise ValueError(f"{name}: {error}") from None
        if self.condition_unit and not self.condition:
            raise ValueError("`condition_unit` needs `condition`, the name of what is measured so")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called."""
        return (self.name, *self.synonyms)

    @cached_property
    def parsed_unit(self) -> "pint.Unit":
        """Its unit, for pint."""
        return self.units.parse_unit(self.unit)

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


class FoundUnder(Found):
    """One value, and under which condition it was measured."""

    condition: str = Field(
        description="The condition the value was measured under, with its unit, copied exactly; "
        "empty where the text does not give it."
    )


class AllFound(BaseModel):
    """What a model is asked for: every value, or an empty list."""

    found: list[Found]


class AllFoundUnder(BaseModel):
    """The same, each value with its condition."""

    found: list[FoundUnder]


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
    return _unit_problem(found.value, wanted) or _condition_problem(found, wanted, text)


def as_written(value: str, text: str) -> str:
    """A value as a text writes it, whatever spaces are in it; empty if it is not there."""
    span = find_span(text, value, spaces=False)
    return " ".join(text[slice(*span)].split()) if span else ""


def condition_of(found: Found) -> str:
    """The condition that a model gave with a value; empty where it gave none."""
    given = found.condition.strip() if isinstance(found, FoundUnder) else ""
    return "" if given in ("-", "N/A") else given


def _unit_problem(value: str, wanted: Property) -> str:
    try:
        quantity = wanted.units.parse_quantity(value)
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


def _condition_problem(found: Found, wanted: Property, text: str) -> str:
    if not (given := condition_of(found)):
        return ""
    if not as_written(given, text):
        return "its condition is not in the text"
    if not wanted.condition_unit:
        return ""
    try:
        quantity = wanted.units.parse_quantity(given)
    except UnitError:
        return "its condition is no number with a unit"
    if not same_kind(quantity.unit, wanted.units.parse_unit(wanted.condition_unit)):
        return "the unit of its condition is not one of its dimension"
    return ""
