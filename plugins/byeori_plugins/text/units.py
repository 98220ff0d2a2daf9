"""Quantities and units as papers write them, read by pint.

`mS cm−1`, `mW·cm⁻²`, `meq/g` and `wt%` are made into what pint reads; what they mean is pint's. A
field that writes others (`barrer`, `A/mgPt`) defines them for a registry of its own: `Units`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pint

_DASHES = re.compile("[‐‑‒–—―−﹣－]")
_TIMES = re.compile("[·⋅∙•×*]")
NUMBER = (
    r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?<=\d)"
    r"(?:\s?[x*]\s?10\s?(?:\^\s?[-+]?\d+|[-+]\d+|[1-9]\d*)|[eE][-+]?\d+)?"
)
"""A number as papers write it, as a pattern for `plain_text`.

Where a power has lost its superscript (`3 × 103`) it is still read as one; `3 × 100` is none.
"""
_QUANTITY = re.compile(
    # Words may come first: `below 600 °C`, `from about 0.1 to 0.2 V`.
    rf"^(?:[^\d.+-]*?(?<![^\W_]))?(?P<low>{NUMBER})"
    rf"(?:\s?(?P<between>-|to|~|and|\+/-|±)\s?(?P<high>{NUMBER})\s?\)?)?\s*(?P<unit>.*)$"
)
_SHARES = re.compile(r"\b(?:wt|vol|mol|at|mass|w/w|v/v)\.?[\s-]?%|%\s?\(?(?:w/w|v/v|w/v)\)?")
_POWER = re.compile(r"([^\W\d_]+)\s?\^?\s?\(?([-+]?\d+)\)?")
_RUN_TOGETHER = re.compile(r"(?<=[AVWSJΩ])(?=[cm]?m\b|[cm]?m\d)")
_PLUS_MINUS = ("+/-", "±")


class UnitError(ValueError):
    """A text is no quantity, or names no unit that pint knows."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or two that a value lies between or is given by, and a unit.

    Attributes:
        low, high: the numbers, equal where there is one. Of `5 ± 1` both are 5.
        unit: a pint unit; dimensionless where there is none.
    """

    low: float
    high: float
    unit: "pint.Unit"

    def within(self, unit: "pint.Unit", minimum: float | None, maximum: float | None) -> bool:
        """Whether it lies between two numbers of another unit of its dimension."""
        low, high = (self.converted(value, unit) for value in (self.low, self.high))
        return (minimum is None or low >= minimum) and (maximum is None or high <= maximum)

    def converted(self, value: float, unit: "pint.Unit") -> float:
        """One of its numbers in another unit of its dimension, of the same registry."""
        # As pint's own documentation has it; a product with a unit is no value in degrees Celsius.
        return float(self.unit._REGISTRY.Quantity(value, self.unit).to(unit).magnitude)


@dataclass(frozen=True, slots=True)
class Units:
    """Units and quantities of one registry: pint's units, and those that are defined here.

    Attributes:
        definitions: in the form of pint's definition files, one unit each, such as
            `gas_permeation_unit = 3.35e-10 mol / m**2 / s / Pa = GPU`. Prefixes go before any.
    """

    definitions: tuple[str, ...] = ()

    def parse_unit(self, text: str) -> "pint.Unit":
        """A unit as papers write it; dimensionless for an empty text.

        Raises:
            UnitError: it is not known, or a definition cannot be read.
        """
        return _unit(self.definitions, text)

    def parse_quantity(self, text: str) -> Quantity:
        """A value as papers write it: `1.5 mS cm−1`, `20-30 %`, `3.2 × 10⁻³ S/cm`, `(5 ± 1) nm`.

        Raises:
            UnitError: it is no number with a unit after it.
        """
        plain = plain_text(text)
        match = _QUANTITY.match(plain)
        if match is None:
            raise UnitError(f"{text!r} is no number with a unit")
        low = _number(match["low"])
        apart = match["high"] is not None and match["between"] not in _PLUS_MINUS
        high = _number(match["high"]) if apart else low
        return Quantity(low, high, self.parse_unit(_bare(match["unit"])))


PLAIN = Units()
"""Those of pint alone, with the equivalent, which is a mole of charge."""
parse_unit = PLAIN.parse_unit
parse_quantity = PLAIN.parse_quantity


@lru_cache(maxsize=4096)
def _unit(definitions: tuple[str, ...], text: str) -> "pint.Unit":
    plain = plain_text(text)
    registry = _registry(definitions)
    for written in (plain, _RUN_TOGETHER.sub(" ", plain)):  # `Acm-2` is no unit, `A cm-2` is
        try:
            unit: pint.Unit = registry.parse_units(_expression(written))
        except Exception as error:  # pint raises what its parser and Python's tokenizer raise
            reason = error
        else:
            return unit
    raise UnitError(f"{text!r} is no unit that pint knows ({reason})")


def same_kind(one: "pint.Unit", other: "pint.Unit") -> bool:
    """Whether two units measure the same: a percentage and no unit at all do."""
    return bool(one.dimensionality == other.dimensionality)


@lru_cache
def _registry(definitions: tuple[str, ...]) -> Any:
    import pint  # takes half a second to import

    registry: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    for definition in ("equivalent = mole = eq", *definitions):
        try:
            registry.define(definition)
            registry.Quantity(1, definition.partition("=")[0].strip()).to_base_units()
        except Exception as error:  # pint raises what its parsers raise
            raise UnitError(f"{definition!r} defines no unit ({error})") from error
    return registry


def plain_text(text: str) -> str:
    """ASCII dashes and multiplication, compatible forms folded (`cm⁻²` to `cm-2`)."""
    folded = unicodedata.normalize("NFKC", _TIMES.sub("*", text).replace("°", "deg"))
    return _DASHES.sub("-", folded).replace("ºC", "degC").strip()


def _expression(text: str) -> str:
    """A unit in pint's grammar: powers as `**`, products as `*`."""
    plain = _SHARES.sub(" percent ", text).replace("%", " percent ")
    plain = re.sub(r"\bOhms?\b", "ohm", re.sub(r"\boC\b", "degC", plain))
    powers = _POWER.sub(r"\1**\2", plain)
    return re.sub(r"(?<=[\w)])\s+(?=[^\W\d_(])", "*", powers.strip()).replace(" ", "")


def _bare(unit: str) -> str:
    """A unit without what stands around it: `-nm-thick`, `(mS/cm)`, `V.`"""
    plain = unit.strip(" .,;:").lstrip("-").removesuffix("-thick")
    if plain.startswith("(") and plain.endswith(")"):
        return plain[1:-1].strip()
    return plain.rstrip(")") if "(" not in plain else plain


def _number(text: str) -> float:
    mantissa, times, power = text.replace(",", "").replace("x", "*").partition("*")
    if not times:
        return float(mantissa)
    return float(mantissa) * 10.0 ** int(power.strip().removeprefix("10").strip(" ^"))
